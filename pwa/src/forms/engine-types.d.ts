// The engine's own types import some from a package that is not published with it; without these few lines every node
// would be `any`. Only what our code reaches is said here.
declare module '*/common/types/helpers.d.ts' {
  export type ExpandUnion<T> = T
  export type Awaitable<T> = T | Promise<T>
  export type Thunk<T> = () => T
}
declare module '*/common/types/helpers.js' {
  export type ExpandUnion<T> = T
  export type Identity<T> = T
  export type ShallowMutable<T> = { -readonly [K in keyof T]: T[K] }
  export type AnyFunction = (...args: never[]) => unknown
}
declare module '*/common/types/string/PartiallyKnownString.ts' {
  export type PartiallyKnownString<T extends string> = T | (string & {})
}
declare module '*/common/types/collections/CollectionValues.ts' {
  export type CollectionValues<T> = T extends ReadonlySet<infer V> ? V : T extends readonly (infer V)[] ? V : never
}
declare module '*/common/types/dom.ts' {
  export type LocalNamedElement<_Name extends string> = Element
  export type KnownAttributeLocalNamedElement<_Name extends string, _Attribute extends string> = Element
}
declare module '*/common/src/jr-resources/JRResourceURL.ts' {
  export type JRResourceURL = URL
  export type JRResourceURLString = string
  export type ResourceType = string
}
