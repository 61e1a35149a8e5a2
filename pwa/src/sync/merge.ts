/** Three-way merge of one change into one item, field by field. The outcome never depends on a phone's clock.
 *
 * Mirror of sync/merge.py: rules MERGE-1 to MERGE-4, TOMB-1, TOMB-2, REP-1 to REP-4.
 */

import { DELETED, Draft } from './draft'
import type { Change, Value } from './protocol'
import {
  goneUnseen,
  instancesAround,
  isInstance,
  isOrder,
  mergeOrder,
  removeInstance,
  seat,
  touchedInside,
} from './repeats'
import { NO_STAMPS, type Actor, type Effect, type ItemState } from './state'

export const QUIET_NAMES: ReadonlySet<string> = new Set([
  'submitted_at_ms',
  'form_version',
  'shown_at_ms',
  'opened_at_ms',
  'confirmed_at_ms',
  '/data/start',
  '/data/end',
  '/data/today',
  '/data/deviceid',
])
export const QUIET_PREFIXES: readonly string[] = ['/data/meta/']

/** Fields that describe the filling, not the answer: the later arrival wins, nobody is asked (MERGE-4). */
export function isQuiet(name: string): boolean {
  return QUIET_NAMES.has(name) || QUIET_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/** A new item out of its first change. */
export function create(change: Change, actor: Actor, atMs: number): Effect {
  const empty: ItemState = {
    kind: change.kind,
    id: change.id,
    revision: 0,
    author: actor.person,
    fields: {},
    stamps: NO_STAMPS,
    deleted: false,
    conflicts: [],
  }
  const draft = new Draft(empty, actor, change, atMs)
  writeFields(draft)
  draft.touched = true
  return draft.finish()
}

/** Merge an edit or a deletion. */
export function merge(state: ItemState, change: Change, actor: Actor, atMs: number): Effect {
  const draft = new Draft(state, actor, change, atMs)
  if (change.intent === 'delete') writeDeletion(draft, '1')
  else writeFields(draft)
  return draft.finish()
}

/** Write every field of the change: the deletion first, then orders (structure), then the rest. */
export function writeFields(draft: Draft): void {
  const fields = draft.change.fields ?? {}
  if (DELETED in fields) writeDeletion(draft, fields[DELETED] ?? null)
  if (draft.deleted && draft.relation(DELETED) === 'late') return
  const orders = Object.keys(fields).filter(isOrder)
  for (const name of orders.sort((left, right) => left.length - right.length)) {
    if (!draft.deleted && !insideKept(draft, name)) mergeOrder(draft, name, fields[name] ?? null)
  }
  for (const [name, value] of Object.entries(fields)) {
    if (name !== DELETED && !isOrder(name)) write(draft, name, value)
  }
}

/** Delete ("1") or restore (null). Deleting what others changed unseen is a conflict, and so is the reverse. */
export function writeDeletion(draft: Draft, value: Value): void {
  const relation = draft.relation(DELETED)
  if (relation === 'late' || draft.outrun(DELETED)) return
  draft.withdraw(value ? undefined : DELETED)
  if (draft.standing(DELETED) === value && relation === 'concurrent') {
    draft.share(DELETED)
  } else if (relation === 'concurrent' || (value && !draft.deleted && touchedUnseen(draft))) {
    draft.keepBoth(DELETED, value)
  } else {
    draft.set(DELETED, value)
    if (!value) return
    for (const conflict of [...draft.open]) {
      if (!draft.unseen(conflict) && !draft.later(conflict)) draft.close(conflict)
    }
  }
}

function touchedUnseen(draft: Draft): boolean {
  const written = [...draft.stamped.keys()].some((name) => !isQuiet(name) && draft.relation(name) === 'concurrent')
  return written || draft.open.some((conflict) => draft.unseen(conflict))
}

function write(draft: Draft, name: string, value: Value): void {
  if (isInstance(name)) {
    writeInstance(draft, name, value)
    return
  }
  const around = name.includes(']') ? instancesAround(name) : []
  let relation = draft.relation(name)
  if (relation === 'late' || (draft.open.length && draft.outrun(name))) return
  if (around.length && insideKept(draft, name)) return
  if (draft.deleted) {
    if (!isQuiet(name)) draft.keepBoth(name, value)
    return
  }
  if (relation === 'free' && around.some((instance) => goneUnseen(draft, instance))) relation = 'concurrent'
  if (relation === 'free' || isQuiet(name)) {
    draft.set(name, value)
    if (value !== null && around.length) seat(draft, name)
  } else if (draft.standing(name) === value) {
    draft.share(name)
  } else {
    draft.keepBoth(name, value)
  }
}

/** Whether the change wanted to remove an instance around the field and only opened a conflict about it. */
function insideKept(draft: Draft, name: string): boolean {
  return draft.opened.some((conflict) => isInstance(conflict.field) && name.startsWith(`${conflict.field}/`))
}

/** The choice about a removed instance: null takes it away, anything else keeps it. */
function writeInstance(draft: Draft, instance: string, value: Value): void {
  if (value !== null) draft.stamp(instance)
  else if (touchedInside(draft, instance)) draft.keepBoth(instance, null)
  else removeInstance(draft, instance)
}
