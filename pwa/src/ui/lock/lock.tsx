/** The locked app: the PIN, what is still being sent, and the way out for who forgot it. */
import { createResource, createSignal, onMount, Show, type JSX } from 'solid-js'
import { countResting, isPin, unlock } from '../../lock/pin'
import { readState } from '../../store/database'
import { say } from '../../store/watch'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Notice } from '../parts/page'
import { identity, unlocked } from '../phone'
import { w } from '../words'
import { Forgot } from './forgot'
import { PinField } from './pin_field'
import { createWaiting } from './waiting'
import { startWatching } from './watch'
import { l } from './words'
import './lock.css'

export const LockScreen = (): JSX.Element => {
  const [pin, setPin] = createSignal('')
  const [fault, setFault] = createSignal('')
  const [working, setWorking] = createSignal(false)
  const [forgot, setForgot] = createSignal(false)
  const resting = live(['state', 'changes'], countResting)
  const waiting = createWaiting()
  const [standing] = createResource(() => readState('lock'))
  onMount(() => {
    document.title = `${l().title} · ${w().app.name}`
    void readState('lock').then((lock) => waiting.until(lock?.not_before_ms ?? 0))
  })

  const open = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (working() || waiting.left_ms() > 0) return
    if (!isPin(pin())) {
      setFault(l().wrong)
      return
    }
    setWorking(true)
    setFault('')
    try {
      const tried = await unlock(pin())
      setPin('')
      if (tried.open) {
        startWatching()
        await unlocked()
        say({ stores: ['items', 'changes', 'drafts', 'files', 'state'] })
        return
      }
      waiting.until(tried.wait_until_ms)
      setFault(tried.early ? '' : l().wrong)
    } catch (why) {
      console.error('unlock', why)
      setFault(w().app.broken)
    } finally {
      setWorking(false)
    }
  }
  return (
    <main class="welcome lock" id="main">
      <span class="seal" aria-hidden="true">
        <Icon name="lock" />
      </span>
      <div class="stack">
        <h1>{l().title}</h1>
        <p class="soft">{l().hello(identity()?.session.name ?? '')}</p>
      </div>
      <form class="stack" onSubmit={(event) => void open(event)}>
        <Show when={standing.state === 'ready'}>
          <PinField label={l().pin} value={pin()} fault={waiting.words() || fault()} disabled={waiting.left_ms() > 0} autofocus onInput={setPin} />
        </Show>
        <button class="button" data-kind="main" data-big="" data-wide="" type="submit" disabled={working() || waiting.left_ms() > 0}>
          {working() ? l().opening : l().open}
        </button>
      </form>
      <Show when={(resting()?.waiting ?? 0) > 0}>
        <Notice icon="outbox">{l().sealedWaiting(resting()?.waiting ?? 0)}</Notice>
      </Show>
      <Show when={resting()?.delivered}>
        <Notice tone="good">{l().sealedSent}</Notice>
      </Show>
      <button class="button" data-kind="plain" type="button" onClick={() => setForgot(true)}>
        {l().forgot}
      </button>
      <Show when={forgot()}>
        <Forgot onClose={() => setForgot(false)} />
      </Show>
    </main>
  )
}
