/** Setting a PIN: what it does and what a lost one costs, said before. */
import { createSignal, For, Show, type JSX } from 'solid-js'
import { IDLE_MINUTES, isPin, MAX_DIGITS, MIN_DIGITS, setPin } from '../../lock/pin'
import { Notice, Page } from '../parts/page'
import { tell } from '../phone'
import { go } from '../router'
import { PinField } from './pin_field'
import { startWatching } from './watch'
import { l } from './words'
import './lock.css'

export const DEFAULT_IDLE = 5

export const IdleChoice = (props: { value: number; onChange: (minutes: number) => void }): JSX.Element => (
  <fieldset class="field">
    <legend>{l().idle}</legend>
    <div class="minutes">
      <For each={IDLE_MINUTES}>
        {(minutes) => (
          <label class="choice">
            <input type="radio" name="idle" checked={props.value === minutes} onChange={() => props.onChange(minutes)} />
            {l().minutes(minutes)}
          </label>
        )}
      </For>
    </div>
  </fieldset>
)

export const SetPin = (): JSX.Element => {
  const [first, setFirst] = createSignal('')
  const [second, setSecond] = createSignal('')
  const [minutes, setMinutes] = createSignal(DEFAULT_IDLE)
  const [fault, setFault] = createSignal<'' | 'malformed' | 'differs' | 'failed'>('')
  const [working, setWorking] = createSignal(false)
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (working()) return
    setFault(!isPin(first()) ? 'malformed' : first() !== second() ? 'differs' : '')
    if (fault()) return
    setWorking(true)
    try {
      await setPin(first(), minutes())
      startWatching()
      tell(l().setDone)
      go('/settings', 'replace')
    } catch (why) {
      console.error('set PIN', why)
      setFault('failed')
    } finally {
      setWorking(false)
    }
  }
  return (
    <Page title={l().set} back="/settings">
      <p>{l().setLead}</p>
      <Notice tone="wait" icon="warn">
        {l().setWarn}
      </Notice>
      <form class="card" onSubmit={(event) => void save(event)}>
        <PinField
          label={l().pin}
          hint={l().pinHint(MIN_DIGITS, MAX_DIGITS)}
          value={first()}
          fresh
          fault={fault() === 'malformed' ? l().malformed(MIN_DIGITS, MAX_DIGITS) : ''}
          onInput={setFirst}
        />
        <PinField label={l().again} value={second()} fresh fault={fault() === 'differs' ? l().differs : ''} onInput={setSecond} />
        <IdleChoice value={minutes()} onChange={setMinutes} />
        <Show when={fault() === 'failed'}>
          <Notice tone="bad" live>
            {l().setFailed}
          </Notice>
        </Show>
        <button class="button" data-kind="main" data-big="" data-wide="" type="submit" disabled={working()}>
          {working() ? l().setting : l().setGo}
        </button>
      </form>
    </Page>
  )
}
