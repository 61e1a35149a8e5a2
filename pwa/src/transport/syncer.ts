/** Executes the effects of sync/replica.ts: one syncer across all tabs and the worker, by a Web Lock. Every busy state has
 * its time limit, every way out leaves a timer armed (`next_try_at_ms`, which tries.ts and the worker watch). */
import { attempt, putState, readState, writeStrictly } from '../store/database'
import { readIdentity, readSettings, wipe } from '../store/identity'
import type { SyncStatus } from '../store/records'
import { announce } from '../store/watch'
import { nextTryMs } from '../sync/backoff'
import { park } from '../sync/journal'
import type { SyncResponse } from '../sync/protocol'
import { isUnderstood } from '../sync/pull'
import { BUSY_LIMITS_MS, FRESH, IDLE_MS, SLOW_MS, step, type Effect, type Event, type Replica, type State } from '../sync/replica'
import { adopt, judgeReceipt, peculiarity, replicaNow, save, split, type Judged } from './answer'
import { fetchForms } from './formfetch'
import { Repair } from './repair'
import { askJson, Trouble } from './request'
import { prepare, type Prepared } from './sync_request'
import { readWaitingFiles, sendFile } from './tus'

const LOCK = 'langnghe-sync'
const CALM: SyncStatus = {
  state: 'idle',
  failures: 0,
  tried_at_ms: 0,
  succeeded_at_ms: 0,
  next_try_at_ms: 0,
  problem: null,
  skew_ms: 0,
  received_up_to: 0,
  receipt_bad: false,
  epoch_changed_at_ms: 0,
  repairs: 0,
}

/** Runs one round, after any round that runs now; does nothing when another one began since it was asked for. */
export async function tryNow(asked_at_ms = Date.now()): Promise<void> {
  if (!(await readIdentity())) return
  await navigator.locks.request(LOCK, async () => {
    if (!(await readIdentity())) return
    const status = (await readState('status')) ?? CALM
    // A clock that was put back makes yesterday's try lie ahead: that one does not count.
    const since = status.tried_at_ms > asked_at_ms && status.tried_at_ms <= Date.now()
    if (status.state === 'revoked' || since) return
    await new Round(status).run()
  })
}

export async function changeStatus(some: Partial<SyncStatus>): Promise<void> {
  await attempt(async (db) => {
    const tx = db.transaction('state', 'readwrite')
    const standing = ((await tx.store.get('status')) as SyncStatus | undefined) ?? CALM
    await tx.store.put({ ...standing, ...some }, 'status')
    await tx.done
  })
  announce('state')
}

class Round {
  private machine: Replica
  private prepared: Prepared | null = null
  private answer: SyncResponse | null = null
  private judged: Judged = { check: null, forged: false }
  private repair: Repair | null = null
  private refusedFile = ''
  private readonly putAside = new Set<string>()
  private trouble: Trouble | null = null
  private erased = false

  constructor(before: SyncStatus) {
    this.machine = { ...FRESH, failures: before.failures, batch: before.batch ?? FRESH.batch }
  }

  async run(): Promise<void> {
    await changeStatus({ state: 'syncing', tried_at_ms: Date.now(), next_try_at_ms: 0 })
    let effects: readonly Effect[]
    ;[this.machine, effects] = step(this.machine, 'woken')
    while (effects.length > 0) {
      const event = await this.limited(effects)
      if (!event) break
      ;[this.machine, effects] = step(this.machine, event, this.prepared?.changes.length ?? 0)
    }
    if (!this.erased) await this.report()
  }

  private async limited(effects: readonly Effect[]): Promise<Event | null> {
    const limit = BUSY_LIMITS_MS[this.machine.state]
    const work = this.executeAll(effects)
    if (!limit) return work
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<Event>((resolve) => (timer = setTimeout(() => resolve('overdue'), limit)))
    return Promise.race([work, late]).finally(() => clearTimeout(timer))
  }

  private async executeAll(effects: readonly Effect[]): Promise<Event | null> {
    let event: Event | null = null
    for (const effect of effects) event = (await this.execute(effect)) ?? event
    return event
  }

  private async execute(effect: Effect): Promise<Event | null> {
    try {
      return await this.act(effect)
    } catch (fault) {
      if (fault instanceof Trouble) return this.hear(fault)
      console.warn('sync', effect, fault)
      this.trouble = new Trouble('storage', '')
      return 'save_failed'
    }
  }

  private async act(effect: Effect): Promise<Event | null> {
    switch (effect) {
      case 'send':
        return this.send()
      case 'save':
        return this.saveAnswer()
      case 'adopt':
        return adopt(this.heard(), Date.now())
      case 'split':
        return split(this.heard(), this.judged, crypto.randomUUID().replaceAll('-', '').slice(0, 20))
      case 'repair':
        return (this.repair ??= new Repair()).ask()
      case 'mend':
        return this.repair?.mend() ?? 'save_failed'
      case 'upload':
        return this.upload()
      case 'park':
        return this.putAway()
      case 'count_repair':
        await changeStatus({ repairs: ((await readState('status'))?.repairs ?? 0) + 1 })
        return null
      case 'erase':
        this.erased = true
        await wipe('revoked')
        return null
      case 'arm_backoff':
        return this.arm(nextTryMs(this.machine.failures, Math.random(), this.trouble?.retryAfterMs ?? 0))
      case 'arm_idle':
        return this.arm(IDLE_MS)
      case 'arm_slow':
        return this.arm(SLOW_MS)
      default:
        return null
    }
  }

  private async send(): Promise<Event> {
    this.prepared = await prepare(this.machine.batch, Date.now())
    const sent_ms = Date.now()
    const answer = await askJson<unknown>('/sync', { json: this.prepared.request, language: (await readSettings()).language ?? 'vi' })
    if (!isUnderstood(answer)) throw new Trouble('malformed', '')
    this.answer = answer
    this.judged = await judgeReceipt(answer)
    const middle = (sent_ms + Date.now()) / 2
    await changeStatus({
      skew_ms: answer.server_at_ms ? Math.round(middle - answer.server_at_ms) : 0,
      received_up_to: answer.received_up_to ?? 0,
      receipt_bad: this.judged.forged,
    })
    return (await peculiarity(answer, this.judged)) ?? 'answered'
  }

  private async saveAnswer(): Promise<Event> {
    const lost = [...(this.prepared?.lost ?? [])]
    const event = await save(this.heard(), this.judged, lost)
    const said = this.prepared?.health
    await writeStrictly(['state'], async (tx) => {
      if (said) await putState(tx, 'health', { said, at_ms: Date.now() })
      await putState(tx, 'lost', lost)
    })
    return event
  }

  private async upload(): Promise<Event> {
    await fetchForms()
    const file = (await readWaitingFiles()).find((one) => !this.putAside.has(one.sha256))
    if (!file) return 'uploaded'
    this.refusedFile = file.sha256
    await sendFile(file)
    return 'uploaded_more'
  }

  /** A change that the server cannot even read, or a file it refused: a person looks at it, the rest goes on. */
  private async putAway(): Promise<null> {
    if (this.machine.state === 'uploading') {
      this.putAside.add(this.refusedFile)
      return null
    }
    const poison = this.prepared?.changes[0]?.sequence ?? 0
    const replica = await replicaNow()
    await writeStrictly(['changes'], async (tx) => {
      const standing = await tx.objectStore('changes').getAll()
      for (const [i, entry] of park(standing, replica, poison).entries()) {
        const was = standing[i]
        if (was && was.state !== entry.state) await tx.objectStore('changes').put({ ...was, ...entry })
      }
    })
    announce('changes')
    return null
  }

  private heard(): SyncResponse {
    if (!this.answer) throw new Trouble('malformed', '')
    return this.answer
  }

  private hear(trouble: Trouble): Event {
    this.trouble = trouble
    if (trouble.code === 'device_revoked' || trouble.status === 410) return 'device_revoked'
    if (trouble.code === 'protocol_unsupported' || trouble.status === 426) return 'app_refused'
    if (trouble.status === 401 || trouble.status === 403) return 'session_refused'
    if (trouble.status === 429 || trouble.status === 503) return 'busy'
    if (trouble.code === 'cursor_unreadable') return 'failed'
    if (trouble.status >= 400 && trouble.status < 500) return 'body_refused'
    return 'failed'
  }

  private async arm(wait_ms: number): Promise<null> {
    await changeStatus({ next_try_at_ms: Date.now() + wait_ms })
    return null
  }

  private async report(): Promise<void> {
    const states: Partial<Record<State, SyncStatus['state']>> = { idle: 'idle', refused: 'refused', outdated: 'outdated', revoked: 'revoked' }
    const good = this.machine.state === 'idle'
    const asked = this.answer?.retry_after_ms ?? 0
    const standing = await readState('status')
    await changeStatus({
      state: states[this.machine.state] ?? 'waiting',
      failures: this.machine.failures,
      batch: this.machine.batch,
      problem: good ? null : { code: this.trouble?.code ?? 'unknown', detail: this.trouble?.detail ?? '' },
      ...(good ? { succeeded_at_ms: Date.now() } : {}),
      ...(good && asked ? { next_try_at_ms: Date.now() + asked } : {}),
      ...(standing?.next_try_at_ms ? {} : { next_try_at_ms: Date.now() + IDLE_MS }),
    })
  }
}
