/** When the page tries: on open, visible, online, a word from another tab or the worker, and when the armed timer rings.
 * The worker tries on webpush and Background Sync. All lead to `tryNow`; the lock lets one through. */
import { putState, readState, writeStrictly } from '../store/database'
import { readIdentity, refreshSession } from '../store/identity'
import type { Session } from '../store/records'
import { announce, listen } from '../store/watch'
import { isUnsent, readChanges } from '../store/outbox'
import { SLOW_MS } from '../sync/replica'
import { showArrived } from '../webpush/arrived'
import { checkSubscription } from '../webpush/subscription'
import { askJson } from './request'
import { deliverQuietly } from './shared'
import { tryNow } from './syncer'

let timer: ReturnType<typeof setTimeout> | undefined
let soon: ReturnType<typeof setTimeout> | undefined
/** A short wait gathers what is made together (finalise, then delivery) into one request. */
const GATHER_MS = 150
const ME_EVERY_MS = 6 * 3_600_000
/** No wait that the table arms is longer: a moment further ahead was written by a clock that has been put back since. */
const LONGEST_MS = SLOW_MS

export function startTries(): void {
  listen((word) => {
    if (word.hurry) tryShortly()
    if (word.stores?.includes('state')) void arm()
  })
  window.addEventListener('online', () => tryShortly())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') tryShortly()
  })
  tryShortly()
  void refresh()
}

function tryShortly(): void {
  if (soon) return
  soon = setTimeout(() => {
    soon = undefined
    void attemptNow()
  }, GATHER_MS)
}

async function attemptNow(): Promise<void> {
  await tryNow().catch((fault: unknown) => console.warn('try', fault))
  await showArrived(await navigator.serviceWorker?.getRegistration?.()).catch((fault: unknown) => console.warn('arrived', fault))
  await arm()
  await deliverQuietly()
  await askBackground()
}

/** One timer per page, for the moment that the syncer wrote down; a timer lost with its page is armed again by the next. */
async function arm(): Promise<void> {
  if (!(await readIdentity())) return
  const status = await readState('status').catch(() => undefined)
  clearTimeout(timer)
  if (!status?.next_try_at_ms || status.state === 'syncing' || status.state === 'revoked') return
  const wait_ms = status.next_try_at_ms - Date.now()
  timer = setTimeout(() => void attemptNow(), wait_ms > LONGEST_MS ? 0 : Math.max(0, wait_ms))
}

interface BackgroundSync {
  sync?: { register(tag: string): Promise<void> }
}

/** Asks the browser to wake the worker once there is a network, where it can (Chromium). */
async function askBackground(): Promise<void> {
  if (!(await readIdentity()) || !(await readChanges()).some(isUnsent)) return
  const registration = (await navigator.serviceWorker?.getRegistration?.()) as unknown as BackgroundSync | undefined
  await registration?.sync?.register('outbox').catch(() => undefined)
}

/** Whoever leads reads names instead of ids, also offline later. */
async function learnNames(): Promise<void> {
  const people = await askJson<{ person: string; name: string }[]>('/people').catch(() => null)
  if (!people) return
  await writeStrictly(['state'], (tx) => putState(tx, 'people', Object.fromEntries(people.map((one) => [one.person, one.name]))))
  announce('identity')
}

/** Areas, role and keys may have changed since; the subscription may have died. Looked at on every start. */
async function refresh(): Promise<void> {
  if (!(await readIdentity())) return
  const again = async (): Promise<void> => {
    const session = await askJson<Session>('/me').catch(() => null)
    if (!session?.device || session.device !== (await readIdentity())?.session.device) return
    await refreshSession(session)
    if (session.role !== 'collaborator') await learnNames()
  }
  setInterval(() => void again(), ME_EVERY_MS)
  await again()
  await checkSubscription().catch((fault: unknown) => console.warn('webpush', fault))
}
