/** The phone's own changes until the server's receipt, and afterwards a while longer, in case a backup is restored.
 *
 * Mirror of sync/journal.py: rules JOUR-1, JOUR-2, RCPT-2, RCPT-5, PUSH-4, EPOCH-2, FORK-1, LIVE-6.
 */

import { changeBytes } from './canonical'
import { DELETED } from './draft'
import type { Change, Intent, Item, ItemKind, Outcome, Range, Value } from './protocol'
import { covers, joinRanges, toRanges, without } from './ranges'
import type { Check } from './receipt'

/** Receipted changes that stay on the phone: a restored backup may ask for them. */
export const KEPT_AFTER_RECEIPT = 200

export type EntryState = 'unsent' | 'judged' | 'attention' | 'receipted'

/** One own change; the states are explained in sync/journal.py. */
export interface Entry {
  readonly replica: string
  readonly change: Change
  readonly state: EntryState
  readonly outcome: Outcome | null
  /** Made in another epoch and unknown to the server: its base must be found anew before it is sent. */
  readonly stale: boolean
}

export interface Wanted {
  readonly intent: Intent
  readonly kind: ItemKind
  readonly itemId: string
  readonly fields: Readonly<Record<string, Value>>
  readonly settles?: readonly string[]
  readonly madeAtMs?: number
}

/** The next change of this replica. Its base is the revision as pulled, never one learned from an outcome: between the
 * two somebody else may have written what this phone has not seen. */
export function makeChange(madeUpTo: number, held: Item | null, wanted: Wanted): Change {
  const known = held?.fields ?? {}
  const before: Record<string, Value> = {}
  for (const name of Object.keys(wanted.fields)) {
    const value = known[name]
    if (value !== undefined) before[name] = value
  }
  return {
    sequence: madeUpTo + 1,
    intent: wanted.intent,
    kind: wanted.kind,
    id: wanted.itemId,
    base: held && wanted.intent !== 'create' ? held.revision : 0,
    fields: { ...wanted.fields },
    before,
    settles: [...(wanted.settles ?? [])],
    made_at_ms: wanted.madeAtMs ?? 0,
  }
}

/** Unsent changes in order, at most so many and so many bytes, but at least one. Nothing overtakes a stale one. */
export function nextBatch(entries: Iterable<Entry>, replica: string, most: number, mostBytes: number): Change[] {
  const batch: Change[] = []
  let used = 0
  for (const entry of inOrder(entries)) {
    if (entry.replica !== replica || entry.state !== 'unsent') continue
    if (entry.stale) break
    used += changeBytes(replica, entry.change).length
    if (batch.length && (batch.length >= most || used > mostBytes)) break
    batch.push(entry.change)
  }
  return batch
}

/** Whether to go round once more at once. What this very answer called held waits for its predecessor instead. */
export function isMoreToSend(entries: Iterable<Entry>, replica: string, outcomes: Iterable<Outcome>): boolean {
  const held = new Set([...outcomes].filter(({ result }) => result === 'held').map(({ sequence }) => sequence))
  return [...entries].some(
    (entry) =>
      entry.state === 'unsent' && entry.replica === replica && !entry.stale && !held.has(entry.change.sequence),
  )
}

/** Entries with what the server said of them. `held` and `identity_reused` leave a change unsent. */
export function takeOutcomes(entries: Iterable<Entry>, replica: string, outcomes: Iterable<Outcome>): Entry[] {
  const said = new Map([...outcomes].map((outcome) => [outcome.sequence, outcome]))
  return [...entries].map((entry) => {
    const outcome = entry.replica === replica ? said.get(entry.change.sequence) : undefined
    if (!outcome || entry.state !== 'unsent' || outcome.result === 'held' || isReused(outcome)) return entry
    return { ...entry, state: outcome.result === 'rejected' ? 'attention' : 'judged', outcome }
  })
}

/** Release what a verified receipt covers and an outcome was heard of; the newest of it stays for a while. */
export function takeReceipt(entries: Iterable<Entry>, replica: string, upTo: number): Entry[] {
  const taken = [...entries].map((entry): Entry => {
    const covered = entry.state === 'judged' && entry.replica === replica && entry.change.sequence <= upTo
    return covered ? { ...entry, state: 'receipted' } : entry
  })
  const receipted = inOrder(taken.filter((entry) => entry.state === 'receipted'))
  const dropped = new Set(receipted.slice(0, Math.max(0, receipted.length - KEPT_AFTER_RECEIPT)))
  return taken.filter((entry) => !dropped.has(entry))
}

/** Items that a lean answer left out, because this phone's own changes say all of them (PULL-7). Author and time are what
 * the server wrote: the person of this phone, and the answer's own time. */
export function createdItems(
  entries: Iterable<Entry>,
  replica: string,
  outcomes: Iterable<Outcome>,
  by: { readonly person: string; readonly name: string; readonly at_ms: number },
): Item[] {
  const said = new Map([...outcomes].filter((one) => one.position).map((one) => [one.sequence, one]))
  const items: Item[] = []
  for (const { replica: whose, change } of entries) {
    const outcome = whose === replica ? said.get(change.sequence) : undefined
    if (!outcome) continue
    const fields = Object.entries(change.fields ?? {}).filter((pair): pair is [string, string] => pair[1] !== null)
    items.push({
      kind: change.kind,
      id: change.id,
      revision: outcome.revision ?? 0,
      position: outcome.position ?? 0,
      fields: Object.fromEntries(fields),
      author: by.person,
      updated_at_ms: by.at_ms,
      updated_by: by.name,
    })
  }
  return items
}

/** Of what the server misses, what this phone does not send any more: `lost` of its next request. What waits for a
 * person's attention is not offered again by itself, not even to a restored server. */
export function lostRanges(
  entries: Iterable<Entry>,
  replica: string,
  missing: Iterable<Range>,
  madeUpTo: number,
): Range[] {
  const held = toRanges(
    [...entries].filter((entry) => entry.replica === replica && entry.state !== 'attention').map((entry) => entry.change.sequence),
  )
  return joinRanges([...missing].flatMap(([first, last]) => without(first, Math.min(last, madeUpTo), held)))
}

/** The journal when the server could not even read one change: a person looks at it, the rest goes on (LIVE-6). Its
 * sequence counts as lost, or whatever comes after it would be held for ever. */
export function park(entries: Iterable<Entry>, replica: string, sequence: number): Entry[] {
  return [...entries].map((entry) =>
    entry.replica === replica && entry.change.sequence === sequence ? { ...entry, state: 'attention' } : entry,
  )
}

/** Whether another phone lives under this replica id (one was restored from a copy). Within one epoch only. */
export function isForked(
  receivedUpTo: number,
  madeUpTo: number,
  outcomes: Iterable<Outcome>,
  receiptCheck: Check,
): boolean {
  return receivedUpTo > madeUpTo || receiptCheck === 'broken' || [...outcomes].some(isReused)
}

/** The journal when `replica` becomes `fresh`: what was not judged is numbered from 1 and waits for a base (the copy may
 * have been made in another epoch); the rest stays as it is. */
export function splitReplica(entries: Iterable<Entry>, replica: string, fresh: string): Entry[] {
  let number = 0
  return inOrder(entries).map((entry) => {
    if (entry.replica !== replica || entry.state !== 'unsent') return entry
    number++
    return { ...entry, replica: fresh, change: { ...entry.change, sequence: number }, stale: true }
  })
}

/** The journal in another epoch: everything still held is offered again. What the server misses has a base that means
 * nothing there; it waits, stale, until the items are pulled. */
export function adoptEpoch(entries: Iterable<Entry>, replica: string, missing: readonly Range[]): Entry[] {
  return [...entries].map((entry): Entry => {
    if (entry.state === 'attention' || entry.replica !== replica) return entry
    return { ...entry, state: 'unsent', outcome: null, stale: entry.stale || covers(missing, entry.change.sequence) }
  })
}

/** After the first full pull of an epoch: stale changes get their base there. Where the item still reads as their author
 * saw it, its revision; else 0, so that whatever differs is kept as a conflict. */
export function findBases(
  entries: Iterable<Entry>,
  itemOf: (kind: ItemKind, id: string) => Item | null | undefined,
): Entry[] {
  return [...entries].map((entry) => {
    if (!entry.stale) return entry
    const { change } = entry
    const item = itemOf(change.kind, change.id)
    const seen =
      item &&
      Object.keys(change.fields ?? {}).every(
        (name) => (item.fields?.[name] ?? null) === (change.before?.[name] ?? null),
      )
    const base = seen && change.intent !== 'create' ? item.revision : 0
    return { ...entry, change: { ...change, base }, stale: false }
  })
}

/** A rejected change once more, under a new sequence: its old identity keeps its stored outcome for ever. */
export function remake(entry: Entry, madeUpTo: number, held: Item | null): Change {
  const { change } = entry
  return makeChange(madeUpTo, held, {
    intent: change.intent,
    kind: change.kind,
    itemId: change.id,
    fields: change.fields ?? {},
    settles: change.settles ?? [],
    madeAtMs: change.made_at_ms ?? 0,
  })
}

/** What the person sees: the pulled item with the own changes over it that no pull has brought back yet. */
export function view(item: Item | null, entries: Iterable<Entry>): Item | null {
  let seen = item
  for (const entry of inOrder(entries)) {
    if ((entry.state === 'unsent' || entry.state === 'judged') && !isPulled(item, entry)) {
      seen = overlay(seen, entry.change)
    }
  }
  return seen
}

/** Fields that somebody else wrote differently since this unsent change was made: a conflict is to be expected. */
export function contested(item: Item | null, entry: Entry): string[] {
  const { change } = entry
  if (!item || item.revision <= (change.base ?? 0) || change.intent === 'create') return []
  return Object.entries(change.fields ?? {})
    .filter(([name, value]) => {
      const now = item.fields?.[name] ?? null
      return now !== value && now !== (change.before?.[name] ?? null)
    })
    .map(([name]) => name)
}

function overlay(item: Item | null, change: Change): Item | null {
  if (!item && change.intent !== 'create') return null
  const under: Item = item ?? { kind: change.kind, id: change.id, revision: 0, position: 0 }
  const fields = { ...under.fields }
  for (const [name, value] of Object.entries(change.fields ?? {})) {
    if (value === null) delete fields[name]
    else if (name !== DELETED && !name.endsWith(']')) fields[name] = value
  }
  const chosen = change.fields?.[DELETED]
  const deleted = change.intent === 'delete' || (chosen === undefined ? (under.deleted ?? false) : chosen !== null)
  const settled = new Set(change.settles ?? [])
  const conflicts = (under.conflicts ?? []).filter((conflict) => !settled.has(conflict.id))
  return { ...under, fields, deleted, conflicts }
}

function isPulled(item: Item | null, entry: Entry): boolean {
  const revision = entry.outcome?.revision ?? 0
  return item !== null && revision > 0 && item.revision >= revision
}

function isReused(outcome: Outcome): boolean {
  return outcome.code === 'identity_reused'
}

function inOrder(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((left, right) => left.change.sequence - right.change.sequence)
}
