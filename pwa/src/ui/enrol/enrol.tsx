/** An invitation was opened: name the phone, one tap, done. The code leaves the address as soon as it was used. */
import { createSignal, Show, type JSX } from 'solid-js'
import { enrol } from '../../transport/enrolment'
import { Trouble } from '../../transport/request'
import { hurry } from '../../store/watch'
import { Notice } from '../parts/page'
import { identity, status } from '../phone'
import { go } from '../router'
import { askToKeep } from '../home/space'
import { sentence } from '../sentence'
import { language, w } from '../words'
import { Brand, LanguageSwitch } from './welcome'

function guessName(): string {
  const known = /Android [^;]*; ([^;)]+)/.exec(navigator.userAgent)?.[1]?.replace(/ Build.*/, '')
  return known && known.length > 2 ? known : w().enrol.defaultDevice
}

export const Enrol = (props: { code: string }): JSX.Element => {
  const [name, setName] = createSignal(guessName())
  const [working, setWorking] = createSignal(false)
  const [trouble, setTrouble] = createSignal<Trouble | null>(null)
  const start = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (working()) return
    setWorking(true)
    setTrouble(null)
    try {
      await enrol(props.code, name().trim(), language())
      void askToKeep()
      go('/', 'replace')
      hurry()
    } catch (fault) {
      setTrouble(fault instanceof Trouble ? fault : new Trouble('unknown', String(fault)))
    } finally {
      setWorking(false)
    }
  }
  return (
    <main class="welcome" id="main">
      <Brand />
      <Show
        when={!identity() || status()?.state === 'refused'}
        fallback={
          <Notice tone="wait">
            <b>
              {w().enrol.already} {identity()?.session.name}
            </b>
            <span>{w().enrol.alreadyHint}</span>
            <a href="#/">{w().nav.home}</a>
          </Notice>
        }
      >
        <form class="stack" onSubmit={(event) => void start(event)}>
          <h2>{w().enrol.title}</h2>
          <p>{w().enrol.lead}</p>
          <Show when={trouble()}>
            {(fault) => (
              <Notice tone="bad" live>
                <b>{w().enrol.failed}</b>
                <span>{fault().code === 'offline' ? w().enrol.needNetwork : sentence(fault())}</span>
              </Notice>
            )}
          </Show>
          <div class="field">
            <label for="device">{w().enrol.deviceName}</label>
            <span class="hint" id="device-hint">
              {w().enrol.deviceHint}
            </span>
            <input id="device" class="input" aria-describedby="device-hint" maxLength={80} value={name()} onInput={(event) => setName(event.currentTarget.value)} />
          </div>
          <button class="button" data-kind="main" data-big="" data-wide="" type="submit" disabled={working()}>
            {working() ? w().enrol.working : w().enrol.go}
          </button>
          <Notice icon="info">{w().enrol.promise}</Notice>
        </form>
      </Show>
      <LanguageSwitch />
    </main>
  )
}
