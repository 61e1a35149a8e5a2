/** The phone's side of a sync as a table: what to do next in each state, whatever happens.
 *
 * Mirror of sync/replica.py, where states, events and effects are explained; PROTOCOL.md shows the table. The transport
 * executes effects and reports one event for each busy state.
 */

export const STATES = [
  'idle',
  'sending',
  'saving',
  'adopting',
  'splitting',
  'repairing',
  'mending',
  'uploading',
  'waiting',
  'refused',
  'outdated',
  'revoked',
] as const
export type State = (typeof STATES)[number]

export const EVENTS = [
  'woken',
  'answered',
  'epoch_differs',
  'replica_forked',
  'failed',
  'busy',
  'body_refused',
  'session_refused',
  'app_refused',
  'device_revoked',
  'saved_more',
  'saved_differs',
  'saved_same',
  'save_failed',
  'adopted',
  'split',
  'repair_answered',
  'mended_more',
  'mended_same',
  'mended_differs',
  'uploaded_more',
  'uploaded',
  'overdue',
] as const
export type Event = (typeof EVENTS)[number]

export const EFFECTS = [
  'send',
  'save',
  'adopt',
  'split',
  'repair',
  'mend',
  'upload',
  'arm_backoff',
  'arm_idle',
  'arm_slow',
  'halve_batch',
  'park',
  'forget_failures',
  'count_repair',
  'erase',
  'ask_enrolment',
  'ask_update',
] as const
export type Effect = (typeof EFFECTS)[number]

export const BUSY_LIMITS_MS: Readonly<Partial<Record<State, number>>> = {
  sending: 120_000,
  saving: 30_000,
  adopting: 30_000,
  splitting: 30_000,
  repairing: 120_000,
  mending: 30_000,
  uploading: 300_000,
}
export const IDLE_MS = 15 * 60_000
export const SLOW_MS = 6 * 3_600_000
/** The most changes in one request. */
export const FULL_BATCH = 500

type Then = readonly [State, readonly Effect[]]
type Row = Readonly<Partial<Record<Event, Then>>>

const GIVE_UP: Then = ['waiting', ['arm_backoff']]
const ANSWERS: Row = {
  failed: GIVE_UP,
  busy: GIVE_UP,
  overdue: GIVE_UP,
  session_refused: ['refused', ['ask_enrolment', 'arm_slow']],
  app_refused: ['outdated', ['ask_update', 'arm_slow']],
  device_revoked: ['revoked', ['erase']],
}
const STORES: Row = { save_failed: GIVE_UP, overdue: GIVE_UP }
const WAKE: Row = { woken: ['sending', ['send']] }

export const TABLE: Readonly<Record<State, Row>> = {
  idle: WAKE,
  waiting: WAKE,
  refused: WAKE,
  outdated: WAKE,
  sending: {
    answered: ['saving', ['save']],
    epoch_differs: ['adopting', ['adopt']],
    replica_forked: ['splitting', ['split']],
    body_refused: ['waiting', ['halve_batch', 'arm_backoff']],
    ...ANSWERS,
  },
  saving: {
    saved_more: ['sending', ['forget_failures', 'send']],
    saved_differs: ['repairing', ['count_repair', 'repair']],
    saved_same: ['uploading', ['forget_failures', 'upload']],
    replica_forked: ['splitting', ['split']],
    ...STORES,
  },
  adopting: { adopted: ['sending', ['send']], ...STORES },
  splitting: { split: ['sending', ['send']], ...STORES },
  repairing: {
    repair_answered: ['mending', ['mend']],
    epoch_differs: ['adopting', ['adopt']],
    body_refused: GIVE_UP,
    ...ANSWERS,
  },
  mending: {
    mended_more: ['repairing', ['repair']],
    mended_same: ['uploading', ['forget_failures', 'upload']],
    mended_differs: GIVE_UP,
    ...STORES,
  },
  uploading: {
    uploaded_more: ['uploading', ['upload']],
    uploaded: ['idle', ['forget_failures', 'arm_idle']],
    body_refused: ['uploading', ['park', 'upload']],
    save_failed: GIVE_UP,
    ...ANSWERS,
  },
  revoked: {},
}

/** What the table itself does not hold. */
export interface Replica {
  readonly state: State
  /** In a row; argument of nextTryMs. */
  readonly failures: number
  /** Somebody woke it while it was busy: it goes round once more. */
  readonly woken: boolean
  /** The most changes in the next request. */
  readonly batch: number
}

export const FRESH: Replica = { state: 'idle', failures: 0, woken: false, batch: FULL_BATCH }

/** The next state and what to do. An event that the state does not know changes nothing: it came too late.
 *
 * `sent`: how many changes were in the last request; asked only with `body_refused`.
 */
export function step(replica: Replica, event: Event, sent = 0): [Replica, readonly Effect[]] {
  if (event === 'woken' && replica.state in BUSY_LIMITS_MS) return [{ ...replica, woken: true }, []]
  const then = TABLE[replica.state][event]
  if (!then) return [replica, []]
  const [state, effects] = then
  let { failures, batch } = replica
  const woken = event === 'woken' ? false : replica.woken
  for (const effect of effects) {
    if (effect === 'forget_failures') [failures, batch] = [0, FULL_BATCH]
    else if (effect === 'halve_batch') batch = sent ? Math.max(1, Math.floor(sent / 2)) : batch
    else if (effect === 'arm_backoff') failures++
  }
  if (replica.woken && (event === 'uploaded' || event === 'uploaded_more')) {
    return [{ state: 'sending', failures, woken: false, batch }, ['send']]
  }
  const done = sent === 1 ? effects.map((effect) => (effect === 'halve_batch' ? 'park' : effect)) : effects
  return [{ state, failures, woken, batch }, done]
}

/** The table in Markdown, for PROTOCOL.md. */
export function render(): string {
  const lines = ['| state | event | next state | effects |', '|---|---|---|---|']
  for (const state of STATES) {
    for (const event of EVENTS) {
      const then = TABLE[state][event]
      if (then) lines.push(`| ${state} | ${event} | ${then[0]} | ${then[1].join(', ')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}
