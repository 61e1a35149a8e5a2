/** What becomes of one change. Outcomes are values; each change is judged on its own, so a poisoned one blocks nothing.
 *
 * Mirror of sync/push.py: rules PUSH-1 to PUSH-6.
 */

import { DELETED, Draft } from './draft'
import { create, merge } from './merge'
import { refusal } from './permit'
import { REJECTIONS, type Change, type Range } from './protocol'
import { without } from './ranges'
import { resolve } from './resolve'
import type { Decision, Effect, ItemState, Rejected, Snapshot } from './state'

export const MAX_ID = 200
export const MAX_NAME = 500
export const MAX_FIELDS = 5_000
export const MAX_CHANGE_CHARACTERS = 500_000

/** Judge one change. `changeHash`: canonical's changeHash(replica, change). */
export function decide(snapshot: Snapshot, change: Change, changeHash: string): Decision {
  const { earlier } = snapshot
  if (earlier && earlier.hash !== changeHash) return reject(change, 'identity_reused')
  if (earlier && !snapshot.releasing) {
    return { decision: 'duplicate', outcome: { ...earlier.outcome, duplicate: true } }
  }
  const missing = missingBefore(change.sequence, snapshot.received_up_to, snapshot.lost)
  if (missing.length) {
    return { decision: 'held', outcome: { sequence: change.sequence, result: 'held', retry: 'later' }, missing }
  }
  const unknown = snapshot.item || change.intent === 'create' ? '' : 'item_unknown'
  const code = fault(change) || unknown || refusal(snapshot.actor, snapshot.item, change)
  if (code) return reject(change, code)
  const judged = judge(snapshot, change)
  return typeof judged === 'string' ? reject(change, judged) : judged
}

export function reject(change: Change, code: string): Rejected {
  const retry = REJECTIONS[code] ?? 'never'
  return { decision: 'rejected', outcome: { sequence: change.sequence, result: 'rejected', code, retry } }
}

/** What a change waits for: earlier sequences that were not judged and are not known to be lost. */
export function missingBefore(sequence: number, receivedUpTo: number, lost: readonly Range[]): Range[] {
  if (sequence <= receivedUpTo + 1) return []
  return without(receivedUpTo + 1, sequence - 1, lost)
}

/** The code of what is wrong with the change itself, or "". */
export function fault(change: Change): string {
  const fields = Object.entries(change.fields ?? {})
  const creates = change.intent === 'create'
  const wellFormed =
    change.sequence > 0 &&
    change.id.length > 0 &&
    isWithin(change.id, MAX_ID) &&
    (change.base ?? 0) >= 0 &&
    !(creates && change.base) &&
    fields.length <= MAX_FIELDS &&
    fields.every(([name]) => name.length > 0 && isWithin(name, MAX_NAME)) &&
    ![change.id, ...fields.flat(), ...(change.settles ?? [])].some((text) => text?.includes('\0')) &&
    !(change.intent === 'delete' && fields.length) &&
    (change.intent === 'resolve') === Boolean(change.settles?.length) &&
    !(creates && fields.some(([, value]) => value === null)) &&
    (change.intent === 'resolve' || (change.fields?.[DELETED] ?? null) === null)
  if (!wellFormed) return 'change_malformed'
  const texts = [...fields.flat(), ...Object.values(change.before ?? {})].map((text) => text ?? '')
  const size = (measure: (text: string) => number): number => texts.reduce((sum, text) => sum + measure(text), 0)
  const tooLarge = size((text) => text.length) > MAX_CHANGE_CHARACTERS && size(codePoints) > MAX_CHANGE_CHARACTERS
  return tooLarge ? 'change_too_large' : ''
}

const SHUT = { closed: 'form_closed', elsewhere: 'out_of_scope', unknown: 'form_unknown' } as const

function judge(snapshot: Snapshot, change: Change): Effect | string {
  const { item, actor, at_ms: atMs } = snapshot
  if (item === null) {
    if (change.kind === 'submission' && snapshot.form !== 'open') {
      return SHUT[snapshot.form]
    }
    return create(change, actor, atMs)
  }
  if (change.intent === 'create') {
    if (change.kind === 'delivery') return merge(item, change, actor, atMs)
    const same =
      item.author === actor.person &&
      !item.deleted &&
      Object.entries(change.fields ?? {}).every(([name, value]) => item.fields[name] === value)
    if (!same) return 'item_exists'
    const outcome = { sequence: change.sequence, result: 'merged', revision: item.revision } as const
    return { decision: 'merged', outcome, item, revised: false, opened: [], closed: [] }
  }
  const form = item.fields.form ?? null
  if (change.kind === 'submission' && 'form' in (change.fields ?? {}) && (change.fields?.form ?? null) !== form) {
    return 'change_malformed'
  }
  if (change.intent === 'resolve') return resolve(item, change, actor, atMs, snapshot.closed)
  const restores = DELETED in (change.fields ?? {})
  if (item.deleted && change.intent === 'edit' && !restores && deletionSeen(item, snapshot, change)) {
    return 'item_deleted'
  }
  return merge(item, change, actor, atMs)
}

/** Whether the change's author knew that the item was deleted. */
function deletionSeen(item: ItemState, snapshot: Snapshot, change: Change): boolean {
  return new Draft(item, snapshot.actor, change, snapshot.at_ms).relation(DELETED) === 'free'
}

function isWithin(text: string, most: number): boolean {
  return text.length <= most || codePoints(text) <= most
}

/** As Python counts. Never more than `length`, which costs nothing. */
function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
