/** The phone's webpush subscription: compared at every start, made again when it is gone or of another key. Subscribing
 * may hang for ever in closed networks, so everything has its time limit and says what it found. */
import { getState, putState, readState, writeStrictly } from '../store/database'
import { readIdentity } from '../store/identity'
import { announce } from '../store/watch'
import { base64url, unbase64url } from '../transport/receipt'
import { ask, Trouble } from '../transport/request'
import type { States } from '../store/records'

const LIMIT_MS = 20_000
const DAY_MS = 86_400_000

export type WebpushState = 'unsupported' | 'denied' | 'off' | 'unreachable' | 'waiting' | 'proven'

export const canWebpush = (): boolean => typeof Notification !== 'undefined' && 'PushManager' in globalThis && 'serviceWorker' in navigator

export async function readWebpushState(): Promise<WebpushState> {
  if (!canWebpush()) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  if (Notification.permission !== 'granted') return 'off'
  const standing = await readState('webpush')
  if (standing?.problem) return 'unreachable'
  return standing?.proven_at_ms ? 'proven' : 'waiting'
}

/** Asks the person (must come from a tap), then subscribes. */
export async function turnOn(): Promise<WebpushState> {
  if (canWebpush() && (await Notification.requestPermission()) === 'granted') await checkSubscription(true)
  return readWebpushState()
}

export async function checkSubscription(surely = false): Promise<void> {
  const identity = await readIdentity()
  if (!identity || !canWebpush() || Notification.permission !== 'granted') return
  const registration = await within(navigator.serviceWorker.ready, LIMIT_MS)
  if (!registration) return
  const subscription = await subscribe(registration.pushManager, identity.session.webpush_key)
  if (!subscription) {
    await note({ problem: 'unreachable', checked_at_ms: Date.now() })
    return
  }
  const standing = await readState('webpush')
  const same = standing?.endpoint === subscription.endpoint
  if (same && !surely && !standing.problem && Date.now() - standing.checked_at_ms < DAY_MS) return
  try {
    await ask('/webpush/subscription', { method: 'PUT', json: wire(subscription) })
    await note({ endpoint: subscription.endpoint, problem: '', checked_at_ms: Date.now(), ...(same ? {} : { proven_at_ms: 0 }) })
  } catch (fault) {
    await note({ problem: fault instanceof Trouble ? fault.code : 'unknown' })
  }
}

async function subscribe(manager: PushManager, key: string): Promise<PushSubscription | null> {
  const standing = await within(manager.getSubscription(), LIMIT_MS)
  const used = standing?.options?.applicationServerKey
  if (standing && (!used || base64url(used) === key)) return standing
  if (standing) await within(standing.unsubscribe(), LIMIT_MS)
  return (await within(manager.subscribe({ userVisibleOnly: true, applicationServerKey: unbase64url(key) }), LIMIT_MS)) ?? null
}

function wire(subscription: PushSubscription): { endpoint: string; keys: Record<string, string> } {
  const { endpoint, keys } = subscription.toJSON()
  return { endpoint: endpoint ?? subscription.endpoint, keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' } }
}

async function note(some: Partial<States['webpush']>): Promise<void> {
  await writeStrictly(['state'], async (tx) => {
    const standing = (await getState(tx, 'webpush')) ?? { endpoint: '', proven_at_ms: 0, checked_at_ms: 0, problem: '', test: '' }
    await putState(tx, 'webpush', { ...standing, ...some })
  })
  announce('state')
}

function within<T>(wait: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([wait.catch(() => null), new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))])
}

/** Asks the server for a webpush to this phone; whether it came is seen in `proven_at_ms`. Throws Trouble. */
export async function askForTest(language: string): Promise<void> {
  await checkSubscription(true)
  await ask('/webpush/test', { method: 'POST', json: {}, language })
}
