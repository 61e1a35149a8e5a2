/** Signature, drawing, and drawing on a photo (`signature`, `draw`, `annotate`), by finger, pen or mouse. */
import type { UploadNode } from '@getodk/xforms-engine'
import { createSignal, onMount, Show, type Component } from 'solid-js'
import { Sheet } from '../../../ui/parts/page'
import { namesOf } from '../../appearances'
import { encode, fit, shrink } from '../../picture'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { Kept } from './Kept'
import { Taker, TakingState, useTaking } from './Upload'

export const isDrawn = (node: UploadNode): boolean => ['signature', 'draw', 'annotate'].some((name) => namesOf(node).has(name))

const PAPER = { width: 900, height: 600 }
const INK = 5

export const Drawing: Component<WidgetProps<UploadNode>> = (props) => {
  const { words, session } = useFiller()
  const names = namesOf(useNode(props))
  const annotate = names.has('annotate')
  const taking = useTaking(props)
  const [sheet, setSheet] = createSignal<Blob | null | undefined>(undefined)
  const draw = async (): Promise<void> => {
    const current = props.node.currentState.instanceValue
    setSheet(annotate && current ? await session.frame.readFile(current) : null)
  }
  const title = (): string => (names.has('signature') ? words.sign : annotate ? words.drawOn : words.draw)
  return (
    <div class="stack">
      <Kept node={props.node} />
      <div class="form-takers">
        <Show when={annotate}>
          <Taker id={undefined} describedBy={props.describedBy} accept="image/*" capture="environment" icon="camera" says={words.takePhoto} busy={taking.busy()} onTake={taking.take} />
          <Taker id={undefined} describedBy={props.describedBy} accept="image/*" icon="picture" says={words.choosePhoto} busy={taking.busy()} onTake={taking.take} />
        </Show>
        <button type="button" class="button" id={props.id} aria-describedby={props.describedBy} onClick={() => void draw()}>
          <FormIcon name="pen" />
          {props.node.currentState.instanceValue && !annotate ? words.drawAgain : title()}
        </button>
      </div>
      <TakingState {...taking} />
      <Show when={sheet() !== undefined}>
        <Board
          title={title()}
          below={sheet() ?? null}
          onClose={() => setSheet(undefined)}
          onDone={(canvas) => {
            setSheet(undefined)
            void encode(canvas).then((bytes) => taking.put(bytes))
          }}
        />
      </Show>
    </div>
  )
}

const Board: Component<{ title: string; below: Blob | null; onClose: () => void; onDone: (canvas: HTMLCanvasElement) => void }> = (props) => {
  const { words } = useFiller()
  let canvas: HTMLCanvasElement | undefined
  const [touched, setTouched] = createSignal(false)
  const prepare = async (): Promise<void> => {
    const pen = canvas?.getContext('2d')
    if (!canvas || !pen) return
    const picture = props.below ? await createImageBitmap(await shrink(props.below, null)) : null
    const size = picture ? fit(picture.width, picture.height, 1280) : PAPER
    canvas.width = size.width
    canvas.height = size.height
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, size.width, size.height)
    if (picture) pen.drawImage(picture, 0, 0, size.width, size.height)
    pen.lineWidth = (INK * size.width) / PAPER.width
    pen.lineCap = pen.lineJoin = 'round'
    pen.strokeStyle = picture ? '#d3231b' : '#10203a'
    setTouched(false)
  }
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1)
    return [((event.clientX - box.left) * (canvas?.width ?? 1)) / box.width, ((event.clientY - box.top) * (canvas?.height ?? 1)) / box.height]
  }
  const down = (event: PointerEvent): void => {
    const pen = canvas?.getContext('2d')
    canvas?.setPointerCapture(event.pointerId)
    pen?.beginPath()
    pen?.moveTo(...at(event))
    pen?.lineTo(...at(event))
    pen?.stroke()
    setTouched(true)
  }
  const move = (event: PointerEvent): void => {
    if (!canvas?.hasPointerCapture(event.pointerId)) return
    const pen = canvas.getContext('2d')
    for (const point of event.getCoalescedEvents?.() ?? [event]) pen?.lineTo(...at(point))
    pen?.stroke()
  }
  onMount(() => void prepare())
  return (
    <Sheet title={props.title} onClose={() => props.onClose()}>
      <p class="hint">{words.drawHere}</p>
      <canvas class="form-canvas" ref={(element) => (canvas = element)} aria-label={props.title} onPointerDown={down} onPointerMove={move} />
      <div class="row">
        <button type="button" class="button" data-kind="plain" onClick={() => void prepare()}>
          {words.drawAgain}
        </button>
        <button type="button" class="button" onClick={() => props.onClose()}>
          {words.cancel}
        </button>
        <button type="button" class="button grow" data-kind="main" disabled={!touched()} onClick={() => canvas && props.onDone(canvas)}>
          {words.done}
        </button>
      </div>
    </Sheet>
  )
}
