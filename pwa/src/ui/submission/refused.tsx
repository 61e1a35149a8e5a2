/** What a person can do about a refused change: reopen and fix, export, or give it up with a reason. */
import { createSignal, Show, type ParentComponent } from 'solid-js'
import { discard, needsAttention } from '../../store/outbox'
import type { KeptChange } from '../../store/records'
import type { Seen } from '../../store/view'
import { exportUnsent } from '../settings/export'
import { Icon } from '../parts/icon'
import { Notice, Sheet } from '../parts/page'
import { w } from '../words'

export const Refused: ParentComponent<{ seen: Seen; changes: KeptChange[] }> = (props) => {
  const [asking, setAsking] = createSignal(false)
  const [reason, setReason] = createSignal('')
  const refused = (): KeptChange[] => props.changes.filter(needsAttention)
  const giveUp = async (event: Event): Promise<void> => {
    event.preventDefault()
    await discard(refused(), reason().trim())
    setAsking(false)
  }
  return (
    <>
      <Notice tone="bad">
        <b>{w().submission.refusedTitle}</b>
        {props.children}
        <div class="row">
          <a class="button" data-kind="main" href={`#/fill/amend/${encodeURIComponent(props.seen.id)}`}>
            <Icon name="pencil" />
            {w().submission.reopen}
          </a>
          <button class="button" type="button" onClick={() => void exportUnsent(refused())}>
            {w().submission.export}
          </button>
          <button class="button" data-kind="danger" type="button" onClick={() => setAsking(true)}>
            {w().submission.discard}
          </button>
        </div>
      </Notice>
      <Show when={asking()}>
        <Sheet title={w().submission.discard} onClose={() => setAsking(false)}>
          <form class="stack" onSubmit={(event) => void giveUp(event)}>
            <p>{w().submission.discardAsk}</p>
            <div class="field">
              <label for="reason">{w().submission.discardReason}</label>
              <textarea id="reason" class="input" required value={reason()} onInput={(event) => setReason(event.currentTarget.value)} />
            </div>
            <button class="button" data-kind="danger" data-wide="" type="submit" disabled={!reason().trim()}>
              {w().submission.discardGo}
            </button>
            <button class="button" data-wide="" type="button" onClick={() => setAsking(false)}>
              {w().app.cancel}
            </button>
          </form>
        </Sheet>
      </Show>
    </>
  )
}
