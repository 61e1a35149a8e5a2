/** Upload an XLSForm: faults and warnings by cell, preview, whom it is for, publish. The server checks; nothing here
 * decides whether a form is sound. */
import { createMemo, createSignal, Show, type JSX } from 'solid-js'
import { createStore } from 'solid-js/store'
import { Icon } from '../../parts/icon'
import { Chip, Empty, Notice, Page } from '../../parts/page'
import { role } from '../../phone'
import { sentence } from '../../sentence'
import { w } from '../../words'
import { sendForm, type FormRead, type Statement, type Terms } from './api'
import { FaultTable } from './faults'
import { Preview } from './preview'
import { EVERYBODY, fits, TermsFields } from './terms'
import { f } from './words'
import './forms.css'

const PRIVATE = new Set(['personal_data', 'personal_data_stated', 'purpose_incomplete', 'retention_invalid'])
const XLSX = '.xlsx,.xlsm,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const Drop = (props: { again: boolean; onFile: (file: File) => void }): JSX.Element => {
  const [over, setOver] = createSignal(false)
  return (
    <label
      class="drop"
      data-over={over() ? '' : undefined}
      data-again={props.again ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer?.files[0]
        if (file) props.onFile(file)
      }}
    >
      <input
        class="unseen"
        type="file"
        accept={XLSX}
        aria-label={f().file}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) props.onFile(file)
        }}
      />
      <Show when={!props.again}>
        <Icon name="form" />
        <b>{f().file}</b>
        <span class="soft">{f().fileHint}</span>
      </Show>
      <span class="button" aria-hidden="true">
        {props.again ? f().again : f().choose}
      </span>
    </label>
  )
}

const Privacy = (props: { stated: Statement; onChange: (some: Partial<Statement>) => void; onCheck: () => void; busy: boolean }): JSX.Element => (
  <section class="card stack" aria-label={f().privacy}>
    <h3>{f().privacy}</h3>
    <p class="soft">{f().privacyHint}</p>
    <div class="field">
      <label for="purpose">{f().purpose}</label>
      <input id="purpose" class="input" value={props.stated.purpose} onInput={(event) => props.onChange({ purpose: event.currentTarget.value })} />
    </div>
    <div class="field">
      <label for="consent">{f().consent}</label>
      <textarea id="consent" class="input" value={props.stated.consent} onInput={(event) => props.onChange({ consent: event.currentTarget.value })} />
    </div>
    <div class="field">
      <label for="days">{f().days}</label>
      <input id="days" class="input" type="number" min="1" max="3650" inputmode="numeric" value={props.stated.days} onInput={(event) => props.onChange({ days: event.currentTarget.value })} />
    </div>
    <button class="button" type="button" disabled={props.busy} onClick={() => props.onCheck()}>
      {f().recheck}
    </button>
  </section>
)

export const UploadForm = (): JSX.Element => {
  const [file, setFile] = createSignal<File | null>(null)
  const [media, setMedia] = createSignal<File[]>([])
  const [statement, state] = createStore<Statement>({ purpose: '', consent: '', days: '' })
  const [terms, setTerms] = createSignal<Terms>(EVERYBODY)
  const [read, setRead] = createSignal<FormRead | null>(null)
  const [fault, setFault] = createSignal('')
  const [busy, setBusy] = createSignal<'' | 'check' | 'publish'>('')
  const [seeing, setSeeing] = createSignal(false)
  const send = async (publish: boolean): Promise<void> => {
    const chosen = file()
    if (!chosen || busy()) return
    setBusy(publish ? 'publish' : 'check')
    setFault('')
    try {
      const answer = await sendForm({ file: chosen, media: media(), statement: { ...statement }, terms: terms() }, publish)
      if (chosen === file()) setRead(answer)
    } catch (why) {
      if (!publish) setRead(null)
      setFault(sentence(why))
    }
    setBusy('')
  }
  const take = (chosen: File): void => {
    setRead(null)
    setFile(chosen)
    void send(false)
  }
  const isPrivate = createMemo(() => [...(read()?.faults ?? []), ...(read()?.warnings ?? [])].some((one) => PRIVATE.has(one.code)))
  const wants = createMemo(() => media().length > 0 || (read()?.files.length ?? 0) > 0 || (read()?.warnings.some((one) => one.code === 'attachment_missing') ?? false))
  const sound = (): boolean => read() !== null && read()?.faults.length === 0
  return (
    <Page title={f().upload} back="/boards/forms">
      <Show when={role() === 'administrator'} fallback={<Empty icon="info" title={w().refusals.not_allowed} />}>
        <Drop again={file() !== null} onFile={take} />
        <Show when={busy() === 'check'}>
          <Notice live>{f().checking}</Notice>
        </Show>
        <Show when={fault()}>
          {(why) => (
            <Notice tone="bad" live>
              <b>{file()?.name}</b>
              {why()}
            </Notice>
          )}
        </Show>
        <Show when={read()}>
          {(now) => (
            <>
              <section class="card stack" data-close="" aria-label={now().title}>
                <h2>{now().title || file()?.name}</h2>
                <div class="row">
                  <Chip>{now().form}</Chip>
                  <Chip>{`${f().version} ${now().version}`}</Chip>
                  <span class="soft">{[...(now().questions > 0 ? [f().questions(now().questions)] : []), ...now().languages].join(' · ')}</span>
                </div>
                <span class="soft">{file()?.name}</span>
              </section>
              <Show when={now().standing}>
                {(standing) => (
                  <Notice tone="good" live>
                    <b>{(f().standings as Record<string, string>)[standing()]}</b>
                    <a class="button" href="#/boards/forms">
                      {f().toList}
                    </a>
                  </Notice>
                )}
              </Show>
              <Show when={now().faults.length > 0}>
                <FaultTable faults={now().faults} label={f().faults(now().faults.length)} kind="fault" />
              </Show>
              <Show when={sound() && !now().standing}>
                <Notice tone="good" live>
                  <b>{f().sound}</b>
                  <button class="button" type="button" onClick={() => setSeeing(true)}>
                    <Icon name="form" />
                    {f().preview}
                  </button>
                </Notice>
              </Show>
              <Show when={now().warnings.length > 0}>
                <FaultTable faults={now().warnings} label={f().warnings(now().warnings.length)} kind="warning" />
              </Show>
              <Show when={wants() && !now().standing}>
                <div class="field">
                  <label for="media">{f().media}</label>
                  <input
                    id="media"
                    class="input"
                    type="file"
                    multiple
                    onChange={(event) => {
                      setMedia([...(event.currentTarget.files ?? [])])
                      void send(false)
                    }}
                  />
                </div>
              </Show>
              <Show when={isPrivate() && !now().standing}>
                <Privacy stated={statement} onChange={(some) => state(some)} onCheck={() => void send(false)} busy={busy() !== ''} />
              </Show>
              <Show when={sound() && !now().standing}>
                <section class="card stack" aria-label={f().terms}>
                  <h3>{f().terms}</h3>
                  <TermsFields terms={terms()} onChange={setTerms} />
                </section>
                <button class="button" data-kind="main" data-big="" data-wide="" type="button" disabled={busy() !== '' || !fits(terms())} onClick={() => void send(true)}>
                  {busy() === 'publish' ? f().publishing : f().publish}
                </button>
              </Show>
            </>
          )}
        </Show>
        <Show when={seeing() ? read() : null}>{(now) => <Preview read={now()} media={media()} onClose={() => setSeeing(false)} />}</Show>
      </Show>
    </Page>
  )
}
