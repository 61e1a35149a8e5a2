/** Appearances of a question as plain names. The engine's own type knows only some of them. */
import type { AnyNode } from '@getodk/xforms-engine'

export function namesOf(node: Pick<AnyNode, 'appearances'>): ReadonlySet<string> {
  return new Set(node.appearances ?? [])
}

/** `columns-3` -> 3 with the prefix `columns`; undefined when there is none. */
export function numbered(names: ReadonlySet<string>, ...prefixes: string[]): number | undefined {
  for (const name of names) {
    const match = /^([a-z-]+)-(\d+)$/.exec(name)
    if (match && prefixes.includes(match[1] ?? '')) return Number(match[2])
  }
  return undefined
}

/** Made for another app on the phone (`ex:…`, printers): here it is a plain field. */
export const isExternal = (names: ReadonlySet<string>): boolean => [...names].some((name) => name.startsWith('ex:') || name.startsWith('printer'))
