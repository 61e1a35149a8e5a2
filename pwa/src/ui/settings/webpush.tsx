/** Whether webpush reaches this phone: said plainly, turned on by one tap, proven by a test that came back. */
import { createSignal, onCleanup, Show, type JSX } from 'solid-js'
import { readState } from '../../store/database'
import { askForTest, readWebpushState, turnOn, type WebpushState } from '../../webpush/subscription'
import { live } from '../live'
import { Notice, type Tone } from '../parts/page'
import { sentence } from '../sentence'
import { ago } from '../when'
import { language, w } from '../words'

const PATIENCE_MS = 60_000

const TONES: Record<WebpushState, Tone> = { unsupported: 'wait', denied: 'urgent', off: 'wait', unreachable: 'wait', waiting: 'wait', proven: 'good' }

export const WebpushCard = (): JSX.Element => {
  const [trying, setTrying] = createSignal(0)
  const [silent, setSilent] = createSignal(false)
  const [fault, setFault] = createSignal('')
  const [looked, setLooked] = createSignal(0)
  const state = live(['state'], readWebpushState, looked)
  const proven = live(['state'], async () => (await readState('webpush'))?.proven_at_ms ?? 0)
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  const arrived = (): boolean => (proven() ?? 0) > trying()

  const words = (now: WebpushState): string =>
    ({
      unsupported: w().settings.webpushUnsupported,
      denied: w().settings.webpushDenied,
      off: w().settings.webpushOff,
      unreachable: w().settings.webpushUnreachable,
      waiting: w().settings.webpushWaiting,
      proven: w().settings.webpushOn,
    })[now]

  const test = async (): Promise<void> => {
    setFault('')
    setSilent(false)
    setTrying(Date.now())
    clearTimeout(timer)
    timer = setTimeout(() => {
      setSilent(!arrived())
      setTrying(0)
    }, PATIENCE_MS)
    try {
      await askForTest(language())
    } catch (why) {
      setFault(sentence(why))
      setTrying(0)
    }
  }
  return (
    <section class="card">
      <h2>{w().settings.webpush}</h2>
      <Show when={state()}>
        {(now) => (
          <>
            <Notice tone={TONES[now()]}>
              <span>{words(now())}</span>
              <Show when={proven()}>{(at) => <span class="soft">{w().settings.webpushProven(ago(at()))}</span>}</Show>
            </Notice>
            <Show when={now() === 'off'}>
              <button class="button" data-kind="main" type="button" onClick={() => void turnOn().then(() => setLooked((n) => n + 1))}>
                {w().settings.webpushAsk}
              </button>
            </Show>
            <Show when={now() === 'waiting' || now() === 'proven' || now() === 'unreachable'}>
              <button class="button" type="button" disabled={trying() > 0 && !arrived()} onClick={() => void test()}>
                {trying() > 0 && !arrived() ? w().settings.webpushTesting : w().settings.webpushTest}
              </button>
            </Show>
          </>
        )}
      </Show>
      <div role="status">
        <Show when={fault()}>{(text) => <p class="fault">{text()}</p>}</Show>
        <Show when={silent()}>
          <p class="fault">{w().settings.webpushSilent}</p>
        </Show>
      </div>
    </section>
  )
}
