/** The alerts of this phone as a person reads them: one per alert (items are one per alert and area), with what this
 * phone said of it, and whether it still holds. */
import { readItems } from './items'
import type { Seen } from './view'

export interface AlertSeen {
  alert: string
  revision: number
  fields: Readonly<Record<string, string>>
  areas: string[]
  state: 'current' | 'expired' | 'cancelled' | 'replaced'
  /** The alert that replaced or cancelled it. */
  successor: string
  opened_at_ms: number
  confirmed_at_ms: number
  sent_at_ms: number
  expires_at_ms: number
}

export async function readAlerts(device: string, at_ms: number): Promise<AlertSeen[]> {
  const [items, deliveries] = await Promise.all([readItems('alert'), readItems('delivery')])
  return gather(items, deliveries, device, at_ms)
}

/** Newest first. Pure. */
export function gather(items: Seen[], deliveries: Seen[], device: string, at_ms: number): AlertSeen[] {
  const groups = new Map<string, Seen[]>()
  for (const item of items) {
    const alert = item.fields['alert'] ?? item.id.slice(0, item.id.lastIndexOf(':'))
    groups.set(alert, [...(groups.get(alert) ?? []), item])
  }
  const said = new Map(deliveries.filter((one) => one.id.endsWith(`:${device}`)).map((one) => [one.id.slice(0, -device.length - 1), one.fields]))
  const alerts = [...groups].map(([alert, group]) => describe(alert, group, said.get(alert), at_ms))
  return alerts.sort((a, b) => b.sent_at_ms - a.sent_at_ms || b.revision - a.revision)
}

function describe(alert: string, group: Seen[], said: Readonly<Record<string, string>> | undefined, at_ms: number): AlertSeen {
  const newest = group.reduce((a, b) => (b.revision > a.revision ? b : a))
  const fields = newest.fields
  const revision = Number(fields['number'] ?? 1)
  const expires_at_ms = Number(fields['expires_at_ms'] ?? 0)
  const mine = Number(said?.['revision'] ?? 0) >= revision ? said : undefined
  return {
    alert,
    revision,
    fields,
    areas: group.map((one) => one.fields['area'] ?? '').filter(Boolean),
    state: stateOf(fields, expires_at_ms, at_ms),
    successor: fields['replaced_by'] ?? '',
    opened_at_ms: Number(mine?.['opened_at_ms'] ?? 0),
    confirmed_at_ms: Number(mine?.['confirmed_at_ms'] ?? 0),
    sent_at_ms: Number(fields['sent_at_ms'] ?? fields['effective_at_ms'] ?? newest.updated_at_ms),
    expires_at_ms,
  }
}

/** A message that cancels is itself no alert to confirm. The phone's clock decides about expiry where the server has not. */
function stateOf(fields: Readonly<Record<string, string>>, expires_at_ms: number, at_ms: number): AlertSeen['state'] {
  if (fields['state'] === 'cancelled' || fields['message_type'] === 'cancel') return 'cancelled'
  if (fields['state'] === 'replaced') return 'replaced'
  return fields['state'] === 'expired' || (expires_at_ms > 0 && expires_at_ms <= at_ms) ? 'expired' : 'current'
}

export const needsConfirming = (alert: AlertSeen): boolean => alert.state === 'current' && !alert.confirmed_at_ms

export type Severity = 'extreme' | 'severe' | 'moderate' | 'minor' | 'unknown'

export const severityOf = (alert: { fields: Readonly<Record<string, string>> }): Severity => {
  const word = alert.fields['severity']
  return word === 'extreme' || word === 'severe' || word === 'moderate' || word === 'minor' ? word : 'unknown'
}

/** A text of the alert in the person's language, where it has one. */
export const textOf = (alert: AlertSeen, name: 'headline' | 'description' | 'instruction' | 'event', language: string): string =>
  (language === 'en' ? alert.fields[`${name}_en`] : undefined) ?? alert.fields[name] ?? ''
