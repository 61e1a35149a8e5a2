import { expect, test } from 'vitest'
import { alertNotice, isOver, readPayload, tagOf, type AlertPayload } from './notice'
import { NOTIFICATION_WORDS } from './words'

const PAYLOAD: AlertPayload = { kind: 'alert', alert: 'a2', root: 'a1', revision: 2, headline: 'Lũ về', severity: 'severe', status: 'actual', message_type: 'update', expires_at_ms: 500, instruction: 'Kê cao tài sản' }

test('rubbish is no payload', () => {
  for (const text of ['', '{', 'null', '7', '{"kind":"alert"}', '{"kind":"other"}']) expect(readPayload(text), text).toBeNull()
  expect(readPayload(JSON.stringify(PAYLOAD))).toEqual(PAYLOAD)
})

test('updates take the place of what they update', () => {
  expect(tagOf(PAYLOAD)).toBe(tagOf({ ...PAYLOAD, alert: 'a1', revision: 1 }))
})

test('nothing is shown after expiry', () => {
  expect([isOver(PAYLOAD, 499), isOver(PAYLOAD, 500)]).toEqual([false, true])
})

test('an exercise says so before anything else, and a cancellation asks for no confirmation', () => {
  const words = NOTIFICATION_WORDS.vi
  expect(alertNotice({ ...PAYLOAD, status: 'exercise' }, words, 'vi').title).toBe('DIỄN TẬP · Cập nhật · Lũ về')
  const cancelled = alertNotice({ ...PAYLOAD, message_type: 'cancel' }, words, 'vi')
  expect(cancelled.title).toBe('Đã hủy · Lũ về')
  expect(cancelled.options.actions).toEqual([])
  expect(cancelled.options.requireInteraction).toBe(false)
})
