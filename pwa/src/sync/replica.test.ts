// The table is the one that PROTOCOL.md shows, which is the one that Python renders (tests/protocol/test_table.py).

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { BUSY_LIMITS_MS, EVENTS, FRESH, render, STATES, step, TABLE, type Effect } from './replica'

test('the table equals the one in PROTOCOL.md', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../sync/PROTOCOL.md'), 'utf8')
  expect(page).toContain(render())
})

test('LIVE-1: every way out of a busy state arms a timer, or erases', () => {
  const arms = (effects: readonly Effect[]): boolean => effects.some((effect) => /^arm_|^erase$/.test(effect))
  for (const state of STATES.filter((name) => name in BUSY_LIMITS_MS)) {
    for (const event of EVENTS) {
      const [after, effects] = step({ ...FRESH, state }, event)
      if (!(after.state in BUSY_LIMITS_MS)) expect([state, event, arms(effects)]).toEqual([state, event, true])
    }
  }
})

test('LIVE-4: every busy state ends by its time limit', () => {
  for (const state of Object.keys(BUSY_LIMITS_MS)) expect(TABLE[state as keyof typeof TABLE].overdue?.[0]).toBe('waiting')
})
