/** Instance XML ⇄ fields, by the rules FIELD-1 … FIELD-8 of tests/forms/vectors/README.md; twin of
 * server/forms/submission.py. No engine, no clock; new ids come from the caller. */
import type { Fields } from './contract'
import { childElements, escapeXml, parseXml, type FormShape, type Shape } from './shape'

/** `/data/rep` -> stable ids of its instances in order; nested: `/data/rep[a]/child` -> ids. */
export type Ids = Record<string, string[]>

const ID = /\[[A-Za-z0-9_-]+\]/g

/** Field path without the ids of repeat instances. */
export const bare = (field: string): string => field.replace(ID, '')

export const isBlank = (text: string): boolean => !/\S/.test(text)

/** Identity belongs to the item, not to its answers (FIELD-7). */
export const isIdentity = (path: string): boolean => /^\/[^/]+\/meta\/(instanceID|deprecatedID)$/.test(path)

/** @param repeats paths (without ids) of elements that repeat; @param newId names an instance that `ids` does not know. */
export function xmlToFields(
  xml: string,
  repeats: ReadonlySet<string>,
  ids: Ids = {},
  newId: (path: string, index: number) => string = (_, index) => String(index + 1),
): { fields: Fields; ids: Ids } {
  const fields: Fields = {}
  const found: Ids = {}
  const read = (element: Element, path: string): void => {
    const children = childElements(element)
    if (children.length === 0) {
      const text = (element.textContent ?? '').normalize('NFC')
      if (!isBlank(text) && !isIdentity(path)) fields[path] = text
      return
    }
    for (const child of children) {
      const range = `${path}/${child.localName}`
      if (!repeats.has(bare(range))) {
        read(child, range)
        continue
      }
      const order = (found[range] ??= [])
      const id = ids[range]?.[order.length] ?? newId(range, order.length)
      order.push(id)
      // An instance without elements has no answers, even when it is written as an empty element.
      if (child.firstElementChild) read(child, `${range}[${id}]`)
    }
  }
  const root = parseXml(xml).documentElement
  read(root, `/${root.localName}`)
  for (const [range, order] of Object.entries(found)) fields[`${range}#order`] = order.join(' ')
  return { fields, ids: found }
}

/** Ids of a repeat's instances: those in the order, then those that only their answers name (FIELD-8). */
export function instanceIds(fields: Fields, range: string): string[] {
  const order = (fields[`${range}#order`] ?? '').split(' ').filter(Boolean)
  const strays = new Set<string>()
  for (const field of Object.keys(fields)) {
    if (!field.startsWith(`${range}[`)) continue
    const id = field.slice(range.length + 1, field.indexOf(']', range.length))
    if (!order.includes(id)) strays.add(id)
  }
  return [...order, ...[...strays].sort()]
}

export interface Built {
  xml: string
  ids: Ids
  /** Answers that the form has no place for. */
  leftover: Fields
}

/** Builds an instance of a form from fields.
 *
 * @param defaults fills a question without an answer with the form's default: for answers given on another version. */
export function fieldsToXml(form: FormShape, fields: Fields, identity = '', defaults = false): Built {
  const ids: Ids = {}
  const used = new Set<string>()
  const write = (shape: Shape, path: string): string => {
    if (shape.children.length === 0) {
      used.add(path)
      const text = isIdentity(path) ? (path.endsWith('/instanceID') ? identity : '') : (fields[path] ?? (defaults ? shape.value : ''))
      return element(shape.tag, escapeXml(text))
    }
    return element(shape.tag, children(shape, path))
  }
  const children = (shape: Shape, path: string): string =>
    shape.children
      .map((child) => {
        const range = path + child.path.slice(child.path.lastIndexOf('/'))
        if (!child.repeat) return write(child, range)
        used.add(`${range}#order`)
        const order = (ids[range] = instanceIds(fields, range))
        return order.map((id) => write(child, `${range}[${id}]`)).join('')
      })
      .join('')
  const { root } = form
  const xml = `<${root.tag}${form.rootAttributes}>${children(root, root.path)}</${root.tag}>`
  const leftover: Fields = {}
  for (const [field, text] of Object.entries(fields)) {
    if (field.startsWith('/') && !used.has(field)) leftover[field] = text
  }
  return { xml, ids, leftover }
}

const element = (tag: string, content: string): string => (content === '' ? `<${tag}/>` : `<${tag}>${content}</${tag}>`)
