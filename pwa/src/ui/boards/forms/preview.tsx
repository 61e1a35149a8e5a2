/** A form before it is published, in the engine and renderer that phones use. Files rest in memory; nothing is saved. */
import { createResource, createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { openForm } from '../../../forms'
import type { FormSource, KeptFile, OpenedForm } from '../../../forms/contract'
import { Icon } from '../../parts/icon'
import { Loading, Notice } from '../../parts/page'
import { areas } from '../../phone'
import { language } from '../../words'
import { type FormRead } from './api'
import { f } from './words'

/** Attachments as they were chosen, and the lists that the server made of the workbook. */
const sourceOf = (read: FormRead, media: readonly File[]): FormSource => ({
  form: read.form,
  version: read.version,
  title: read.title,
  formXml: read.xform,
  attachment: (name) => {
    const list = read.lists[name]
    return Promise.resolve(list === undefined ? (media.find((file) => file.name === name) ?? null) : new Blob([list]))
  },
})

async function describe(name: string, bytes: Blob): Promise<KeptFile> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { name, sha256, size: bytes.size, type: bytes.type }
}

export const Preview = (props: { read: FormRead; media: readonly File[]; onClose: () => void }): JSX.Element => {
  let dialog: HTMLDialogElement | undefined
  const [done, setDone] = createSignal(false)
  const kept = new Map<string, Blob>()
  const [opened] = createResource(
    () => ({ read: props.read, media: props.media, spoken: language() }),
    ({ read, media, spoken }): Promise<OpenedForm> =>
      openForm(sourceOf(read, media), { from: 'blank', instanceId: crypto.randomUUID() }, {
        language: spoken,
        areas: areas().map((area) => area.code),
        keepFile: (name, bytes) => {
          kept.set(name, bytes)
          return describe(name, bytes)
        },
        readFile: (name) => Promise.resolve(kept.get(name) ?? null),
        saveDraft: () => Promise.resolve(),
        finalise: () => {
          setDone(true)
          return Promise.resolve()
        },
      }),
  )
  onMount(() => dialog?.showModal())
  onCleanup(() => {
    if (opened.state === 'ready') opened().dispose()
    dialog?.close()
  })
  return (
    <dialog
      class="form-preview"
      aria-label={f().previewing}
      ref={(element) => (dialog = element)}
      onCancel={(event) => {
        event.preventDefault()
        props.onClose()
      }}
    >
      <header class="form-preview-head">
        <b class="grow">{f().previewing}</b>
        <button class="icon-button" type="button" aria-label={f().closePreview} onClick={() => props.onClose()}>
          <Icon name="cross" />
        </button>
      </header>
      <div class="form-preview-body">
        <Show when={!done()} fallback={<Notice tone="good">{f().previewDone}</Notice>}>
          <Show when={!opened.error} fallback={<Notice tone="bad">{(opened.error as Error).message}</Notice>}>
            <Show when={opened()} fallback={<Loading />}>
              {(form) => <Dynamic component={form().View} />}
            </Show>
          </Show>
        </Show>
      </div>
    </dialog>
  )
}
