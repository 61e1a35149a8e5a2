/** What the person sees of an item: the server's state with this phone's own changes laid over it. The laying over is
 * sync/journal.ts `view`; here it also keeps refused creations visible, so that they can be put right. Pure. */
import { view } from '../sync/journal'
import type { Conflict, Item, ItemKind } from '../sync/protocol'
import type { KeptChange } from './records'

export interface Seen {
  kind: ItemKind
  id: string
  /** As pulled: the base of the next change. */
  revision: number
  fields: Readonly<Record<string, string>>
  conflicts: readonly Conflict[]
  author: string
  updated_at_ms: number
  updated_by: string
  deleted: boolean
  /** Changes of this phone that the server's state does not show yet, oldest first. */
  pending: KeptChange[]
}

/** Whether the change has an effect that no pull has brought back yet, or asks something of the person. */
export function isPending(kept: KeptChange, item: Item | undefined): boolean {
  if (kept.discarded) return false
  if (kept.state === 'unsent' || kept.state === 'attention') return true
  const revision = kept.outcome?.revision ?? 0
  return kept.state === 'judged' && (!item || item.revision < revision)
}

/** Null when there is neither an item nor a change that would make one. */
export function overlay(item: Item | undefined, changes: readonly KeptChange[]): Seen | null {
  const pending = changes.filter((kept) => isPending(kept, item)).sort((a, b) => a.change.sequence - b.change.sequence)
  const effective = pending.map((kept) => (kept.state === 'attention' && !item ? { ...kept, state: 'unsent' as const } : kept))
  const seen = view(item ?? null, effective)
  if (!seen) return null
  return {
    kind: seen.kind,
    id: seen.id,
    revision: item?.revision ?? 0,
    fields: seen.fields ?? {},
    conflicts: seen.conflicts ?? [],
    author: seen.author ?? '',
    updated_at_ms: seen.updated_at_ms ?? pending[0]?.change.made_at_ms ?? 0,
    updated_by: seen.updated_by ?? '',
    deleted: seen.deleted ?? false,
    pending,
  }
}
