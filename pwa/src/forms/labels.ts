/** Labels of a form version without the engine, from its XForm: for conflict cards, lists and summaries.
 *
 * Texts of `<output>` are filled from the answers at hand, where they point straight at a question; else they are "…". */
import type { Fields, FormSource, Labels, Language } from './contract'
import { csvRows } from './areas'
import { bare, instanceIds } from './fields'
import { pickLanguage } from './language'
import { plain } from './plain'
import { childElements, first, localPath, readShape, type FormShape } from './shape'
import { humanValue, type Kind } from './values'

type Choices = ReadonlyMap<string, Text>
/** A text of the form: pieces, and paths of questions whose answers stand between them. */
type Text = readonly (string | { path: string })[]

export interface Question {
  path: string
  label: Text
  kind: Kind
  choices: Choices
}

export interface FormTexts extends Labels {
  shape: FormShape
  questions: ReadonlyMap<string, Question>
  text(text: Text, fields?: Fields): string
}

export async function labels(source: FormSource, language: Language): Promise<FormTexts> {
  const shape = readShape(source.formXml)
  const { document } = shape
  const languages = Array.from(document.getElementsByTagNameNS('*', 'translation')).map((t) => t.getAttribute('lang') ?? '')
  const itext = readItext(document, pickLanguage(languages, language, languages[0] ?? ''))
  const lists = await readLists(document, source)
  const types = new Map(Array.from(document.getElementsByTagNameNS('*', 'bind')).map((b) => [localPath(b.getAttribute('nodeset') ?? ''), b.getAttribute('type') ?? 'string']))

  const questions = new Map<string, Question>()
  const body = first(document, 'body')
  for (const element of body ? Array.from(body.getElementsByTagName('*')) : []) {
    const path = localPath(element.getAttribute('ref') ?? '')
    if (!path.startsWith('/') || !shape.byPath.has(path) || element.localName === 'label') continue
    const label = childElements(element).find((c) => c.localName === 'label')
    questions.set(path, {
      path,
      label: label ? textOf(label, itext) : [],
      kind: kindOf(element, types.get(path) ?? 'string'),
      choices: choicesOf(element, itext, lists),
    })
  }

  const text = (parts: Text, fields: Fields = {}): string => {
    const joined = parts.map((part) => (typeof part === 'string' ? part : (fields[part.path] ?? '…'))).join('')
    return plain(joined)
  }
  const named = (path: string): string => text(questions.get(path)?.label ?? [])

  return {
    shape,
    questions,
    text,
    title: shape.title || source.title,
    languages: languages.length > 1 ? languages.filter((l) => l !== 'default') : [],
    label(field, fields) {
      const parts: string[] = []
      for (const match of field.matchAll(/\[([A-Za-z0-9_-]+)\]/g)) {
        const range = field.slice(0, match.index)
        const order = fields ? instanceIds(fields, range) : []
        const number = order.indexOf(match[1] ?? '') + 1
        parts.push([named(bare(range)) || range.slice(range.lastIndexOf('/') + 1), number || ''].join(' ').trim())
      }
      const path = bare(field).replace(/#order$/, '')
      parts.push(named(path) || (shape.byPath.has(path) ? path.slice(path.lastIndexOf('/') + 1) : field))
      return parts.join(' · ')
    },
    value(field, value) {
      if (value === null) return ''
      if (field.endsWith('#order')) return String(value.split(' ').filter(Boolean).length)
      const question = questions.get(bare(field))
      if (!question) return value
      const choice = (v: string): string => text(question.choices.get(v) ?? [v])
      return humanValue(question.kind, value, language, choice)
    },
  }
}

const KINDS: Record<string, Kind> = { int: 'number', decimal: 'number', date: 'date', time: 'time', dateTime: 'dateTime', geopoint: 'place', geotrace: 'place', geoshape: 'place', binary: 'file' }

function kindOf(control: Element, type: string): Kind {
  switch (control.localName) {
    case 'select1':
      return 'choice'
    case 'select':
      return 'choices'
    case 'rank':
      return 'rank'
    case 'trigger':
      return 'trigger'
    case 'upload':
      return 'file'
    default:
      return KINDS[type] ?? 'text'
  }
}

function piecesOf(element: Element): Text {
  return Array.from(element.childNodes).flatMap((node) => {
    if (node.nodeType === node.TEXT_NODE) return [node.textContent ?? '']
    const output = node.nodeType === node.ELEMENT_NODE && (node as Element).localName === 'output' ? (node as Element) : null
    if (!output) return []
    const path = localPath(output.getAttribute('value') ?? '')
    return [/^(\/[\w.-]+)+$/u.test(path) ? { path } : '…']
  })
}

type Itext = ReadonlyMap<string, Text>

/** The wanted translation, other ones where it has nothing ("-" is what pyxform writes for a missing one). */
function readItext(document: Document, wanted: string): Itext {
  const itext = new Map<string, Text>()
  const translations = Array.from(document.getElementsByTagNameNS('*', 'translation'))
  const ordered = [...translations.filter((t) => t.getAttribute('lang') === wanted), ...translations.filter((t) => t.getAttribute('lang') !== wanted)]
  for (const text of ordered.flatMap(childElements)) {
    const id = text.getAttribute('id') ?? ''
    const value = childElements(text).find((v) => !v.hasAttribute('form') || v.getAttribute('form') === 'long')
    if (!itext.has(id) && value && value.textContent?.trim() !== '-') itext.set(id, piecesOf(value))
  }
  return itext
}

function textOf(label: Element, itext: Itext): Text {
  const id = /^jr:itext\('(.*)'\)$/.exec(label.getAttribute('ref') ?? '')?.[1]
  return id === undefined ? piecesOf(label) : (itext.get(id) ?? [])
}

type Rows = readonly ReadonlyMap<string, string>[]

/** Secondary instances: choices written in the form, and those of CSV, GeoJSON and XML attachments. */
async function readLists(document: Document, source: FormSource): Promise<Map<string, Rows>> {
  const lists = new Map<string, Rows>()
  for (const instance of Array.from(document.getElementsByTagNameNS('*', 'instance')).slice(1)) {
    const id = instance.getAttribute('id') ?? ''
    const file = (instance.getAttribute('src') ?? '').replace(/^jr:\/\/[^/]+\//, '')
    if (!file) lists.set(id, rowsOf(instance))
    else {
      const bytes = await source.attachment(file)
      lists.set(id, bytes ? rowsOfFile(file, await bytes.text()) : [])
    }
  }
  return lists
}

const rowsOf = (instance: Element | Document): Rows =>
  Array.from(instance.getElementsByTagNameNS('*', 'item')).map((item) => new Map(childElements(item).map((c) => [c.localName, c.textContent ?? ''])))

function rowsOfFile(name: string, text: string): Rows {
  if (name.endsWith('.csv')) {
    const [head, ...rows] = csvRows(text.replace(/^\uFEFF/, ''))
    return rows.map((row) => new Map((head?.cells ?? []).map((column, i) => [column.trim(), row.cells[i] ?? ''])))
  }
  if (!name.endsWith('json')) return rowsOf(new DOMParser().parseFromString(text, 'text/xml'))
  const { features = [] } = JSON.parse(text) as { features?: { id?: string | number; properties?: Record<string, unknown> }[] }
  return features.map((f) => new Map(Object.entries({ id: f.id, ...f.properties }).map(([k, v]) => [k, String(v ?? '')])))
}

function choicesOf(control: Element, itext: Itext, lists: ReadonlyMap<string, Rows>): Choices {
  const choices = new Map<string, Text>()
  for (const child of childElements(control)) {
    const part = (name: string): Element | undefined => childElements(child).find((c) => c.localName === name)
    const label = part('label')
    if (child.localName === 'item') {
      const value = part('value')?.textContent ?? ''
      choices.set(value, label ? textOf(label, itext) : [value])
    } else if (child.localName === 'itemset') {
      const list = lists.get(/instance\('([^']+)'\)/.exec(child.getAttribute('nodeset') ?? '')?.[1] ?? '') ?? []
      const value = part('value')?.getAttribute('ref') ?? 'name'
      const ref = label?.getAttribute('ref') ?? value
      const inner = /^jr:itext\((.*)\)$/.exec(ref)?.[1]
      for (const row of list) {
        const text = inner ? itext.get(row.get(inner.trim()) ?? '') : [row.get(ref.trim()) ?? '']
        choices.set(row.get(value) ?? '', text ?? [])
      }
    }
  }
  return choices
}
