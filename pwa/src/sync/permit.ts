/** Who may make which change. Mirror of sync/permit.py; on the phone it decides what the person is offered to do. */

import type { Change } from './protocol'
import type { Actor, ItemState } from './state'

export const READS_ALL: ReadonlySet<string> = new Set(['staff', 'administrator'])
export const LEADS: ReadonlySet<string> = new Set([...READS_ALL, 'coordinator'])
export const SERVER_KINDS: ReadonlySet<string> = new Set(['form', 'area', 'alert'])
/** Properties of a submission that its author does not set. */
export const LED_PROPERTIES: readonly string[] = ['topic']
export const DELIVERY_FIELDS: ReadonlySet<string> = new Set([
  'alert',
  'area',
  'device',
  'revision',
  'shown_at_ms',
  'opened_at_ms',
  'confirmed_at_ms',
])

/** Rejection code, or "" when the actor may make this change. */
export function refusal(actor: Actor, item: ItemState | null, change: Change): string {
  if (actor.server) return ''
  if (SERVER_KINDS.has(change.kind)) return 'not_allowed'
  if (change.kind === 'delivery') return delivery(actor, item, change)
  if (change.kind !== 'submission' && !LEADS.has(actor.role)) return 'not_allowed'
  if (!reaches(actor, item, change)) return 'out_of_scope'
  const fields = change.fields ?? {}
  if (!LEADS.has(actor.role) && LED_PROPERTIES.some((name) => name in fields)) return 'not_allowed'
  return ''
}

/** Whether the item, and the area that the change moves it to, are the actor's. */
export function reaches(actor: Actor, item: ItemState | null, change: Change): boolean {
  const area = change.fields?.area ?? null
  if (item === null) return READS_ALL.has(actor.role) || (area !== null && actor.areas.has(area))
  if (area !== null && area !== item.fields.area && !leads(actor, area) && !actor.areas.has(area)) return false
  return item.author === actor.person || leads(actor, item.fields.area ?? null)
}

function leads(actor: Actor, area: string | null): boolean {
  return READS_ALL.has(actor.role) || (actor.role === 'coordinator' && area !== null && actor.areas.has(area))
}

function delivery(actor: Actor, item: ItemState | null, change: Change): string {
  const asked = Object.keys(change.fields ?? {})
  if (!['create', 'edit'].includes(change.intent) || !asked.every((name) => DELIVERY_FIELDS.has(name))) {
    return 'not_allowed'
  }
  const own = actor.device !== '' && change.id.endsWith(`:${actor.device}`)
  return own && (item === null || item.author === actor.person) ? '' : 'out_of_scope'
}
