/** Sending while the app is locked: an unlocked tab keeps everything unsent sealed to the project's public key; the worker
 * or a locked tab delivers that parcel as a courier would, and what the phone says of alerts, which rests clear. Both ways
 * are judged alike, so when the app is unlocked the ordinary sync offers the same changes again and takes the outcomes. */
import { attempt, putState, readState, writeStrictly } from '../store/database'
import { readIdentity, wipe } from '../store/identity'
import { isUnsent } from '../store/outbox'
import { holdsCipher } from '../store/sealing'
import { announce, listen } from '../store/watch'
import { deliverParcel, sealUnsent } from './parcel'
import { askJson, Trouble } from './request'
import { tryNow } from './syncer'

const LOCK = 'langnghe-sync'
const AGAIN_MS = 60_000

export const isLocked = async (): Promise<boolean> => !holdsCipher() && (await readIdentity()) !== null && (await readState('lock')) !== undefined

/** What the worker does when it may: the ordinary sync, or the sealed way where it cannot read. */
export const wakeUp = async (): Promise<void> => ((await isLocked()) ? sendSealed() : tryNow())

let sealing: Promise<void> = Promise.resolve()

/** Seals what is unsent now; for a tab that holds the key. */
export function sealOutbox(): Promise<void> {
  sealing = sealing.then(seal, seal)
  return sealing
}

async function seal(): Promise<void> {
  if (!holdsCipher()) return
  const made = await sealUnsent()
  const standing = await readState('sealed')
  if (made ? standing?.up_to === made.up_to && standing.changes === made.changes : !standing) return
  await writeStrictly(['state'], async (tx) => {
    if (made) await putState(tx, 'sealed', { parcel: made.parcel, up_to: made.up_to, changes: made.changes, sent_at_ms: 0 })
    else await tx.objectStore('state').delete('sealed')
  })
}

/** Keeps the parcel in step with the outbox for as long as this tab lives. */
export function startSealing(): void {
  listen((word) => {
    if (word.stores?.includes('changes')) void sealOutbox()
  })
  void sealOutbox()
}

/** Delivers what is sealed; asks first whether this phone is still one of the project's. Throws Trouble when the server cannot be reached; erases the phone when it was revoked. */
export async function sendSealed(): Promise<void> {
  await navigator.locks.request(LOCK, async () => {
    if (!(await isLocked())) return
    try {
      await askJson('/me')
      await sendOutbox()
      await sendSaid()
    } catch (fault) {
      if (!(fault instanceof Trouble) || (fault.code !== 'device_revoked' && fault.status !== 410)) throw fault
      await wipe('revoked')
    }
  })
}

async function sendOutbox(): Promise<void> {
  const sealed = await readState('sealed')
  if (!sealed || sealed.sent_at_ms) return
  const answer = await deliverParcel(new Blob([sealed.parcel]))
  if (!answer.receipt) return
  await writeStrictly(['state'], (tx) => putState(tx, 'sealed', { ...sealed, sent_at_ms: Date.now() }))
  announce('state')
}

async function sendSaid(): Promise<void> {
  const said = await attempt((db) => db.getAllFromIndex('changes', 'of', IDBKeyRange.bound(['delivery'], ['delivery', []])))
  const up_to = (await readState('said_up_to')) ?? 0
  const fresh = said.filter((kept) => isUnsent(kept) && kept.change.sequence > up_to)
  const made = fresh.length > 0 ? await sealUnsent(fresh) : null
  if (!made) return
  const answer = await deliverParcel(new Blob([made.parcel]))
  if (answer.receipt) await writeStrictly(['state'], (tx) => putState(tx, 'said_up_to', Math.max(...fresh.map((kept) => kept.change.sequence))))
}

/** A locked tab tries on open, online and each minute. */
export function startSendingSealed(): void {
  const attemptNow = (): void => void sendSealed().catch((fault: unknown) => console.warn('sealed', fault))
  window.addEventListener('online', attemptNow)
  setInterval(attemptNow, AGAIN_MS)
  attemptNow()
}
