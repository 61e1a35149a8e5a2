/** The worker's side of webpush: shows, remembers what it showed, says it through the outbox, and lets the syncer run.
 * Works without any page, and without a network. */
import { getState, putState, writeStrictly } from '../store/database'
import { sayOfAlert } from '../store/deliveries'
import { readIdentity, readSettings } from '../store/identity'
import { announce } from '../store/watch'
import { wakeUp } from '../transport/sealed'
import { askJson } from '../transport/request'
import { showArrived } from './arrived'
import { alertNotice, digestNotice, isOver, readPayload, testNotice, type AlertPayload, type Notice, type TestPayload } from './notice'
import { isFirst } from './shown'
import { NOTIFICATION_WORDS } from './words'

const worker = globalThis as unknown as ServiceWorkerGlobalScope

export async function onPush(text: string): Promise<void> {
  const payload = readPayload(text)
  if (!payload || !(await readIdentity())) return
  const language = (await readSettings()).language ?? 'vi'
  const words = NOTIFICATION_WORDS[language]
  if (payload.kind === 'alert') await onAlert(payload, alertNotice(payload, words, language))
  else if (payload.kind === 'test') await onTest(payload, testNotice(words, language))
  else if (payload.headline) await show(digestNotice(payload, words, language))
  await wake()
}

/** A sync from the worker, and what it brought. */
export async function wake(): Promise<void> {
  await wakeUp().catch((fault: unknown) => console.warn('sync in the worker', fault))
  await showArrived(worker.registration)
}

async function onAlert(payload: AlertPayload, notice: Notice): Promise<void> {
  if (isOver(payload, Date.now())) return
  if (!(await isFirst(payload))) return
  await show(notice)
  const identity = await readIdentity()
  if (identity) await sayOfAlert({ alert: payload.alert, area: '', revision: payload.revision }, identity.session.device, 'shown_at_ms')
}

async function onTest(payload: TestPayload, notice: Notice): Promise<void> {
  await show(notice)
  await askJson('/webpush/proof', { json: { id: payload.id } }).catch(() => null)
  await writeStrictly(['state'], async (tx) => {
    const standing = await getState(tx, 'webpush')
    await putState(tx, 'webpush', { endpoint: '', checked_at_ms: 0, problem: '', ...standing, test: payload.id, proven_at_ms: Date.now() })
  })
  announce('state')
}

const show = (notice: Notice): Promise<void> => worker.registration.showNotification(notice.title, notice.options)

export async function onClick(notification: Notification, action: string): Promise<void> {
  notification.close()
  const data = notification.data as { go?: string; alert?: string; revision?: number } | null
  const identity = await readIdentity()
  if (identity && data?.alert) {
    const name = { alert: data.alert, area: '', revision: data.revision ?? 1 }
    await sayOfAlert(name, identity.session.device, action === 'confirm' ? 'confirmed_at_ms' : 'opened_at_ms')
  }
  if (action === 'confirm') {
    await wake()
    return
  }
  await lead(data?.go ?? '/')
}

/** To the screen, in a window that is open or a new one. */
async function lead(path: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const open = windows.find((client) => client.visibilityState === 'visible') ?? windows[0]
  if (!open) {
    await worker.clients.openWindow(`/#${path}`)
    return
  }
  open.postMessage({ go: path })
  await open.focus().catch(() => undefined)
}
