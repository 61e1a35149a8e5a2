/** A colleague's courier file that was shared with this phone: delivered as it is, never read. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { deliverParcel } from '../../transport/parcel'
import { Trouble } from '../../transport/request'
import { forgetShared, readShared, type SharedFile } from '../../transport/shared'
import { Icon } from '../parts/icon'
import { Disc, Empty, Notice, Page } from '../parts/page'
import { tell } from '../phone'
import { sentence } from '../sentence'
import { ago, size } from '../when'
import { language, w } from '../words'

export const Courier = (): JSX.Element => {
  const [files, { mutate }] = createResource(readShared)
  const [fault, setFault] = createSignal('')
  const deliver = async (all: SharedFile[]): Promise<void> => {
    setFault('')
    try {
      for (const file of all) {
        const answer = await deliverParcel(file.bytes, language())
        if (answer.code) throw new Trouble(answer.code, '')
      }
      await forgetShared()
      mutate([])
      tell(w().courier.delivered)
    } catch (why) {
      setFault(sentence(why))
    }
  }
  return (
    <Page title={w().courier.title} back="/">
      <p>{w().courier.lead}</p>
      <Show when={files()?.length ? files() : null} fallback={<Empty icon="file" title={w().courier.none} />}>
        {(all) => (
          <>
            <ul class="list">
              <For each={all()}>
                {(file) => (
                  <li class="list-item">
                    <Disc icon="file" />
                    <span class="grow">
                      <span class="title">{file.name}</span>
                      <span class="soft">
                        {size(file.bytes.size)} · {ago(file.at_ms)}
                      </span>
                    </span>
                  </li>
                )}
              </For>
            </ul>
            <Show when={fault()}>{(text) => <Notice tone="bad">{text()}</Notice>}</Show>
            <button class="button" data-kind="main" data-big="" type="button" onClick={() => void deliver(all())}>
              <Icon name="outbox" />
              {w().courier.deliver}
            </button>
          </>
        )}
      </Show>
    </Page>
  )
}
