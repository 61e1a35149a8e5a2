/** One item under one arriving change: the copy that merge, resolve and repeats write into, and nobody else sees.
 *
 * Mirror of sync/draft.py, where the three relations and the rules MERGE-1, CONF-1 to CONF-3 are explained.
 */

import type { Change, Conflict, Outcome, Result, Value } from './protocol'
import type { Actor, Effect, ItemState, Stamps, Write } from './state'

export type Relation = 'free' | 'concurrent' | 'late'
/** The deletion as a field: "1" or absent. */
export const DELETED = 'deleted'

/** [replica, sequence] of the change that opened a conflict, out of its id. */
export function authorOf(conflict: Conflict): [replica: string, sequence: number] {
  const named = conflict.id.slice(0, -conflict.field.length - 1)
  const at = named.lastIndexOf(':')
  return [named.slice(0, at), Number(named.slice(at + 1))]
}

export class Draft {
  readonly state: ItemState
  readonly actor: Actor
  readonly change: Change
  readonly atMs: number
  /** A base that the item never reached comes from another history: nothing of this one was seen, so it counts as 0. */
  readonly base: number
  readonly revision: number
  readonly fields: Map<string, string>
  readonly stamped: Map<string, number>
  readonly shared: Map<string, Readonly<Record<string, number>>>
  deleted: boolean
  open: Conflict[]
  readonly opened: Conflict[] = []
  readonly closed: string[] = []
  touched = false

  constructor(state: ItemState, actor: Actor, change: Change, atMs: number) {
    this.state = state
    this.actor = actor
    this.change = change
    this.atMs = atMs
    const base = change.base ?? 0
    this.base = base <= state.revision ? base : 0
    this.revision = state.revision + 1
    this.fields = new Map(Object.entries(state.fields))
    this.stamped = new Map(Object.entries(state.stamps.fields))
    this.shared = new Map(Object.entries(state.stamps.holders))
    this.deleted = state.deleted
    this.open = [...state.conflicts]
  }

  relation(name: string): Relation {
    const revision = this.stamped.get(name) ?? 0
    if (revision <= this.base || revision === this.revision) return 'free'
    const holders = this.holders(name)
    const own = holders[this.actor.replica] ?? 0
    if (own > this.change.sequence) return 'late'
    return own && Object.keys(holders).length === 1 ? 'free' : 'concurrent'
  }

  /** Whose last word is what stands in a written field: replica -> sequence. */
  private holders(name: string): Readonly<Record<string, number>> {
    const shared = this.shared.get(name)
    if (shared) return shared
    const [replica, sequence] = this.state.stamps.writes[this.stamped.get(name)!]!
    return { [replica]: sequence }
  }

  /** Sequence of the change that opened the conflict, when this replica made it. */
  ownSequence(conflict: Conflict): number | null {
    const [replica, sequence] = authorOf(conflict)
    return replica === this.actor.replica ? sequence : null
  }

  /** Whether somebody else's conflict was opened after what the change's author saw. */
  unseen(conflict: Conflict): boolean {
    return (conflict.revision ?? 0) > this.base && this.ownSequence(conflict) === null
  }

  /** Whether a later change of this replica already keeps a conflict on the field. */
  outrun(name: string): boolean {
    return this.open.some((conflict) => conflict.field === name && this.later(conflict))
  }

  later(conflict: Conflict): boolean {
    return (this.ownSequence(conflict) ?? 0) > this.change.sequence
  }

  standing(name: string): Value {
    if (name === DELETED) return this.deleted ? '1' : null
    return this.fields.get(name) ?? null
  }

  set(name: string, value: Value): void {
    if (name === DELETED) this.deleted = value !== null
    else if (value === null) this.fields.delete(name)
    else this.fields.set(name, value)
    this.stamp(name)
    if (this.open.length) {
      this.withdraw(name)
      this.agree(name, value)
    }
  }

  stamp(name: string): void {
    this.stamped.set(name, this.revision)
    this.shared.delete(name)
    this.touched = true
  }

  /** Somebody else wrote the same: from now on neither may overwrite it unseen. */
  share(name: string): void {
    if (this.stamped.has(name)) {
      this.shared.set(name, { ...this.holders(name), [this.actor.replica]: this.change.sequence })
    }
    if (this.open.length) this.withdraw(name)
  }

  keepBoth(name: string, arriving: Value): void {
    this.withdraw(name)
    const shared = this.shared.get(name)
    if (shared) {
      const others = Object.entries(shared).filter(([who]) => who !== this.actor.replica)
      this.shared.set(name, Object.fromEntries(others))
    }
    const write = this.state.stamps.writes[this.stamped.get(this.deleted ? DELETED : name) ?? 0]
    const conflict: Conflict = {
      id: `${this.actor.replica}:${this.change.sequence}:${name}`,
      field: name,
      before: this.change.before?.[name] ?? null,
      standing: this.standing(name),
      standing_by: write?.[3] ?? '',
      standing_at_ms: write?.[2] ?? 0,
      standing_deleted: this.deleted && name !== DELETED,
      arriving,
      arriving_by: this.actor.name,
      arriving_at_ms: this.atMs,
      revision: this.revision,
    }
    this.open.push(conflict)
    this.opened.push(conflict)
    this.touched = true
  }

  close(conflict: Conflict): void {
    this.open = this.open.filter((other) => other !== conflict)
    this.closed.push(conflict.id)
    this.touched = true
  }

  /** Close this replica's own earlier conflicts on a field, or on the whole item. */
  withdraw(name?: string): void {
    for (const conflict of [...this.open]) {
      const own = this.ownSequence(conflict)
      if ((name === undefined || conflict.field === name) && own !== null && own < this.change.sequence) {
        this.close(conflict)
      }
    }
  }

  finish(): Effect {
    const revision = this.touched ? this.revision : this.state.revision
    const decision = this.result()
    const outcome: Outcome = {
      sequence: this.change.sequence,
      result: decision,
      revision,
      conflicts: this.opened.map((conflict) => conflict.id),
    }
    const item: ItemState = {
      kind: this.state.kind,
      id: this.state.id,
      revision,
      author: this.state.author,
      fields: Object.fromEntries(this.fields),
      stamps: this.stamps(),
      deleted: this.deleted,
      conflicts: this.open,
    }
    return { decision, outcome, item, revised: this.touched, opened: this.opened, closed: this.closed }
  }

  private agree(name: string, value: Value): void {
    for (const conflict of [...this.open]) {
      if (conflict.field === name && (conflict.arriving ?? null) === value) {
        this.close(conflict)
        const [replica, sequence] = authorOf(conflict)
        const own = { [this.actor.replica]: this.change.sequence }
        this.shared.set(name, { [replica]: sequence, ...(this.shared.get(name) ?? own) })
      }
    }
  }

  private result(): Extract<Result, 'applied' | 'merged' | 'conflicted'> {
    if (this.opened.length) return 'conflicted'
    const others = Object.entries(this.state.stamps.writes).some(
      ([revision, write]) => Number(revision) > this.base && write[0] !== this.actor.replica,
    )
    const disagree = this.state.conflicts.some((conflict) => this.unseen(conflict))
    return others || disagree || !this.touched ? 'merged' : 'applied'
  }

  private stamps(): Stamps {
    let writes: Readonly<Record<number, Write>> = this.state.stamps.writes
    if (this.touched) {
      const named = new Set(this.stamped.values())
      const kept: Record<number, Write> = {}
      for (const [revision, write] of Object.entries(writes)) if (named.has(Number(revision))) kept[Number(revision)] = write
      if (named.has(this.revision)) {
        kept[this.revision] = [this.actor.replica, this.change.sequence, this.atMs, this.actor.name]
      }
      writes = kept
    }
    return { fields: Object.fromEntries(this.stamped), writes, holders: Object.fromEntries(this.shared) }
  }
}
