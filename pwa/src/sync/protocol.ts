/** Every message that a phone and the server may say to each other: the mirror of sync/protocol.py, in the same order.
 *
 * Members with `?` are left off the wire when they have their default (0, "", false, null, empty). The words are
 * explained once, in sync/protocol.py; a test compares both files name by name.
 */

export const PROTOCOL_VERSION = 1

export type ItemKind = 'form' | 'area' | 'submission' | 'topic' | 'alert' | 'answer' | 'delivery'
export type Intent = 'create' | 'edit' | 'delete' | 'resolve'
export type Result = 'applied' | 'merged' | 'conflicted' | 'held' | 'rejected'
export type Retry = 'never' | 'later' | 'after_pull'
export type Value = string | null
export type Range = readonly [first: number, last: number]

export interface Change {
  readonly sequence: number
  readonly intent: Intent
  readonly kind: ItemKind
  readonly id: string
  readonly base?: number
  readonly fields?: Readonly<Record<string, Value>>
  readonly before?: Readonly<Record<string, Value>>
  readonly settles?: readonly string[]
  readonly made_at_ms?: number
}

export interface Outcome {
  readonly sequence: number
  readonly result: Result
  readonly revision?: number
  readonly conflicts?: readonly string[]
  readonly code?: string
  readonly retry?: Retry | null
  readonly duplicate?: boolean
  readonly position?: number
}

export const REJECTIONS: Readonly<Record<string, Retry>> = {
  identity_reused: 'never',
  item_unknown: 'after_pull',
  item_exists: 'never',
  item_deleted: 'never',
  out_of_scope: 'never',
  not_allowed: 'never',
  form_unknown: 'after_pull',
  form_closed: 'never',
  conflict_unknown: 'after_pull',
  change_malformed: 'never',
  change_too_large: 'never',
}

export interface Conflict {
  readonly id: string
  readonly field: string
  readonly before?: Value
  readonly standing?: Value
  readonly standing_by?: string
  readonly standing_at_ms?: number
  readonly standing_deleted?: boolean
  readonly arriving?: Value
  readonly arriving_by?: string
  readonly arriving_at_ms?: number
  readonly revision?: number
}

export interface Item {
  readonly kind: ItemKind
  readonly id: string
  readonly revision: number
  readonly position: number
  readonly fields?: Readonly<Record<string, string>>
  readonly conflicts?: readonly Conflict[]
  readonly author?: string
  readonly updated_at_ms?: number
  readonly updated_by?: string
  readonly deleted?: boolean
}

export interface Gone {
  readonly kind: ItemKind
  readonly id: string
}

export interface Receipt {
  readonly epoch: string
  readonly replica: string
  readonly up_to: number
  readonly chain: string
  readonly at_ms: number
  readonly signature?: string
}

export interface Health {
  readonly app?: string
  readonly language?: string
  readonly clock_ms?: number
  readonly drafts?: number
  readonly oldest_draft_at_ms?: number
  readonly oldest_unsent_at_ms?: number
  readonly attention?: number
  readonly storage_used?: number
  readonly storage_quota?: number
  readonly persisted?: boolean | null
  readonly webpush?: '' | 'granted' | 'denied' | 'default' | 'unsupported' | 'proven'
  readonly repairs?: number
}

export interface SyncRequest {
  readonly protocol: number
  readonly replica: string
  readonly made_up_to?: number
  readonly changes?: readonly Change[]
  readonly lost?: readonly Range[]
  readonly receipt_up_to?: number
  readonly epoch?: string
  readonly cursor?: string
  readonly page_bytes?: number
  readonly lean?: boolean
  readonly health?: Health | null
}

export interface SyncResponse {
  readonly protocol: number
  readonly epoch: string
  readonly outcomes?: readonly Outcome[]
  readonly receipt?: Receipt | null
  readonly received_up_to?: number
  readonly gaps?: readonly Range[]
  readonly items?: readonly Item[]
  readonly gone?: readonly Gone[]
  readonly cursor?: string
  readonly more?: boolean
  readonly floor?: number
  readonly digest?: string
  readonly server_at_ms?: number
  readonly retry_after_ms?: number
}

export interface Held {
  readonly kind: ItemKind
  readonly id: string
  readonly revision: number
}

export interface RepairRequest {
  readonly protocol: number
  readonly replica: string
  readonly cursor?: string
  readonly buckets?: readonly string[]
  readonly bucket?: number
  readonly held?: readonly Held[]
  readonly page_bytes?: number
}

export interface RepairResponse {
  readonly differing?: readonly number[]
  readonly items?: readonly Item[]
  readonly gone?: readonly Gone[]
  readonly more?: boolean
  readonly cursor?: string
}

export interface ParcelContents {
  readonly protocol: number
  readonly epoch: string
  readonly replica: string
  readonly made_up_to: number
  readonly changes?: readonly Change[]
}

export interface SignedContents {
  readonly device: string
  readonly contents: string
  readonly signature: string
}

export interface Parcel {
  readonly project: string
  readonly replica: string
  readonly sealed: string
}

export interface ParcelAnswer {
  readonly replica: string
  readonly receipt?: Receipt | null
  readonly code?: string
}

export const DIGEST_BUCKETS = 16
export const ITEM_BUDGET = 10_000
