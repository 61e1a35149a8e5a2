/** Search without diacritics: "an giang" finds "An Giang", "dong" finds "Đồng". Pure. */

/** Lower case, no marks, đ is d, runs of white space are one space. */
export const fold = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}+/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().replace(/\s+/g, ' ').trim()

export interface Searchable {
  readonly label: string
  readonly folded: string
}

/** Entries that hold every word of the query; those that begin with it come first, otherwise in the order given.
 *
 * Marks in the query narrow: "hương" does not find "Hường" when something matches with the marks as typed. */
export function search<T extends Searchable>(entries: readonly T[], query: string): readonly T[] {
  const folded = fold(query)
  if (!folded) return entries
  const words = folded.split(' ')
  const found = entries.filter((entry) => words.every((word) => entry.folded.includes(word)))
  const typed = query.normalize('NFC').toLowerCase().trim()
  const exact = typed === folded ? [] : found.filter((entry) => entry.label.normalize('NFC').toLowerCase().includes(typed))
  const chosen = exact.length > 0 ? exact : found
  const begins = (entry: T): boolean => entry.folded.startsWith(folded)
  return [...chosen.filter(begins), ...chosen.filter((entry) => !begins(entry))]
}
