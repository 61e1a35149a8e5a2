/** A photo, video or any file. Photos are made small on the phone; the rest is kept as it is, up to a limit. */
import type { UploadNode } from '@getodk/xforms-engine'
import { createSignal, Show, type Component } from 'solid-js'
import { isExternal, namesOf } from '../../appearances'
import { attach, MOST_MB } from '../../attach'
import { shrink } from '../../picture'
import { useFiller, useNode } from '../context'
import { FormIcon, type FormIconName } from '../icons'
import type { WidgetProps } from '../Question'
import { Kept } from './Kept'

export const Upload: Component<WidgetProps<UploadNode>> = (props) => {
  const { words } = useFiller()
  const node = useNode(props)
  const names = namesOf(node)
  const { accept, type } = node.nodeOptions.media
  const taking = useTaking(props)
  const selfie = names.has('selfie') || names.has('new-front') || names.has('front')
  const mustBeNew = names.has('new') || selfie
  const camera = type === 'image' || type === 'video'
  return (
    <div class="stack">
      <Kept node={node} />
      <div class="form-takers">
        <Show when={camera}>
          <Taker id={props.id} describedBy={props.describedBy} accept={accept} capture={selfie ? 'user' : 'environment'} icon={type === 'video' ? 'video' : 'camera'} says={type === 'video' ? words.takeVideo : words.takePhoto} busy={taking.busy()} onTake={taking.take} />
        </Show>
        <Show when={!mustBeNew}>
          <Taker id={camera ? undefined : props.id} describedBy={props.describedBy} accept={accept === '*' ? '' : accept} icon={type === 'image' ? 'picture' : 'file'} says={type === 'image' ? words.choosePhoto : type === 'video' ? words.chooseVideo : words.chooseFile} busy={taking.busy()} onTake={taking.take} />
        </Show>
      </div>
      <TakingState {...taking} />
      <Show when={isExternal(names)}>
        <p class="hint">{words.external}</p>
      </Show>
    </div>
  )
}

/** The way from a chosen file to an answer: shrink, keep, attach; what goes wrong is said in words. */
export function useTaking(props: WidgetProps<UploadNode>) {
  const { session, words, changed } = useFiller()
  const [busy, setBusy] = createSignal(false)
  const [trouble, setTrouble] = createSignal('')
  const put = async (bytes: Blob, original = ''): Promise<void> => {
    try {
      await attach(session, props.node, bytes, original)
      changed()
    } catch (error) {
      console.warn('file not kept', error)
      setTrouble(words.fileFailed)
    }
  }
  const take = async (file: File): Promise<void> => {
    setTrouble('')
    setBusy(true)
    try {
      if (file.size > MOST_MB * 1e6) return void setTrouble(words.fileTooLarge(MOST_MB))
      if (props.node.nodeOptions.media.type !== 'image') return await put(file, file.name)
      const small = await shrink(file, props.node.maxPixels).catch(() => null)
      return small ? await put(small) : void setTrouble(words.notPicture)
    } finally {
      setBusy(false)
    }
  }
  return { busy, trouble, take, put }
}

export const TakingState: Component<{ busy: () => boolean; trouble: () => string }> = (props) => {
  const { words } = useFiller()
  return (
    <div role="status">
      <Show when={props.busy()}>
        <p class="hint">{words.working}</p>
      </Show>
      <Show when={props.trouble()}>
        <p class="fault">{props.trouble()}</p>
      </Show>
    </div>
  )
}

interface TakerProps {
  id: string | undefined
  describedBy: string
  accept: string
  capture?: 'user' | 'environment'
  icon: FormIconName
  says: string
  busy: boolean
  onTake: (file: File) => Promise<void>
}

/** A button over a file input: the input itself takes the tap and the keyboard. */
export const Taker: Component<TakerProps> = (props) => (
  <label class="button form-taker" data-busy={props.busy ? '' : undefined}>
    <FormIcon name={props.icon} />
    {props.says}
    <input
      id={props.id}
      type="file"
      accept={props.accept || undefined}
      capture={props.capture}
      disabled={props.busy}
      aria-describedby={props.describedBy}
      onChange={(event) => {
        const input = event.currentTarget
        const file = input.files?.[0]
        // The same file may be chosen again after it was removed.
        if (file) void props.onTake(file).finally(() => (input.value = ''))
      }}
    />
  </label>
)
