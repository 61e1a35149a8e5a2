/** Hints apart from guidance. The engine runs the two together (both are `<value>`s of one itext entry), so questions
 * that have guidance get both from here. Texts of `<output>` come from the answers. */
import type { Fields } from './contract'
import { childElements, localPath, type FormShape } from './shape'

export interface Help {
  hint: string
  guidance: string
}

/** Help by path (without ids), only for questions that have guidance, in one language of the form. */
export function guidanceOf(shape: FormShape, language: string): ReadonlyMap<string, (fields: Fields) => Help> {
  const { document } = shape
  const texts = new Map<string, Element>()
  for (const translation of Array.from(document.getElementsByTagNameNS('*', 'translation'))) {
    if ((translation.getAttribute('lang') ?? '') !== language) continue
    for (const text of childElements(translation)) {
      if (childElements(text).some((v) => v.getAttribute('form') === 'guidance')) texts.set(text.getAttribute('id') ?? '', text)
    }
  }
  const found = new Map<string, (fields: Fields) => Help>()
  if (texts.size === 0) return found
  for (const hint of Array.from(document.getElementsByTagNameNS('*', 'hint'))) {
    const text = texts.get(/^jr:itext\('(.*)'\)$/.exec(hint.getAttribute('ref') ?? '')?.[1] ?? '')
    const path = localPath(hint.parentElement?.getAttribute('ref') ?? '')
    if (text && path) found.set(path, (fields) => ({ hint: partOf(text, null, fields), guidance: partOf(text, 'guidance', fields) }))
  }
  return found
}

function partOf(text: Element, form: string | null, fields: Fields): string {
  const value = childElements(text).find((v) => v.getAttribute('form') === form)
  const said = Array.from(value?.childNodes ?? [], (node) => {
    if (node.nodeType !== node.ELEMENT_NODE) return node.textContent ?? ''
    return fields[localPath((node as Element).getAttribute('value') ?? '')] ?? '…'
  }).join('')
  // pyxform writes "-" where a translation is missing.
  return said.trim() === '-' ? '' : said
}
