/** A resolution is a change like any other: it closes the conflicts it names and writes the chosen values.
 *
 * Mirror of sync/resolve.py: rules RES-1 to RES-4.
 */

import { DELETED, Draft } from './draft'
import { writeFields } from './merge'
import type { Change, Conflict } from './protocol'
import type { Actor, Effect, ItemState } from './state'

/** Merge a resolution; or the code of its rejection. `closed`: named conflicts that somebody settled already. */
export function resolve(
  state: ItemState,
  change: Change,
  actor: Actor,
  atMs: number,
  closed: ReadonlySet<string>,
): Effect | string {
  const known = new Map(state.conflicts.map((conflict) => [conflict.id, conflict]))
  const named = [...new Set(change.settles ?? [])]
  if (named.some((id) => !closed.has(id) && !known.has(id))) return 'conflict_unknown'
  const draft = new Draft(state, actor, change, atMs)
  const settled = named.map((id) => known.get(id)).filter((conflict): conflict is Conflict => conflict !== undefined)
  if (!complete(draft, settled)) return 'change_malformed'
  for (const conflict of settled) draft.close(conflict)
  writeFields(draft)
  return draft.finish()
}

/** A choice for each settled field; on an item seen as deleted, first of all whether it stays so. */
function complete(draft: Draft, settled: readonly Conflict[]): boolean {
  const chosen = draft.change.fields ?? {}
  const every = settled.every((conflict) => conflict.field in chosen)
  if (DELETED in chosen) return chosen[DELETED] !== null || every
  if (draft.deleted && draft.relation(DELETED) === 'free') return false
  return every
}
