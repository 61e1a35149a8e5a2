/** The forms a person may fill in, and the drafts they have begun. */
import { For, onMount, Show, type JSX } from 'solid-js'
import { readDrafts } from '../../store/drafts'
import type { Draft } from '../../store/records'
import type { Seen } from '../../store/view'
import { isComplete } from '../../transport/formfetch'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page } from '../parts/page'
import { isStaff } from '../phone'
import { ago, day } from '../when'
import { w } from '../words'
import { readMyForms } from './list'

type Standing = 'ready' | 'coming' | 'closed' | 'early'

async function standingOf(form: Seen): Promise<Standing> {
  const closes = Number(form.fields['closes_at_ms'] ?? 0)
  if (closes && closes <= Date.now()) return 'closed'
  if (Number(form.fields['opens_at_ms'] ?? 0) > Date.now()) return 'early'
  return (await isComplete(form.id, form.fields['version'] ?? '', form.fields['attachments'])) ? 'ready' : 'coming'
}

const FormRow = (props: { form: Seen; standing: Standing }): JSX.Element => {
  const about = (): string => {
    if (props.standing === 'closed') return w().forms.closed
    if (props.standing === 'early') return w().forms.opens(day(Number(props.form.fields['opens_at_ms'])))
    if (props.standing === 'coming') return w().forms.notHere
    const closes = Number(props.form.fields['closes_at_ms'] ?? 0)
    return closes ? w().forms.closes(day(closes)) : w().forms.ready
  }
  const body = (): JSX.Element => (
    <>
      <Disc icon="form" tone={props.standing === 'ready' ? 'calm' : 'wait'} />
      <span class="grow">
        <span class="title">{props.form.fields['title'] ?? props.form.id}</span>
        <span class="soft">{about()}</span>
      </span>
    </>
  )
  return (
    <li>
      <Show when={props.standing === 'ready'} fallback={<div class="list-item">{body()}</div>}>
        <a class="list-item" href={`#/fill/new/${encodeURIComponent(props.form.id)}`}>
          {body()}
          <Icon name="next" />
        </a>
      </Show>
    </li>
  )
}

export const DraftRow = (props: { draft: Draft }): JSX.Element => (
  <li>
    <a class="list-item" href={`#/fill/draft/${encodeURIComponent(props.draft.id)}`}>
      <Disc icon="pencil" tone="wait" />
      <span class="grow">
        <span class="title">{props.draft.label || props.draft.title}</span>
        <span class="soft">
          {w().forms.draftOf(ago(props.draft.updated_at_ms))} · {w().forms.answered(props.draft.answered)}
        </span>
      </span>
      <Icon name="next" />
    </a>
  </li>
)

export const Forms = (): JSX.Element => {
  const forms = live(['items', 'forms'], async () => Promise.all((await readMyForms()).map(async (form) => ({ form, standing: await standingOf(form) }))))
  const drafts = live(['drafts'], readDrafts)
  onMount(() => void import('../../forms').then((module) => module.warmUp()).catch(() => undefined))
  return (
    <Page
      title={w().forms.title}
      actions={
        <Show when={isStaff()}>
          <a class="button" href="#/boards/forms">
            {w().forms.manage}
          </a>
        </Show>
      }
    >
      <Show when={drafts()?.length}>
        <section class="stack">
          <h2 class="row">
            {w().forms.drafts} <Chip tone="wait">{drafts()?.length}</Chip>
          </h2>
          <ul class="list">
            <For each={drafts()?.sort((a, b) => b.updated_at_ms - a.updated_at_ms)}>{(draft) => <DraftRow draft={draft} />}</For>
          </ul>
        </section>
      </Show>
      <Show when={forms()} fallback={<Loading />}>
        {(list) => (
          <Show when={list().length > 0} fallback={<Empty icon="form" title={w().forms.none} hint={w().forms.noneHint} />}>
            <section class="stack">
              <h2>{w().home.newReport}</h2>
              <ul class="list">
                <For each={list()}>{(one) => <FormRow {...one} />}</For>
              </ul>
            </section>
          </Show>
        )}
      </Show>
    </Page>
  )
}
