/** Builds the request of POST /sync from what rests on the phone, and the health it says of itself. */
import { attempt, readState } from '../store/database'
import { readDrafts } from '../store/drafts'
import { readSettings } from '../store/identity'
import { isUnsent, needsAttention, readChanges } from '../store/outbox'
import { lostRanges, nextBatch } from '../sync/journal'
import { PROTOCOL_VERSION, type Change, type Health, type Range, type SyncRequest } from '../sync/protocol'
import { joinRanges } from '../sync/ranges'
import { withoutDefaults } from '../sync/canonical'
import { replicaNow } from './answer'

const MOST_BYTES = 256 * 1024
const DAY_MS = 86_400_000

export interface Prepared {
  request: SyncRequest
  changes: readonly Change[]
  lost: readonly Range[]
  /** Said in this request; remembered once it was answered. */
  health: Health | null
}

export async function prepare(batch: number, at_ms: number): Promise<Prepared> {
  const replica = await replicaNow()
  const entries = await readChanges()
  const made = (await readState('sequence')) ?? 0
  const changes = nextBatch(entries, replica, batch, MOST_BYTES)
  const lost = joinRanges([...((await readState('lost')) ?? []), ...lostRanges(entries, replica, (await readState('gaps')) ?? [], made)])
  const health = await healthToSay(at_ms)
  const request: SyncRequest = {
    protocol: PROTOCOL_VERSION,
    replica,
    made_up_to: made,
    changes: changes.map((change) => withoutDefaults(change) as unknown as Change),
    ...(lost.length ? { lost } : {}),
    receipt_up_to: (await readState('anchor'))?.up_to ?? 0,
    epoch: (await readState('epoch')) ?? '',
    cursor: (await readState('cursor')) ?? '',
    lean: true,
    ...(health ? { health } : {}),
  }
  return { request, changes, lost, health }
}

/** Null when the same was said less than a day ago. */
async function healthToSay(at_ms: number): Promise<Health | null> {
  const health = await measure()
  const said = await readState('health')
  const same = said && JSON.stringify({ ...said.said, clock_ms: 0, storage_used: 0, storage_quota: 0 }) === JSON.stringify({ ...health, clock_ms: 0, storage_used: 0, storage_quota: 0 })
  return same && at_ms - said.at_ms < DAY_MS ? null : { ...health, clock_ms: at_ms }
}

async function measure(): Promise<Health> {
  const [changes, drafts, settings, status] = await Promise.all([readChanges(), readDrafts(), readSettings(), readState('status')])
  const storage = navigator.storage as StorageManager | undefined
  const estimate: StorageEstimate = (await storage?.estimate?.().catch(() => ({}))) ?? {}
  const unsent = changes.filter(isUnsent)
  return {
    app: __APP_VERSION__,
    language: settings.language ?? 'vi',
    drafts: drafts.length,
    oldest_draft_at_ms: drafts.length ? Math.min(...drafts.map((draft) => draft.made_at_ms)) : 0,
    oldest_unsent_at_ms: unsent.length ? Math.min(...unsent.map((kept) => kept.change.made_at_ms ?? 0)) : 0,
    attention: changes.filter(needsAttention).length,
    storage_used: Math.round(estimate.usage ?? 0),
    storage_quota: Math.round(estimate.quota ?? 0),
    persisted: (await storage?.persisted?.().catch(() => null)) ?? null,
    webpush: await webpushWord(),
    repairs: status?.repairs ?? 0,
  }
}

async function webpushWord(): Promise<NonNullable<Health['webpush']>> {
  if (typeof Notification === 'undefined' || !('PushManager' in globalThis)) return 'unsupported'
  if (Notification.permission !== 'granted') return Notification.permission
  return ((await attempt((db) => db.get('state', 'webpush'))) as { proven_at_ms?: number } | undefined)?.proven_at_ms ? 'proven' : 'granted'
}
