/** What rests in IndexedDB: one record type per object store. Times are milliseconds; hashes hex. */
import type { DBSchema } from 'idb'
import type { Fields, KeptFile } from '../forms/contract'
import type { Digest } from '../sync/digest'
import type { Entry } from '../sync/journal'
import type { Health, Item, Range, Receipt } from '../sync/protocol'
import type { Anchor } from '../sync/receipt'

export type Role = 'collaborator' | 'coordinator' | 'staff' | 'administrator'

export interface Area {
  code: string
  name: string
}

/** Who this phone is, as POST /enrol and GET /me say it. */
export interface Session {
  project: string
  project_name: string
  device: string
  person: string
  name: string
  role: Role
  areas: Area[]
  epoch: string
  receipt_key: JsonWebKey
  webpush_key: string
  seal_key?: JsonWebKey | string | null
}

export interface Identity {
  session: Session
  replica: string
  device_name: string
  /** Name of its database; an enrolment renewed for the same person keeps the one it had. */
  database?: string
  /** Non-extractable; the private half never leaves the phone. */
  keys: CryptoKeyPair
  enrolled_at_ms: number
}

export interface Settings {
  language?: 'vi' | 'en'
  look?: 'system' | 'light' | 'dark'
  sun?: boolean
  /** Why there is no identity any more, for the welcome page. */
  left?: 'revoked' | 'signed_out'
  /** The person does not want a PIN now. */
  pin_later?: boolean
}

/** A change made on this phone: the journal's entry, and what the person did about it when it was refused. */
export interface KeptChange extends Entry {
  kind: string
  id: string
  /** The person's reason for giving it up; or that a corrected change took its place. */
  discarded?: { reason: string; at_ms: number; replaced_by?: number }
}

export interface Draft {
  id: string
  form: string
  version: string
  title: string
  area: string
  label: string
  /** Opaque text of the form renderer. Empty until the first answer. */
  saved: string
  answered: number
  files: Record<string, KeptFile>
  made_at_ms: number
  updated_at_ms: number
  /** Set when a submission is being amended: what the phone saw. */
  amends?: { base: number; fields: Fields }
  /** Key of a refused change that this draft corrects. */
  corrects?: [replica: string, sequence: number]
}

export interface StoredFile extends Omit<KeptFile, 'name'> {
  bytes: Blob
  /** Whether `bytes` are under the lock's key (sealing.ts). */
  sealed?: boolean
  /** Bytes the server has; equals size once it has all. */
  sent: number
  made_at_ms: number
}

export interface StoredForm {
  key: string
  form: string
  version: string
  hash: string
  xml: string
}

export interface FormFile {
  sha256: string
  bytes: Blob
}

/** How the last tries went; what home and the sync page show. */
export interface SyncStatus {
  state: 'idle' | 'syncing' | 'waiting' | 'refused' | 'outdated' | 'revoked'
  failures: number
  /** The most changes in the next request: halved while the server refuses the body (LIVE-6). */
  batch?: number
  tried_at_ms: number
  succeeded_at_ms: number
  next_try_at_ms: number
  problem: { code: string; detail: string } | null
  /** Phone's clock minus the server's. */
  skew_ms: number
  received_up_to: number
  receipt_bad: boolean
  epoch_changed_at_ms: number
  repairs: number
}

/** Records of the `state` store by their key: what a sync knows between two requests. */
export interface States {
  /** The id under which changes are numbered; differs from the enrolled one after a split. */
  replica: string
  /** Highest sequence ever given out. */
  sequence: number
  epoch: string
  cursor: string
  anchor: Anchor
  receipt: Receipt
  /** What came home with a courier: the server has this replica's changes up to there (signed), outcomes not heard yet. */
  carried: { replica: string; epoch: string; up_to: number; at_ms: number }
  /** What the server said it misses, and what this phone knows to be lost. */
  gaps: Range[]
  lost: Range[]
  /** Digest of the items in each bucket, kept in step with every write. */
  digests: Digest[]
  floor: number
  status: SyncStatus
  health: { said: Health; at_ms: number }
  webpush: { endpoint: string; proven_at_ms: number; checked_at_ms: number; problem: string; test: string }
  /** Alert revisions of which a notification was shown: `ALERT:REVISION` -> time. */
  shown: Record<string, number>
  /** Names of the people within sight, by id; only those who lead may ask for them. */
  people: Record<string, string>
  /** Set while a PIN protects what rests. */
  lock: Lock
  /** What was unsent when the app was last unlocked, sealed to the project's public key. */
  sealed: SealedOutbox
  /** Highest own change about alerts that went out in a parcel while the app was locked. */
  said_up_to: number
}

export interface Lock {
  salt: Uint8Array<ArrayBuffer>
  iv: Uint8Array<ArrayBuffer>
  /** The data key under the key that argon2id makes of the PIN. */
  wrapped: Uint8Array<ArrayBuffer>
  memory_kib: number
  passes: number
  failures: number
  /** No try counts before this moment. */
  not_before_ms: number
  /** Locked after so long without a touch. */
  idle_minutes: number
}

export interface SealedOutbox {
  /** Body of POST /courier. */
  parcel: string
  up_to: number
  changes: number
  sent_at_ms: number
}

export interface ReplicaSchema extends DBSchema {
  items: { key: [string, string]; value: Item }
  changes: { key: [string, number]; value: KeptChange; indexes: { of: [string, string] } }
  drafts: { key: string; value: Draft }
  files: { key: string; value: StoredFile }
  forms: { key: string; value: StoredForm }
  form_files: { key: string; value: FormFile }
  state: { key: string; value: unknown }
}

export interface DeviceSchema extends DBSchema {
  identity: { key: string; value: Identity }
  settings: { key: string; value: Settings }
}
