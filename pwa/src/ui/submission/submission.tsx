/** One submission: its state, its answers, where it stands in the outbox, and what can be done about it. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import type { SummaryLine } from '../../forms/contract'
import { readItem, readItems } from '../../store/items'
import { needsAttention, readChangesOf } from '../../store/outbox'
import { readFile } from '../../store/drafts'
import type { Seen } from '../../store/view'
import { readForm } from '../../transport/formfetch'
import { live } from '../live'
import { stateOf, titleOf } from '../outbox/entries'
import { StateChip } from '../outbox/outbox'
import { Icon } from '../parts/icon'
import { Chip, Empty, Loading, Notice, Page } from '../parts/page'
import { areaName, leads, me, personName, status } from '../phone'
import { refusal } from '../sentence'
import { moment } from '../when'
import { language, w } from '../words'
import { AmendField } from './amend_field'
import { History } from './history'
import { useKnown } from './known'
import { Refused } from './refused'

const fileIn = (seen: Seen, name: string): { sha256: string; type: string } => {
  const [sha256 = '', , ...type] = (seen.fields[`file:${name}`] ?? '').split(' ')
  return { sha256, type: type.join(' ') }
}

const FileAnswer = (props: { seen: Seen; name: string }): JSX.Element => {
  const [address] = createResource(
    () => ({ id: props.seen.id, ...fileIn(props.seen, props.name) }),
    async ({ id, sha256 }) => {
      const stored = await readFile(sha256)
      return stored ? URL.createObjectURL(stored.bytes) : `/attachments/${sha256}?submission=${encodeURIComponent(id)}`
    },
  )
  return (
    <Show when={address()}>
      {(url) => (
        <Show when={fileIn(props.seen, props.name).type.startsWith('image/')} fallback={<a href={url()} target="_blank" rel="noopener">{w().submission.openFile}</a>}>
          <img class="photo" src={url()} alt={w().submission.attachment} loading="lazy" />
        </Show>
      )}
    </Show>
  )
}

const Answers = (props: { seen: Seen }): JSX.Element => {
  const [lines] = createResource(
    () => ({ seen: props.seen, spoken: language() }),
    async ({ seen, spoken }): Promise<SummaryLine[]> => {
      const source = await readForm(seen.fields['form'] ?? '', seen.fields['form_version'] ?? '')
      if (source) return (await import('../../forms')).summary(seen.fields, source, spoken)
      const answers = Object.entries(seen.fields).filter(([name]) => name.startsWith('/') && !name.endsWith('#order') && !name.includes('/meta/'))
      return answers.map(([field, value]) => {
        const line = { field, label: field.split('/').pop() ?? field, value, level: 0 }
        return seen.fields[`file:${value}`] ? { ...line, file: value } : line
      })
    },
  )
  const [amending, setAmending] = createSignal<SummaryLine | null>(null)
  return (
    <section class="stack">
      <h2>{w().submission.answers}</h2>
      <Show when={lines.latest} fallback={<Loading />}>
        {(all) => (
          <Show when={all().length > 0} fallback={<p class="soft">{w().submission.noAnswers}</p>}>
            <ul class="list answers">
              <For each={all()}>
                {(line) => (
                  <li data-level={line.level}>
                    <Show when={line.field} fallback={<h3>{line.label}</h3>}>
                      <div class="row">
                        <div class="grow">
                          <span class="soft">{line.label}</span>
                          <Show when={line.file} fallback={<p class="value">{line.value}</p>}>
                            {(name) => <FileAnswer seen={props.seen} name={name()} />}
                          </Show>
                        </div>
                        <Show when={leads() && props.seen.author !== me() && !line.file && line.value === props.seen.fields[line.field]}>
                          <button class="icon-button" type="button" aria-label={`${w().coordinator.amendField}: ${line.label}`} onClick={() => setAmending(line)}>
                            <Icon name="pencil" />
                          </button>
                        </Show>
                      </div>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show when={amending()}>{(line) => <AmendField seen={props.seen} field={line().field} label={line().label} onClose={() => setAmending(null)} />}</Show>
    </section>
  )
}

const Facts = (props: { seen: Seen; form: string }): JSX.Element => (
  <dl class="facts card">
    <dt>{w().submission.form}</dt>
    <dd>{props.form}</dd>
    <dt>{w().submission.area}</dt>
    <dd>{areaName(props.seen.fields['area'])}</dd>
    <Show when={props.seen.author}>
      <dt>{w().submission.author}</dt>
      <dd>{personName(props.seen.author)}</dd>
    </Show>
    <dt>{w().submission.made}</dt>
    <dd>{moment(Number(props.seen.fields['submitted_at_ms'] ?? 0) || props.seen.updated_at_ms)}</dd>
    <dt>{w().submission.topic}</dt>
    <dd>
      <Topic id={props.seen.fields['topic'] ?? ''} />
    </dd>
  </dl>
)

const Topic = (props: { id: string }): JSX.Element => {
  const topic = live(
    ['items'],
    async () => (props.id ? await readItem('topic', props.id) : null),
    () => props.id,
  )
  return (
    <Show when={props.id} fallback={w().submission.noTopic}>
      <a href={`#/topic/${encodeURIComponent(props.id)}`}>{topic()?.fields['title'] ?? props.id}</a>
    </Show>
  )
}

export const Submission = (props: { id: string }): JSX.Element => {
  const seen = live(
    ['items', 'changes'],
    () => readItem('submission', props.id),
    () => props.id,
  )
  const changes = live(['changes'], () => readChangesOf('submission', props.id))
  const answers = live(['items'], () => readItems('answer'))
  const known = useKnown(seen)
  const answered = (): Set<string> => new Set(answers()?.map((one) => one.fields['topic'] ?? ''))
  return (
    <Page title={titleOf(seen()?.fields ?? {}) || w().submission.title} back="/outbox">
      <Show when={seen() !== undefined} fallback={<Loading />}>
        <Show when={seen()} fallback={<Empty icon="info" title={w().app.notFound} hint={w().app.notFoundHint} />}>
          {(now) => (
            <>
              <div class="row">
                <StateChip state={stateOf(now(), status()?.state === 'syncing', answered())} />
                <Show when={now().revision > 1}>
                  <Chip>
                    {w().submission.revision} {now().revision}
                  </Chip>
                </Show>
              </div>
              <Show when={now().conflicts.length > 0}>
                <Notice tone="urgent" icon="fork">
                  <b>{w().submission.conflictAsk}</b>
                  <a class="button" data-kind="main" href={`#/submission/${encodeURIComponent(props.id)}/conflict`}>
                    {w().submission.resolve}
                  </a>
                </Notice>
              </Show>
              <Show when={changes()?.filter(needsAttention).length ? changes() : null}>
                {(all) => (
                  <Refused seen={now()} changes={all()}>
                    <For each={all().filter(needsAttention)}>{(kept) => <p>{refusal(kept.outcome?.code)}</p>}</For>
                  </Refused>
                )}
              </Show>
              <Facts seen={now()} form={known()?.title ?? ''} />
              <Answers seen={now()} />
              <Show when={now().author === me() || now().author === '' || leads()}>
                <a class="button" data-wide="" href={`#/fill/amend/${encodeURIComponent(props.id)}`}>
                  <Icon name="pencil" />
                  {w().submission.amend}
                </a>
              </Show>
              <History seen={now()} changes={changes() ?? []} known={known()} />
            </>
          )}
        </Show>
      </Show>
    </Page>
  )
}
