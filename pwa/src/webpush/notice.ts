/** From a webpush payload to what the phone shows: one notification per alert revision, none after expiry, updates in the
 * place of what they update (same tag). Pure. */
import type { NotificationWords } from './words'

export interface AlertPayload {
  kind: 'alert'
  alert: string
  root: string
  revision: number
  headline: string
  severity: string
  status: string
  message_type: string
  expires_at_ms: number
  instruction?: string
}

export interface SyncPayload {
  kind: 'sync'
  headline?: string
  count?: number
}

export interface TestPayload {
  kind: 'test'
  id: string
}

export type Payload = AlertPayload | SyncPayload | TestPayload

export interface Notice {
  title: string
  options: NotificationOptions & { actions?: { action: string; title: string }[]; renotify?: boolean; timestamp?: number; vibrate?: number[] }
}

/** Null for anything that is none of ours. */
export function readPayload(text: string): Payload | null {
  try {
    const payload = JSON.parse(text) as Partial<Payload>
    if (payload.kind === 'alert') return typeof payload.alert === 'string' && typeof payload.headline === 'string' && typeof payload.revision === 'number' ? (payload as AlertPayload) : null
    if (payload.kind === 'test') return typeof payload.id === 'string' ? (payload as TestPayload) : null
    return payload.kind === 'sync' ? (payload as SyncPayload) : null
  } catch {
    return null
  }
}

export const nameOf = (payload: AlertPayload): string => `${payload.alert}:${payload.revision}`
export const tagOf = (payload: AlertPayload): string => `alert-${payload.root || payload.alert}`
export const isOver = (payload: AlertPayload, at_ms: number): boolean => payload.expires_at_ms > 0 && payload.expires_at_ms <= at_ms

const COMMON = { icon: '/icons/icon-192.png', badge: '/icons/badge-96.png' }

export function alertNotice(payload: AlertPayload, words: NotificationWords, language: string): Notice {
  const cancelled = payload.message_type === 'cancel'
  const marks = [
    payload.status === 'exercise' ? words.exercise : payload.status === 'test' ? words.trial : '',
    cancelled ? words.cancelled : payload.message_type === 'update' ? words.updated : '',
  ].filter(Boolean)
  const pressing = !cancelled && (payload.severity === 'extreme' || payload.severity === 'severe')
  return {
    title: [...marks, payload.headline].join(' · '),
    options: {
      ...COMMON,
      lang: language,
      body: [words.severities[payload.severity], payload.instruction].filter(Boolean).join('\n'),
      tag: tagOf(payload),
      renotify: true,
      requireInteraction: pressing,
      ...(pressing ? { vibrate: [400, 150, 400, 150, 800] } : {}),
      data: { go: `/alert/${encodeURIComponent(payload.alert)}`, alert: payload.alert, revision: payload.revision },
      actions: cancelled ? [] : [{ action: 'confirm', title: words.confirm }, { action: 'open', title: words.open }],
    },
  }
}

export const testNotice = (words: NotificationWords, language: string): Notice => ({
  title: words.test,
  options: { ...COMMON, lang: language, body: words.testBody, tag: 'test', data: { go: '/settings' } },
})

export const digestNotice = (payload: SyncPayload, words: NotificationWords, language: string): Notice => ({
  title: words.digest(payload.count ?? 1),
  options: { ...COMMON, lang: language, body: payload.headline ?? '', tag: 'digest', data: { go: '/alerts' } },
})
