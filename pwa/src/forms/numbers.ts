/** Numbers as people type them. Pure. */
import type { Language } from './contract'

/** @returns canonical text (`-12`, `1.5`), '' for nothing, null for what is no number. In Vietnamese the comma is the decimal
 * mark and a point before three digits groups thousands; in English the other way round. */
export function parseNumber(text: string, language: Language, whole: boolean): string | null {
  const bare = text.replace(/[\s\u00a0]/g, '').replace(/^−/, '-')
  if (bare === '') return ''
  const [group, point] = language === 'vi' ? ['.', ','] : [',', '.']
  const grouped = new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d*)?$`)
  // "1.5" is also read as one and a half in Vietnamese: keyboards of many phones offer only the point.
  const plain = grouped.test(bare) ? bare.replaceAll(group, '') : bare
  const canonical = plain.replace(',', '.')
  const shape = whole ? /^-?\d+$/ : /^-?(\d+\.?\d*|\.\d+)$/
  return shape.test(canonical) ? canonical.replace(/\.$/, '').replace(/^(-?)\./, '$10.') : null
}
