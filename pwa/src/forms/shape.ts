/** The tree of a form's instance, read from its XForm without the engine: names, repeats, defaults.
 *
 * Field names follow it (fields.ts), labels hang on it (labels.ts). Paths are by local names: `/data/group/question`. */

export const JAVAROSA = 'http://openrosa.org/javarosa'
const OPENROSA = 'http://openrosa.org/xforms'

export interface Shape {
  /** `/data/group/question`, without ids of repeats. */
  path: string
  /** Name of the element as the XForm writes it, perhaps with a prefix. */
  tag: string
  /** Text a new instance begins with; '' for a group. */
  value: string
  repeat: boolean
  /** The form fixes the number of instances (`jr:count`): their ids are their positions. */
  counted: boolean
  children: Shape[]
}

export interface FormShape {
  title: string
  root: Shape
  /** Attributes and namespace declarations of the root element, ready to print. */
  rootAttributes: string
  byPath: ReadonlyMap<string, Shape>
  document: Document
}

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&quot;'))

/** `/data/orx:meta/orx:instanceID` -> `/data/meta/instanceID`. */
export const localPath = (path: string): string => path.replace(/[^/\s:]+:/g, '').trim()

export const childElements = (element: Element): Element[] => Array.from(element.children)

/** First descendant in document order with that local name, whatever its namespace. */
export function first(parent: Element | Document, name: string): Element | null {
  return parent.getElementsByTagNameNS('*', name)[0] ?? null
}

export function parseXml(xml: string): Document {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const error = document.getElementsByTagName('parsererror')[0]
  if (error) throw new Error(`not well-formed XML: ${(error.textContent ?? '').slice(0, 200)}`)
  return document
}

/** @throws Error when the text is no XForm. */
export function readShape(xform: string): FormShape {
  const document = parseXml(xform)
  const model = first(document, 'model')
  const primary = model && childElements(model).find((e) => e.localName === 'instance')?.firstElementChild
  if (!primary) throw new Error('an XForm needs a model with an instance')

  const repeats = new Map<string, boolean>()
  for (const element of Array.from(document.getElementsByTagNameNS('*', 'repeat'))) {
    const counted = element.hasAttributeNS(JAVAROSA, 'count') || element.hasAttributeNS(JAVAROSA, 'noAddRemove')
    repeats.set(localPath(element.getAttribute('nodeset') ?? ''), counted)
  }

  const byPath = new Map<string, Shape>()
  const prefixes = new Map<string, string>()
  const read = (element: Element, parent: string): Shape => {
    const path = `${parent}/${element.localName}`
    if (element.prefix) prefixes.set(element.prefix, element.namespaceURI ?? OPENROSA)
    const children: Shape[] = []
    const shape: Shape = {
      path,
      tag: element.tagName,
      value: element.firstElementChild ? '' : (element.textContent ?? ''),
      repeat: repeats.has(path),
      counted: repeats.get(path) ?? false,
      children,
    }
    byPath.set(path, shape)
    for (const child of childElements(element)) {
      // pyxform writes a template (jr:template) and then the first instance: the template, coming first, is the shape.
      if (!byPath.has(`${path}/${child.localName}`)) children.push(read(child, path))
    }
    return shape
  }
  const root = read(primary, '')

  const attributes = Array.from(primary.attributes).filter((a) => a.name !== 'xmlns')
  const printed = attributes.map((a) => ` ${a.name}="${escapeXml(a.value)}"`).join('')
  const declared = [...prefixes]
    .filter(([prefix]) => !attributes.some((a) => a.name === `xmlns:${prefix}`))
    .map(([prefix, uri]) => ` xmlns:${prefix}="${escapeXml(uri)}"`)
  return { title: first(document, 'title')?.textContent ?? '', root, rootAttributes: printed + declared.join(''), byPath, document }
}
