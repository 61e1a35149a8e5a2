/** The lock in the settings: whether there is one, after how long it closes, and how it comes off. */
import { createSignal, Show, type JSX } from 'solid-js'
import { changeLock, removePin } from '../../lock/pin'
import { readState } from '../../store/database'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Notice, Sheet } from '../parts/page'
import { tell } from '../phone'
import { w } from '../words'
import { PinField } from './pin_field'
import { IdleChoice } from './set'
import { createWaiting } from './waiting'
import { lockNow } from './watch'
import { l } from './words'
import './lock.css'

export const LockCard = (): JSX.Element => {
  const lock = live(['state'], async () => (await readState('lock')) ?? null)
  const [leaving, setLeaving] = createSignal(false)
  return (
    <section class="card">
      <h2>{l().card}</h2>
      <Show
        when={lock()}
        fallback={
          <>
            <p>{l().cardOff}</p>
            <a class="button" href="#/pin">
              <Icon name="lock" />
              {l().set}
            </a>
          </>
        }
      >
        {(now) => (
          <>
            <Notice tone="good" icon="lock">
              {l().cardOn}
            </Notice>
            <IdleChoice value={now().idle_minutes} onChange={(minutes) => void changeLock({ idle_minutes: minutes })} />
            <p class="soft">{l().passkey}</p>
            <div class="pair">
              <button class="button" type="button" onClick={() => void lockNow()}>
                <Icon name="lock" />
                {l().lockNow}
              </button>
              <button class="button" type="button" onClick={() => setLeaving(true)}>
                {l().takeOff}
              </button>
            </div>
          </>
        )}
      </Show>
      <Show when={leaving()}>
        <TakeOff onClose={() => setLeaving(false)} />
      </Show>
    </section>
  )
}

const TakeOff = (props: { onClose: () => void }): JSX.Element => {
  const [pin, setPin] = createSignal('')
  const [fault, setFault] = createSignal('')
  const [working, setWorking] = createSignal(false)
  const waiting = createWaiting()
  const go = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (working() || waiting.left_ms() > 0) return
    setWorking(true)
    const tried = await removePin(pin()).catch(() => null)
    setWorking(false)
    setPin('')
    if (tried?.open) {
      tell(l().takenOff)
      props.onClose()
      return
    }
    waiting.until(tried?.wait_until_ms ?? 0)
    setFault(tried ? l().wrong : w().app.broken)
  }
  return (
    <Sheet title={l().takeOff} onClose={() => props.onClose()}>
      <p>{l().takeOffLead}</p>
      <form class="stack" onSubmit={(event) => void go(event)}>
        <PinField label={l().pin} value={pin()} fault={waiting.words() || fault()} disabled={waiting.left_ms() > 0} autofocus onInput={setPin} />
        <button class="button" data-kind="danger" data-wide="" type="submit" disabled={working()}>
          {l().takeOff}
        </button>
        <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
          {w().app.cancel}
        </button>
      </form>
    </Sheet>
  )
}
