/** Every form with its versions: for whom, from when to when; an administrator publishes, changes and closes them. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { Icon } from '../../parts/icon'
import { Chip, Empty, Loading, Notice, Page, Sheet, type Tone } from '../../parts/page'
import { areaName, role, tell } from '../../phone'
import { sentence } from '../../sentence'
import { day, now as clock } from '../../when'
import { language, w } from '../../words'
import { readForms, saveTerms, setOpen, type FormListed, type Terms, type Version } from './api'
import { fits, TermsFields, TermsSheetFoot } from './terms'
import { f } from './words'
import './forms.css'

type Standing = 'open' | 'closed' | 'early'

const TONES: Record<Standing, Tone> = { open: 'good', closed: 'bad', early: 'wait' }

const currentOf = (form: FormListed): Version | undefined => form.versions.find((one) => one.version === form.version)

export function standingOf(form: FormListed, at: number): Standing {
  const current = currentOf(form)
  if (form.closed_at_ms !== null || (current?.closes_at_ms ?? Infinity) <= at) return 'closed'
  return (current?.opens_at_ms ?? 0) > at ? 'early' : 'open'
}

const VersionTable = (props: { form: FormListed }): JSX.Element => (
  <div class="table-wrap" tabIndex={0} role="region" aria-label={`${props.form.title}: ${f().versions(props.form.versions.length)}`}>
    <table class="table card-table">
      <thead>
        <tr>
          <th scope="col">{f().version}</th>
          <th scope="col">{f().published}</th>
          <th scope="col">{f().areas}</th>
          <th scope="col">{f().roles}</th>
          <th scope="col">{f().opens}</th>
          <th scope="col">{f().closes}</th>
          <th scope="col">{f().retention}</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.form.versions}>
          {(one) => (
            <tr>
              <th scope="row">
                {one.version}
                <Show when={one.version === props.form.version}>
                  <span class="soft">{f().current}</span>
                </Show>
              </th>
              <td data-label={f().published}>{day(one.published_at_ms)}</td>
              <td data-label={f().areas}>{one.areas.map(areaName).join(', ') || f().everywhere}</td>
              <td data-label={f().roles}>{one.roles.map((name) => (f().roleNames as Record<string, string>)[name] ?? name).join(', ') || f().everyone}</td>
              <td data-label={f().opens}>{one.opens_at_ms === null ? f().noBound : day(one.opens_at_ms)}</td>
              <td data-label={f().closes}>{one.closes_at_ms === null ? f().noBound : day(one.closes_at_ms - 1)}</td>
              <td data-label={f().retention}>{one.retention_days === null ? '–' : f().retained(one.retention_days)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  </div>
)

const TermsSheet = (props: { form: FormListed; onClose: () => void; onSave: (terms: Terms) => Promise<void> }): JSX.Element => {
  const current = (): Terms => {
    const { areas = [], roles = [], opens_at_ms = null, closes_at_ms = null } = currentOf(props.form) ?? {}
    return { areas, roles, opens_at_ms, closes_at_ms }
  }
  const [terms, setTerms] = createSignal(current())
  const [busy, setBusy] = createSignal(false)
  return (
    <Sheet title={f().changeOf(props.form.title)} onClose={props.onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setBusy(true)
          void props.onSave(terms()).finally(() => setBusy(false))
        }}
      >
        <TermsFields terms={terms()} onChange={setTerms} />
        <TermsSheetFoot busy={busy()} ready={fits(terms())} onClose={props.onClose} />
      </form>
    </Sheet>
  )
}

const FormCard = (props: { form: FormListed; act: (work: () => Promise<unknown>) => Promise<void> }): JSX.Element => {
  const [asking, setAsking] = createSignal<'' | 'terms' | 'close'>('')
  const standing = (): Standing => standingOf(props.form, clock())
  const guarded = async (work: () => Promise<unknown>): Promise<void> => {
    await props.act(work)
    setAsking('')
  }
  return (
    <section class="card stack" aria-label={props.form.title}>
      <div class="row">
        <h2 class="grow">{props.form.title}</h2>
        <Chip tone={TONES[standing()]}>{f().states[standing()]}</Chip>
      </div>
      <span class="soft">
        {props.form.form} · {f().version} {props.form.version}
        <Show when={currentOf(props.form)?.warnings.length}>{(n) => <> · {f().warned(n())}</>}</Show>
      </span>
      <VersionTable form={props.form} />
      <Show when={role() === 'administrator'}>
        <div class="row">
          <button class="button" type="button" aria-label={f().changeOf(props.form.title)} onClick={() => setAsking('terms')}>
            {f().change}
          </button>
          <Show
            when={props.form.closed_at_ms === null}
            fallback={
              <button class="button" type="button" aria-label={f().openOf(props.form.title)} onClick={() => void guarded(() => setOpen(props.form.form, true))}>
                {f().open}
              </button>
            }
          >
            <button class="button" type="button" aria-label={f().closeOf(props.form.title)} onClick={() => setAsking('close')}>
              {f().close}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={asking() === 'terms'}>
        <TermsSheet form={props.form} onClose={() => setAsking('')} onSave={(terms) => guarded(() => saveTerms(props.form.form, props.form.version, terms))} />
      </Show>
      <Show when={asking() === 'close'}>
        <Sheet title={f().closeOf(props.form.title)} onClose={() => setAsking('')}>
          <p>{f().closeAsk}</p>
          <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void guarded(() => setOpen(props.form.form, false))}>
            {f().close}
          </button>
          <button class="button" data-wide="" type="button" onClick={() => setAsking('')}>
            {w().app.cancel}
          </button>
        </Sheet>
      </Show>
    </section>
  )
}

export const FormsBoard = (): JSX.Element => {
  const [fault, setFault] = createSignal('')
  const [forms, { refetch }] = createResource(language, () =>
    readForms().then(
      (all) => (setFault(''), all),
      (why: unknown) => (setFault(sentence(why)), []),
    ),
  )
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
      await refetch()
    } catch (why) {
      tell(sentence(why))
    }
  }
  return (
    <Page title={f().title} back="/more" wide>
      <div class="row">
        <Show when={role() === 'administrator'}>
          <a class="button" data-kind="main" href="#/boards/form-upload">
            <Icon name="plus" />
            {f().upload}
          </a>
        </Show>
        <a class="button" href="#/boards/app-passwords">
          {f().passwords}
        </a>
      </div>
      <Show when={fault()}>{(why) => <Notice tone="bad">{why()}</Notice>}</Show>
      <Show when={forms.latest} fallback={<Loading />}>
        {(all) => (
          <Show when={all().length > 0} fallback={<Show when={!fault()}><Empty icon="form" title={f().none} hint={f().noneHint} /></Show>}>
            <For each={all()}>{(form) => <FormCard form={form} act={act} />}</For>
          </Show>
        )}
      </Show>
    </Page>
  )
}
