/** How alerts look: tones by severity, words of CAP 1.2. What they are is in store/alerts.ts. */
import { severityOf } from '../../store/alerts'
import type { Tone } from '../parts/page'

export * from '../../store/alerts'

export const toneOf = (alert: { fields: Readonly<Record<string, string>> }): Tone =>
  ({ extreme: 'bad', severe: 'urgent', moderate: 'wait', minor: 'calm', unknown: 'calm' } as const)[severityOf(alert)]

/** A word of CAP 1.2 in the person's language; the word itself where the table does not know it. */
export const capWord = (table: Record<string, string>, word: string | undefined): string => table[word ?? ''] ?? word ?? ''
