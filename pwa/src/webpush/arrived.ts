/** Alerts that came by sync: where webpush did not bring them, the phone still shows the pressing ones, once; and what is
 * over, cancelled or replaced leaves the notification shade. Runs after every sync, in the page and in the worker. */
import { readAlerts, severityOf, textOf, type AlertSeen } from '../store/alerts'
import { sayOfAlert } from '../store/deliveries'
import { readIdentity, readSettings } from '../store/identity'
import { alertNotice, type AlertPayload } from './notice'
import { isFirst } from './shown'
import { NOTIFICATION_WORDS } from './words'

const FRESH_MS = 24 * 3_600_000

export async function showArrived(registration: ServiceWorkerRegistration | undefined, at_ms = Date.now()): Promise<void> {
  const identity = await readIdentity()
  if (!registration || !identity || typeof Notification === 'undefined' || Notification.permission !== 'granted') return
  const { device, role } = identity.session
  const alerts = await readAlerts(device, at_ms)
  await clearOver(registration, alerts)
  if (role === 'staff' || role === 'administrator') return
  const language = (await readSettings()).language ?? 'vi'
  for (const alert of alerts.filter((one) => isPressing(one, at_ms))) {
    const payload = payloadOf(alert, language)
    if (!(await isFirst(payload))) continue
    const notice = alertNotice(payload, NOTIFICATION_WORDS[language], language)
    await registration.showNotification(notice.title, notice.options)
    await sayOfAlert({ alert: alert.alert, area: alert.areas[0] ?? '', revision: alert.revision }, device, 'shown_at_ms')
  }
}

const isPressing = (alert: AlertSeen, at_ms: number): boolean =>
  alert.state === 'current' && !alert.confirmed_at_ms && !alert.opened_at_ms && at_ms - alert.sent_at_ms < FRESH_MS && ['extreme', 'severe'].includes(severityOf(alert))

const payloadOf = (alert: AlertSeen, language: string): AlertPayload => ({
  kind: 'alert',
  alert: alert.alert,
  root: alert.fields['revision_of'] ?? alert.alert,
  revision: alert.revision,
  headline: textOf(alert, 'headline', language),
  instruction: textOf(alert, 'instruction', language),
  severity: severityOf(alert),
  status: alert.fields['status'] ?? 'actual',
  message_type: alert.fields['message_type'] ?? 'alert',
  expires_at_ms: alert.expires_at_ms,
})

async function clearOver(registration: ServiceWorkerRegistration, alerts: AlertSeen[]): Promise<void> {
  const over = new Set(alerts.filter((alert) => alert.state === 'expired' || alert.state === 'replaced' || alert.confirmed_at_ms).map((alert) => alert.alert))
  for (const notification of await registration.getNotifications()) {
    const name = (notification.data as { alert?: string } | null)?.alert
    if (name && over.has(name)) notification.close()
  }
}
