/** Sync in detail: what was made, received and still waits here; the signed receipt; how the last tries went. */
import { Show, type JSX } from 'solid-js'
import { readState } from '../../store/database'
import { countItems } from '../../store/items'
import { isUnsent, readChanges } from '../../store/outbox'
import { readWaitingFiles } from '../../transport/tus'
import { hurry } from '../../store/watch'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Loading, Notice, Page } from '../parts/page'
import { status } from '../phone'
import { sentence } from '../sentence'
import { Trouble } from '../../transport/request'
import { ago, amount, duration, moment, until } from '../when'
import { w } from '../words'

/** Numbered changes of this replica that are not unsent any more. */
const received = (now: { made: number; left: number }): number => Math.max(0, now.made - now.left)

const SKEW_SHOWN_MS = 90_000

export const SyncPage = (): JSX.Element => {
  const read = live(['state', 'changes', 'items', 'files'], async () => {
    const [changes, made, receipt, files, items] = await Promise.all([readChanges(), readState('sequence'), readState('receipt'), readWaitingFiles(), countItems()])
    return { left: changes.filter(isUnsent).length, made: made ?? 0, receipt, files: files.length, items }
  })
  const problem = (): string => {
    const fault = status()?.problem
    return fault ? sentence(new Trouble(fault.code, fault.detail)) : ''
  }
  return (
    <Page title={w().sync.title} back="/settings">
      <Show when={read()} fallback={<Loading />}>
        {(now) => (
          <>
            <section class="river stack">
              <h2>{w().sync.summary(received(now()), now().left)}</h2>
              <div class="row spread">
                <p role="status">{w().sync.states[status()?.state ?? 'idle']}</p>
                <button class="button" type="button" onClick={hurry} disabled={status()?.state === 'syncing'}>
                  <Icon name="sync" />
                  {w().sync.now}
                </button>
              </div>
            </section>
            <Show when={problem()}>{(text) => <Notice tone="wait">{text()}</Notice>}</Show>
            <Show when={status()?.receipt_bad}>
              <Notice tone="bad">{w().sync.receiptBad}</Notice>
            </Show>
            <Show when={status()?.epoch_changed_at_ms}>
              <Notice>{w().sync.epochChanged}</Notice>
            </Show>
            <dl class="facts card" data-numbers="">
              <dt>{w().sync.made}</dt>
              <dd class="number">{amount(now().made)}</dd>
              <dt>{w().sync.received}</dt>
              <dd class="number">{amount(received(now()))}</dd>
              <dt>{w().sync.missing}</dt>
              <dd class="number">{amount(now().left)}</dd>
              <dt>{w().sync.files}</dt>
              <dd class="number">{amount(now().files)}</dd>
              <dt>{w().sync.receipt}</dt>
              <dd>{now().receipt ? w().sync.receiptGood(now().receipt?.up_to ?? 0, moment(now().receipt?.at_ms ?? 0)) : w().sync.receiptNone}</dd>
              <dt>{w().sync.held}</dt>
              <dd class="number">{amount(now().items)}</dd>
            </dl>
            <dl class="facts card" data-numbers="">
              <dt>{w().sync.lastTry}</dt>
              <dd>{status()?.tried_at_ms ? ago(status()?.tried_at_ms ?? 0) : w().sync.none}</dd>
              <dt>{w().sync.lastSuccess}</dt>
              <dd>{status()?.succeeded_at_ms ? ago(status()?.succeeded_at_ms ?? 0) : w().sync.none}</dd>
              <dt>{w().sync.nextTry}</dt>
              <dd>{status()?.next_try_at_ms ? until(status()?.next_try_at_ms ?? 0) : w().sync.none}</dd>
              <dt>{w().sync.skew}</dt>
              <dd>{Math.abs(status()?.skew_ms ?? 0) < SKEW_SHOWN_MS ? w().sync.skewNone : duration(status()?.skew_ms ?? 0)}</dd>
              <dt>{w().sync.repairs}</dt>
              <dd class="number">{amount(status()?.repairs ?? 0)}</dd>
            </dl>
          </>
        )}
      </Show>
    </Page>
  )
}
