/** Finds submissions by their words, without marks: "nuoc man" finds "Nước mặn". What is searched is kept folded per
 * revision, so that a key costs a pass over strings; folding the first time lets the phone draw in between. */
import { plain } from '../plain'
import type { Entry } from './entries'

const isAnswer = (name: string): boolean => name.startsWith('/') && !name.endsWith('#order') && !name.includes('/meta/')

/** Names of choices read as words: `nguon_nuoc` is found by "nguon nuoc". */
const fold = (text: string): string => plain(text).replaceAll('_', ' ')

const answersOf = (entry: Entry): string[] =>
  Object.entries(entry.seen?.fields ?? {})
    .filter(([name]) => isAnswer(name))
    .map(([, value]) => value)

/** Work of less than a frame between two rests. */
const AT_ONCE_MS = 12

interface Folded {
  stamp: string
  text: string
}

/** Remembers the folded text of each entry while the list is open. */
export class Finder {
  private readonly folded = new Map<string, Folded>()

  constructor(private readonly areaName: (code: string) => string) {}

  /** Entries that hold every word, in the order given; null when `isOver` said so meanwhile. */
  async find(entries: readonly Entry[], query: string, isOver: () => boolean = () => false): Promise<readonly Entry[] | null> {
    const words = fold(query).split(/\s+/).filter(Boolean)
    if (words.length === 0) return entries
    const found: Entry[] = []
    let rested = performance.now()
    for (const entry of entries) {
      const text = this.textOf(entry)
      if (words.every((word) => text.includes(word))) found.push(entry)
      if (performance.now() - rested < AT_ONCE_MS) continue
      await new Promise((resolve) => setTimeout(resolve))
      if (isOver()) return null
      rested = performance.now()
    }
    return found
  }

  private textOf(entry: Entry): string {
    const stamp = `${entry.seen?.revision ?? 0} ${entry.seen?.pending.length ?? 0} ${entry.at_ms} ${entry.title} ${entry.area}`
    const known = this.folded.get(entry.id)
    if (known?.stamp === stamp) return known.text
    const text = fold([entry.title, entry.form, this.areaName(entry.area), ...answersOf(entry)].join('\n'))
    this.folded.set(entry.id, { stamp, text })
    return text
  }
}

/** The answer in which a word of the query was found, unless the title shows it already; '' for none. */
export function foundIn(entry: Entry, query: string): string {
  const words = fold(query).split(/\s+/).filter(Boolean)
  const title = fold(entry.title)
  const hidden = words.filter((word) => !title.includes(word))
  const answer = hidden.length > 0 && answersOf(entry).find((value) => hidden.some((word) => fold(value).includes(word)))
  return answer ? answer.slice(0, 160) : ''
}
