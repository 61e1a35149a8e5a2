/** What an amend changes: fields that are new, other or gone. Pure. */
import type { Difference, Fields } from './contract'

/** An answer or the order of a repeat; `file:NAME` and the item's own properties are not the form's to change. */
export const isAnswer = (field: string): boolean => field.startsWith('/')

/** @param before the submission as the phone last saw it (others than answers are passed over). */
export function difference(before: Fields, after: Fields): Difference {
  const change: Difference = { fields: {}, before: {} }
  for (const field of [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(isAnswer).sort()) {
    const was = before[field] ?? null
    const is = after[field] ?? null
    if (was === is) continue
    change.fields[field] = is
    change.before[field] = was
  }
  return change
}
