/** A sound recorded here, or one chosen from the phone. */
import type { UploadNode } from '@getodk/xforms-engine'
import { createSignal, onCleanup, Show, type Component } from 'solid-js'
import { isExternal, namesOf } from '../../appearances'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { Kept } from './Kept'
import { Taker, TakingState, useTaking } from './Upload'

/** 24 kbit/s of Opus: speech stays clear, ten minutes are 1.8 MB. */
const BITS_PER_SECOND = 24_000

export const Sound: Component<WidgetProps<UploadNode>> = (props) => {
  const { words } = useFiller()
  const names = namesOf(useNode(props))
  const taking = useTaking(props)
  const [seconds, setSeconds] = createSignal<number | null>(null)
  const [denied, setDenied] = createSignal(false)
  let recorder: MediaRecorder | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  const can = typeof MediaRecorder !== 'undefined' && 'mediaDevices' in navigator
  const start = async (): Promise<void> => {
    setDenied(false)
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    const parts: Blob[] = []
    recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND })
    recorder.ondataavailable = (event) => parts.push(event.data)
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop()
      clearInterval(timer)
      setSeconds(null)
      const bytes = new Blob(parts, { type: recorder?.mimeType.split(';')[0] || 'audio/webm' })
      if (bytes.size > 0) void taking.put(bytes)
    }
    recorder.start(1000)
    setSeconds(0)
    timer = setInterval(() => setSeconds((n) => (n ?? 0) + 1), 1000)
  }
  const stop = (): void => {
    if (recorder?.state === 'recording') recorder.stop()
  }
  // What was recorded so far is kept also when the person leaves the page.
  onCleanup(stop)
  const clock = (n: number): string => `${Math.floor(n / 60)}:${String(n % 60).padStart(2, '0')}`
  return (
    <div class="stack">
      <Kept node={props.node} />
      <Show
        when={seconds() === null}
        fallback={
          <button type="button" class="button" data-kind="danger" onClick={stop}>
            <FormIcon name="stop" />
            <span class="number">{words.recording(clock(seconds() ?? 0))}</span> · {words.stop}
          </button>
        }
      >
        <div class="form-takers">
          <Show when={can}>
            <button type="button" class="button" id={props.id} aria-describedby={props.describedBy} onClick={() => void start().catch(() => setDenied(true))}>
              <FormIcon name="microphone" />
              {words.record}
            </button>
          </Show>
          <Show when={!names.has('new')}>
            <Taker id={can ? undefined : props.id} describedBy={props.describedBy} accept="audio/*" icon="file" says={words.chooseAudio} busy={taking.busy()} onTake={taking.take} />
          </Show>
        </div>
      </Show>
      <Show when={denied()}>
        <p class="notice" data-tone="wait" role="status">
          {words.recordDenied}
        </p>
      </Show>
      <TakingState {...taking} />
      <Show when={isExternal(names)}>
        <p class="hint">{words.external}</p>
      </Show>
    </div>
  )
}
