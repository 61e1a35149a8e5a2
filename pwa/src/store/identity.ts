/** Who this phone is, and how it is set. Shared by every tab and the worker. */
import { closeAll, nameOf, openDevice, useReplica } from './database'
import type { Identity, Session, Settings } from './records'
import { announce, say } from './watch'

export async function readIdentity(): Promise<Identity | null> {
  const identity = (await (await openDevice()).get('identity', 'current')) ?? null
  if (identity) useReplica(identity.session.project, identity.replica, identity.database)
  return identity
}

export async function saveIdentity(identity: Identity): Promise<void> {
  const db = await openDevice()
  const tx = db.transaction(['identity', 'settings'], 'readwrite', { durability: 'strict' })
  await tx.objectStore('identity').put(identity, 'current')
  const settings = (await tx.objectStore('settings').get('all')) ?? {}
  delete settings.left
  await tx.objectStore('settings').put(settings, 'all')
  await tx.done
  useReplica(identity.session.project, identity.replica, identity.database)
  announce('identity')
}

/** Takes over what GET /me says now: areas, role, keys. */
export async function refreshSession(session: Session): Promise<void> {
  const db = await openDevice()
  const tx = db.transaction('identity', 'readwrite')
  const identity = await tx.store.get('current')
  if (identity) await tx.store.put({ ...identity, session }, 'current')
  await tx.done
  announce('identity')
}

export async function readSettings(): Promise<Settings> {
  return (await (await openDevice()).get('settings', 'all')) ?? {}
}

export async function saveSettings(some: Settings): Promise<void> {
  const db = await openDevice()
  const tx = db.transaction('settings', 'readwrite')
  await tx.store.put({ ...((await tx.store.get('all')) ?? {}), ...some }, 'all')
  await tx.done
  announce('settings')
}

/** Leaves nothing of the replica: database, keys, session, what others shared, caches of answers, notifications, webpush.
 * Settings of look and language stay; `left` says why, for the welcome page. What lies outside the database goes first,
 * because every tab, this one too, begins anew at the word. */
export async function wipe(left: 'revoked' | 'signed_out'): Promise<void> {
  const identity = await readIdentity().catch(() => null)
  const device = await openDevice()
  await device.clear('identity')
  const { language, look, sun } = (await device.get('settings', 'all')) ?? {}
  await device.clear('settings')
  await device.put('settings', { ...(language && { language }), ...(look && { look }), ...(sun && { sun }), left }, 'all')
  const registration = await worker()
  await Promise.all([
    left === 'revoked' ? within(fetch('/leave', { method: 'POST', keepalive: true }), PATIENCE_MS) : undefined,
    within(dropAnswers(), PATIENCE_MS),
    within(hushShown(registration), PATIENCE_MS),
    within(registration?.pushManager?.getSubscription().then((subscription) => subscription?.unsubscribe()), PATIENCE_MS),
  ])
  say({ wiped: true })
  await closeAll()
  if (identity) await remove(identity.database ?? nameOf(identity.session.project, identity.replica))
}

const PATIENCE_MS = 2000

/** The app's own files stay, so that it opens without a network; nothing else is cached. */
async function dropAnswers(): Promise<void> {
  for (const name of await caches.keys()) if (!name.includes('precache')) await caches.delete(name)
}

async function hushShown(registration: ServiceWorkerRegistration | undefined): Promise<void> {
  for (const notification of (await registration?.getNotifications?.()) ?? []) notification.close()
}

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  if ('registration' in globalThis) return (globalThis as unknown as { registration: ServiceWorkerRegistration }).registration
  return (await navigator.serviceWorker?.getRegistration?.()) ?? undefined
}

function within<T>(wait: Promise<T> | undefined, ms: number): Promise<T | undefined> {
  return Promise.race([Promise.resolve(wait).catch(() => undefined), new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms))])
}

function remove(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => resolve()
    request.onblocked = () => setTimeout(resolve, 3000)
  })
}
