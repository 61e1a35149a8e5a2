/** A code scanned where the browser can (BarcodeDetector), typed everywhere else. */
import type { InputNode } from '@getodk/xforms-engine'
import { createSignal, onCleanup, onMount, Show, type Component } from 'solid-js'
import { Sheet } from '../../../ui/parts/page'
import { namesOf } from '../../appearances'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { useTyping } from '../typing'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
const detectorOf = (): (new () => Detector) | undefined => (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector
const EVERY_MS = 250

export const Barcode: Component<WidgetProps<InputNode<'barcode'>>> = (props) => {
  const { words, changed } = useFiller()
  const node = useNode(props)
  const hidden = namesOf(node).has('hidden-answer')
  const [scanning, setScanning] = createSignal(false)
  const [denied, setDenied] = createSignal(false)
  const stored = (): string => node.currentState.instanceValue
  const typing = useTyping(stored, (text) => node.setValue(text.trim()))
  const found = (code: string): void => {
    setScanning(false)
    node.setValue(code)
    changed()
  }
  return (
    <div class="stack">
      <Show when={detectorOf()}>
        <button type="button" class="button" onClick={() => setScanning(true)}>
          <FormIcon name="barcode" />
          {words.scan}
        </button>
      </Show>
      <Show when={denied()}>
        <p class="notice" data-tone="wait" role="status">
          {words.cameraDenied}
        </p>
      </Show>
      <Show when={!hidden || !stored()} fallback={<output class="form-output">{words.scanned}</output>}>
        <input
          id={props.id}
          class="input"
          type="text"
          autocomplete="off"
          autocapitalize="off"
          aria-label={words.typeHere}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          value={typing.text()}
          onInput={(event) => typing.type(event.currentTarget.value)}
          onBlur={typing.commit}
        />
      </Show>
      <Show when={hidden && stored()}>
        <button type="button" class="button" data-kind="plain" onClick={() => found('')}>
          {words.remove}
        </button>
      </Show>
      <Show when={scanning()}>
        <Scanner
          onFound={found}
          onClose={() => setScanning(false)}
          onDenied={() => {
            setScanning(false)
            setDenied(true)
          }}
        />
      </Show>
    </div>
  )
}

const Scanner: Component<{ onFound: (code: string) => void; onClose: () => void; onDenied: () => void }> = (props) => {
  const { words } = useFiller()
  let video: HTMLVideoElement | undefined
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let closed = false
  const found = (code: string): void => props.onFound(code)
  const denied = (): void => props.onDenied()
  const start = async (): Promise<void> => {
    const Detector = detectorOf()
    if (!Detector || !video) return
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    if (closed) return stop()
    video.srcObject = stream
    await video.play()
    const detector = new Detector()
    const look = async (): Promise<void> => {
      const codes = video ? await detector.detect(video).catch(() => []) : []
      if (codes[0]) found(codes[0].rawValue)
    }
    timer = setInterval(look, EVERY_MS)
  }
  const stop = (): void => {
    closed = true
    clearInterval(timer)
    for (const track of stream?.getTracks() ?? []) track.stop()
  }
  onMount(() => void start().catch(denied))
  onCleanup(stop)
  return (
    <Sheet title={words.scan} onClose={() => props.onClose()}>
      <p class="hint">{words.scanHint}</p>
      <video class="form-scan" ref={(element) => (video = element)} playsinline muted />
      <button type="button" class="button" onClick={() => props.onClose()}>
        {words.cancel}
      </button>
    </Sheet>
  )
}
