/** The person's own submissions and drafts, each with the state it is in. Pure, except `readEntries`. */
import { readState } from '../../store/database'
import { readDrafts, readProgress } from '../../store/drafts'
import { readItems } from '../../store/items'
import { isUnsent, needsAttention } from '../../store/outbox'
import type { Draft, States } from '../../store/records'
import type { Seen } from '../../store/view'
import type { Tone } from '../parts/page'
import type { IconName } from '../parts/icon'

export type EntryState = 'draft' | 'finalised' | 'sending' | 'carried' | 'received' | 'conflict' | 'refused' | 'answered'

export interface Entry {
  id: string
  state: EntryState
  title: string
  form: string
  area: string
  at_ms: number
  draft?: Draft
  seen?: Seen
  /** Files of it that are on this phone: how many the server has, of how many. */
  files?: { sent: number; all: number }
}

export const LOOKS: Record<EntryState, { tone: Tone; icon: IconName }> = {
  draft: { tone: 'calm', icon: 'pencil' },
  finalised: { tone: 'wait', icon: 'clock' },
  sending: { tone: 'wait', icon: 'sync' },
  carried: { tone: 'good', icon: 'check' },
  received: { tone: 'good', icon: 'check' },
  conflict: { tone: 'urgent', icon: 'fork' },
  refused: { tone: 'bad', icon: 'warn' },
  answered: { tone: 'answer', icon: 'answer' },
}

export function stateOf(seen: Seen, syncing: boolean, answered: ReadonlySet<string>, carried?: States['carried']): EntryState {
  if (seen.pending.some(needsAttention)) return 'refused'
  if (seen.conflicts.length > 0) return 'conflict'
  const unsent = seen.pending.filter(isUnsent)
  if (unsent.length > 0 && unsent.every((kept) => kept.replica === carried?.replica && kept.change.sequence <= carried.up_to)) return 'carried'
  if (unsent.length > 0) return syncing ? 'sending' : 'finalised'
  if (answered.has(seen.fields['topic'] ?? '')) return 'answered'
  return 'received'
}

export const isMine = (seen: Seen, person: string): boolean => seen.author === person || (seen.author === '' && seen.pending.length > 0)

/** The words by which a person knows a submission: its label, else its first short text answer. */
export function titleOf(fields: Record<string, string>): string {
  if (fields['label']) return fields['label']
  const texts = Object.entries(fields).filter(([name, value]) => name.startsWith('/data/') && !name.includes('/meta/') && !name.endsWith('#order') && /\p{L}.*\s.*\p{L}/u.test(value) && !/^[a-z0-9_ ]+$/.test(value))
  return texts[0]?.[1].slice(0, 80) ?? ''
}

export function filesOf(fields: Readonly<Record<string, string>>, progress: ReadonlyMap<string, boolean>): { sent: number; all: number } {
  const known = Object.entries(fields)
    .filter(([name]) => name.startsWith('file:'))
    .flatMap(([, value]) => progress.get(value.split(' ')[0] ?? '') ?? [])
  return { sent: known.filter(Boolean).length, all: known.length }
}

export async function readEntries(person: string, syncing: boolean): Promise<Entry[]> {
  const [submissions, drafts, forms, answers, carried, epoch, progress] = await Promise.all([readItems('submission'), readDrafts(), readItems('form'), readItems('answer'), readState('carried'), readState('epoch'), readProgress()])
  const titles = new Map(forms.map((form) => [form.id, form.fields['title'] ?? form.id]))
  const answered = new Set(answers.map((answer) => answer.fields['topic'] ?? ''))
  const own = submissions.filter((seen) => isMine(seen, person))
  return [
    ...drafts.map((draft): Entry => ({ id: draft.id, state: 'draft', title: draft.label, form: draft.title, area: draft.area, at_ms: draft.updated_at_ms, draft })),
    ...own.map(
      (seen): Entry => ({
        id: seen.id,
        state: stateOf(seen, syncing, answered, carried?.epoch === epoch ? carried : undefined),
        title: titleOf(seen.fields),
        form: titles.get(seen.fields['form'] ?? '') ?? seen.fields['form'] ?? '',
        area: seen.fields['area'] ?? '',
        at_ms: Number(seen.fields['submitted_at_ms'] ?? 0) || seen.updated_at_ms,
        seen,
        files: filesOf(seen.fields, progress),
      }),
    ),
  ].sort((a, b) => b.at_ms - a.at_ms)
}
