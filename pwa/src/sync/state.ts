/** What a decision needs to know and what it leaves behind. Mirror of sync/state.py, where the words are explained. */

import type { Conflict, ItemKind, Outcome, Range } from './protocol'

/** [replica, sequence, at_ms, by] of the change that made one revision. */
export type Write = readonly [replica: string, sequence: number, atMs: number, by: string]

export interface Stamps {
  readonly fields: Readonly<Record<string, number>>
  readonly writes: Readonly<Record<number, Write>>
  /** Of a field that several replicas wrote alike: whose last word still is what stands (replica -> sequence). */
  readonly holders: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface ItemState {
  readonly kind: ItemKind
  readonly id: string
  readonly revision: number
  readonly author: string
  readonly fields: Readonly<Record<string, string>>
  readonly stamps: Stamps
  readonly deleted: boolean
  readonly conflicts: readonly Conflict[]
}

export interface Actor {
  readonly replica: string
  readonly person: string
  readonly name: string
  readonly role: 'collaborator' | 'coordinator' | 'staff' | 'administrator'
  readonly device: string
  readonly areas: ReadonlySet<string>
  readonly server: boolean
}

export interface Earlier {
  readonly hash: string
  readonly outcome: Outcome
}

export interface Snapshot {
  readonly actor: Actor
  readonly at_ms: number
  readonly received_up_to: number
  readonly lost: readonly Range[]
  readonly earlier: Earlier | null
  readonly releasing: boolean
  readonly item: ItemState | null
  readonly closed: ReadonlySet<string>
  readonly form: 'open' | 'closed' | 'elsewhere' | 'unknown'
}

export interface Effect {
  readonly decision: 'applied' | 'merged' | 'conflicted'
  readonly outcome: Outcome
  readonly item: ItemState
  readonly revised: boolean
  readonly opened: readonly Conflict[]
  readonly closed: readonly string[]
}

export interface Held {
  readonly decision: 'held'
  readonly outcome: Outcome
  readonly missing: readonly Range[]
}

export interface Rejected {
  readonly decision: 'rejected'
  readonly outcome: Outcome
}

export interface Duplicate {
  readonly decision: 'duplicate'
  readonly outcome: Outcome
}

export type Decision = Effect | Held | Rejected | Duplicate

export const NO_STAMPS: Stamps = { fields: {}, writes: {}, holders: {} }
