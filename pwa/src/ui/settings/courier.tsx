/** Carrying for each other: this phone's unsent work as a sealed file for a colleague; colleagues' files on their way to the
 * server; the receipts that go back to them. */
import { createSignal, For, Show, type JSX } from 'solid-js'
import { isUnsent, readChanges } from '../../store/outbox'
import { deliverKept, forgetReceipt, forgetShared, readReceipts, readShared, receiptFile, takeFile, type SharedFile } from '../../transport/shared'
import { readWaitingFiles } from '../../transport/tus'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Disc, Notice, Page } from '../parts/page'
import { tell } from '../phone'
import { problemOf, sentence } from '../sentence'
import { ago, size } from '../when'
import { language, w } from '../words'
import { handOver, shareParcel } from './export'

const Give = (): JSX.Element => {
  const waiting = live(['changes', 'files'], async () => ({ changes: (await readChanges()).filter(isUnsent).length, files: (await readWaitingFiles()).length }))
  return (
    <section class="card stack">
      <h2>{w().courier.give}</h2>
      <Show when={waiting()?.changes} fallback={<p class="soft">{w().courier.nothingToGive}</p>}>
        {(count) => (
          <>
            <p>{w().courier.giveHint(count())}</p>
            <Show when={waiting()?.files}>{(files) => <Notice tone="wait">{w().courier.photosStay(files())}</Notice>}</Show>
            <button class="button" data-kind="main" data-big="" type="button" onClick={() => void shareParcel()}>
              <Icon name="file" />
              {w().courier.giveGo}
            </button>
          </>
        )}
      </Show>
    </section>
  )
}

const ParcelRow = (props: { file: SharedFile }): JSX.Element => (
  <li class="list-item">
    <Disc icon="file" tone={props.file.problem ? 'bad' : 'wait'} />
    <span class="grow stack" data-close="">
      <span class="title">{props.file.name}</span>
      <span class="soft">
        {size(props.file.bytes.size)} · {ago(props.file.at_ms)}
      </span>
      <Show when={props.file.problem}>{(code) => <span>{problemOf(code())}</span>}</Show>
    </span>
    <Show when={props.file.problem}>
      <button class="icon-button" type="button" aria-label={w().courier.forget} onClick={() => void forgetShared(props.file.name)}>
        <Icon name="cross" />
      </button>
    </Show>
  </li>
)

const Take = (): JSX.Element => {
  const parcels = live(['settings'], readShared)
  const [fault, setFault] = createSignal('')
  const take = async (chosen: FileList | null): Promise<void> => {
    setFault('')
    for (const file of chosen ?? []) {
      const taken = await takeFile(file)
      if (taken === 'receipt') tell(w().courier.receiptTaken)
      else if (taken === 'receipt_other') setFault(w().courier.receiptOther)
      else if (taken === 'unknown') setFault(w().courier.notAParcel)
    }
    if ((await readShared()).some((one) => !one.problem) && navigator.onLine) await deliver()
  }
  const deliver = async (): Promise<void> => {
    setFault('')
    try {
      if (await deliverKept(language())) tell(w().courier.delivered)
    } catch (why) {
      setFault(sentence(why))
    }
  }
  return (
    <section class="card stack">
      <h2>{w().courier.take}</h2>
      <p>{w().courier.lead}</p>
      <label class="button">
        <Icon name="file" />
        {w().courier.choose}
        <input class="unseen" type="file" accept=".langnghe,application/octet-stream" multiple onChange={(event) => void take(event.currentTarget.files)} />
      </label>
      <Show when={fault()}>
        {(text) => (
          <Notice tone="bad" live>
            {text()}
          </Notice>
        )}
      </Show>
      <Show when={parcels()?.length}>
        <ul class="list">
          <For each={parcels()}>{(file) => <ParcelRow file={file} />}</For>
        </ul>
        <Show when={parcels()?.some((one) => !one.problem)}>
          <button class="button" data-kind="main" data-big="" type="button" onClick={() => void deliver()}>
            <Icon name="outbox" />
            {w().courier.deliver}
          </button>
        </Show>
      </Show>
    </section>
  )
}

const HandBack = (): JSX.Element => {
  const receipts = live(['settings'], readReceipts)
  return (
    <Show when={receipts()?.length}>
      <section class="card stack">
        <h2>{w().courier.receipts}</h2>
        <p>{w().courier.receiptsHint}</p>
        <ul class="list">
          <For each={receipts()}>
            {(one) => (
              <li class="list-item">
                <Disc icon="check" tone="good" />
                <span class="grow stack" data-close="">
                  <span class="title">{one.name}</span>
                  <span class="soft">{ago(one.at_ms)}</span>
                </span>
                <button class="button" type="button" onClick={() => void handOver(receiptFile(one))}>
                  {w().courier.handBack}
                </button>
                <button class="icon-button" type="button" aria-label={w().courier.forget} onClick={() => void forgetReceipt(one.receipt.replica)}>
                  <Icon name="cross" />
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  )
}

export const Courier = (): JSX.Element => (
  <Page title={w().courier.title} back="/settings">
    <Give />
    <Take />
    <HandBack />
  </Page>
)
