/** A PIN that is lost: what goes with it is counted and said before anything is erased; what is sealed can go out first. */
import { createSignal, Show, type JSX } from 'solid-js'
import { countResting } from '../../lock/pin'
import { wipe } from '../../store/identity'
import { ask } from '../../transport/request'
import { sendSealed } from '../../transport/sealed'
import { live } from '../live'
import { Notice, Sheet } from '../parts/page'
import { w } from '../words'
import { l } from './words'

export const Forgot = (props: { onClose: () => void }): JSX.Element => {
  const resting = live(['state', 'changes'], countResting)
  const [sending, setSending] = createSignal(false)
  const [failed, setFailed] = createSignal(false)
  const send = async (): Promise<void> => {
    setSending(true)
    setFailed(false)
    await sendSealed().catch(() => setFailed(true))
    setSending(false)
  }
  const erase = async (): Promise<void> => {
    await ask('/leave', { method: 'POST', json: {}, limitMs: 10_000 }).catch(() => undefined)
    await wipe('signed_out')
  }
  return (
    <Sheet title={l().forgotTitle} onClose={() => props.onClose()}>
      <p>{l().forgotLead}</p>
      <Show when={resting()}>
        {(now) => {
          const unsent = (): number => (now().delivered ? 0 : now().unsent)
          const nothing = (): boolean => now().drafts + unsent() + now().files === 0
          return (
            <>
              <Show when={!nothing()} fallback={<Notice tone="good">{l().losesNothing}</Notice>}>
                <Notice tone="bad">
                  <b>{l().losing}</b>
                  <ul class="losses">
                    <Show when={now().drafts}>{(n) => <li>{l().losesDrafts(n())}</li>}</Show>
                    <Show when={unsent()}>{(n) => <li>{l().losesUnsent(n())}</li>}</Show>
                    <Show when={now().files}>{(n) => <li>{l().losesFiles(n())}</li>}</Show>
                  </ul>
                </Notice>
              </Show>
              <Show when={now().waiting > 0}>
                <p>{l().keeps(now().waiting)}</p>
                <button class="button" data-kind="main" data-wide="" type="button" disabled={sending()} onClick={() => void send()}>
                  {sending() ? l().sending : l().sendFirst}
                </button>
              </Show>
            </>
          )
        }}
      </Show>
      <Show when={failed()}>
        <Notice tone="wait" live>
          {l().sendFailed}
        </Notice>
      </Show>
      <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void erase()}>
        {l().erase}
      </button>
      <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
        {w().app.cancel}
      </button>
    </Sheet>
  )
}
