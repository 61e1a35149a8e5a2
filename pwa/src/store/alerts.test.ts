import { expect, test } from 'vitest'
import type { Seen } from './view'
import { gather, needsConfirming, textOf } from './alerts'

const seen = (id: string, fields: Record<string, string>, more: Partial<Seen> = {}): Seen => ({
  kind: 'alert',
  id,
  revision: 1,
  fields,
  conflicts: [],
  author: '',
  updated_at_ms: 10,
  updated_by: '',
  deleted: false,
  pending: [],
  ...more,
})

const ALERT = { alert: 'a1', number: '1', headline: 'Lũ', headline_en: 'Flood', sent_at_ms: '100', expires_at_ms: '900', state: 'sent', message_type: 'alert' }

test('one alert in several areas is one alert to the person', () => {
  const [alert, ...more] = gather([seen('a1:1', { ...ALERT, area: '1' }), seen('a1:2', { ...ALERT, area: '2' })], [], 'd', 200)
  expect(more).toEqual([])
  expect(alert?.areas).toEqual(['1', '2'])
  expect(alert?.state).toBe('current')
})

test('after its time an alert is expired even before the server says so', () => {
  expect(gather([seen('a1:1', ALERT)], [], 'd', 900)[0]?.state).toBe('expired')
})

test('an update replaces: the earlier one points to it and asks for no confirmation', () => {
  const earlier = seen('a1:1', { ...ALERT, state: 'replaced', replaced_by: 'a2' })
  const later = seen('a2:1', { ...ALERT, alert: 'a2', number: '2', message_type: 'update', sent_at_ms: '150' })
  const alerts = gather([earlier, later], [], 'd', 200)
  expect(alerts.map((alert) => [alert.alert, alert.state, alert.successor])).toEqual([['a2', 'current', ''], ['a1', 'replaced', 'a2']])
  expect(alerts.filter(needsConfirming).map((alert) => alert.alert)).toEqual(['a2'])
})

test('a message that cancels is no alert in force', () => {
  expect(gather([seen('a3:1', { ...ALERT, alert: 'a3', message_type: 'cancel' })], [], 'd', 200)[0]?.state).toBe('cancelled')
})

test('only what this device said of this revision counts as confirmed', () => {
  const said = (id: string, revision: string): Seen => seen(id, { revision, confirmed_at_ms: '120' }, { kind: 'delivery' })
  expect(gather([seen('a1:1', ALERT)], [said('a1:other', '1')], 'd', 200)[0]?.confirmed_at_ms).toBe(0)
  expect(gather([seen('a1:1', ALERT)], [said('a1:d', '1')], 'd', 200)[0]?.confirmed_at_ms).toBe(120)
  expect(gather([seen('a1:1', { ...ALERT, number: '2' })], [said('a1:d', '1')], 'd', 200)[0]?.confirmed_at_ms).toBe(0)
})

test('texts come in the language of the person where the alert has it', () => {
  const [alert] = gather([seen('a1:1', ALERT)], [], 'd', 200)
  if (!alert) throw new Error('one alert')
  expect([textOf(alert, 'headline', 'en'), textOf(alert, 'headline', 'vi'), textOf(alert, 'instruction', 'en')]).toEqual(['Flood', 'Lũ', ''])
})
