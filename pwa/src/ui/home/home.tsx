/** Home: what is unsent, what needs a look, new alerts, forms due; and the one big button to write a report. */
import { For, lazy, onMount, Show, Suspense, type JSX } from 'solid-js'
import { severityOf, textOf, toneOf } from '../alerts/alerts'
import { Icon } from '../parts/icon'
import { Disc, Notice, Page } from '../parts/page'
import { areas, identity, leads, online, status } from '../phone'
import { hurry } from '../../store/watch'
import { ago, amount, until } from '../when'
import { language, w } from '../words'
import { glance, type Glance } from './glance'
import { offlineReady } from '../updates'
import { measureSpace, storageShort } from './space'

const Hero = (props: { of: Glance }): JSX.Element => {
  const syncing = (): boolean => status()?.state === 'syncing'
  const left = (): number => props.of.unsent
  const underneath = (): string => {
    if (syncing()) return w().home.sending
    const next = status()?.next_try_at_ms ?? 0
    if (!online()) return w().home.waitingNetwork
    if (left() > 0 && next > Date.now()) return w().home.nextTry(until(next))
    const last = status()?.succeeded_at_ms
    return last ? w().home.lastSync(ago(last)) : w().home.neverSynced
  }
  return (
    <section class="river stack" aria-label={w().nav.sync}>
      <Show
        when={left() > 0}
        fallback={
          <>
            <h2 class="row">
              <Icon name="check" />
              {w().home.allSent}
            </h2>
            <p>{w().home.allSentHint}</p>
          </>
        }
      >
        <h2 class="row">
          <span class="figure number">{amount(left())}</span>
          <span class="grow">{w().home.unsentLabel}</span>
        </h2>
        <p>{w().home.oldest(ago(props.of.oldest_ms))}</p>
        <Show when={props.of.files > 0}>
          <p>{w().outbox.filesMissing(props.of.files)}</p>
        </Show>
      </Show>
      <div class="row spread">
        <p class="soft" role="status">
          {underneath()}
        </p>
        <button class="button" type="button" onClick={hurry} disabled={syncing()}>
          <Icon name={online() ? 'sync' : 'nosignal'} />
          {w().home.syncNow}
        </button>
      </div>
    </section>
  )
}

const Attention = (props: { of: Glance }): JSX.Element => (
  <Show when={props.of.attention.length > 0}>
    <section class="stack">
      <h2>{w().home.attention}</h2>
      <ul class="list">
        <For each={props.of.attention}>
          {(one) => (
            <li>
              <a class="list-item" href={`#/submission/${encodeURIComponent(one.id)}${one.why === 'conflict' ? '/conflict' : ''}`}>
                <Disc icon={one.why === 'conflict' ? 'fork' : 'warn'} tone={one.why === 'conflict' ? 'urgent' : 'bad'} />
                <span class="grow title">{one.why === 'conflict' ? w().submission.conflictAsk : w().submission.refusedTitle}</span>
                <Icon name="next" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </section>
  </Show>
)

const NewAlerts = (props: { of: Glance }): JSX.Element => (
  <Show when={props.of.alerts.length > 0}>
    <section class="stack">
      <h2>{w().home.newAlerts}</h2>
      <ul class="list">
        <For each={props.of.alerts}>
          {(alert) => (
            <li>
              <a class="list-item" href={`#/alert/${encodeURIComponent(alert.alert)}`}>
                <Disc icon="alert" tone={toneOf(alert)} />
                <span class="grow">
                  <span class="title">{textOf(alert, 'headline', language())}</span>
                  <span class="soft">
                    {w().alerts.severities[severityOf(alert)]} · {w().alerts.notConfirmed}
                  </span>
                </span>
                <Icon name="next" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </section>
  </Show>
)

const Due = (props: { of: Glance }): JSX.Element => (
  <>
    <Show when={props.of.due.length > 0}>
      <section class="stack">
        <h2>{w().home.formsDue}</h2>
        <ul class="list">
          <For each={props.of.due}>
            {(form) => (
              <li>
                <a class="list-item" href={`#/fill/new/${encodeURIComponent(form.id)}`}>
                  <Disc icon="form" />
                  <span class="grow">
                    <span class="title">{form.fields['title']}</span>
                    <span class="soft">{w().home.dueBy(until(Number(form.fields['closes_at_ms'])))}</span>
                  </span>
                  <Icon name="next" />
                </a>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
    <Show when={props.of.drafts.length > 0}>
      <ul class="list">
        <li>
          <a class="list-item" href="#/forms">
            <Disc icon="pencil" tone="wait" />
            <span class="grow">
              <span class="title">{w().home.drafts}</span>
              <span class="soft">{w().home.items(props.of.drafts.length)}</span>
            </span>
            <Icon name="next" />
          </a>
        </li>
      </ul>
    </Show>
  </>
)

const Answers = (props: { of: Glance }): JSX.Element => (
  <Show when={props.of.answers.length > 0}>
    <section class="stack">
      <h2>{w().home.answers}</h2>
      <ul class="list">
        <For each={props.of.answers}>
          {(answer) => (
            <li>
              <a class="list-item" href={`#/topic/${encodeURIComponent(answer.topic)}`}>
                <Disc icon="answer" tone="answer" />
                <span class="grow">
                  <span class="title">{answer.title}</span>
                  <span class="soft clamp">{answer.text}</span>
                  <span class="soft">{ago(answer.at_ms)}</span>
                </span>
                <Icon name="next" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </section>
  </Show>
)

const Led = (props: { of: Glance }): JSX.Element => (
  <div class="pair three">
    <a class="tile" href="#/topics" data-tone={props.of.urgentTopics > 0 ? 'urgent' : undefined}>
      <b class="number">{amount(props.of.urgentTopics)}</b>
      {w().home.urgentTopics}
    </a>
    <a class="tile" href="#/topics">
      <b class="number">{amount(props.of.openTopics)}</b>
      {w().home.openTopics}
    </a>
    <a class="tile" href="#/reports" data-tone={props.of.unsorted > 0 ? 'wait' : undefined}>
      <b class="number">{amount(props.of.unsorted)}</b>
      {w().home.reportsToSort}
    </a>
  </div>
)

const PinOffer = lazy(async () => ({ default: (await import('../lock/offer')).PinOffer }))

const Storage = (): JSX.Element => {
  onMount(() => void measureSpace())
  return (
    <Show when={storageShort()}>
      <Notice tone="urgent">{w().home.storageLow}</Notice>
    </Show>
  )
}

export const Home = (): JSX.Element => (
  <Page
    title={w().home.hello(identity()?.session.name ?? '')}
    actions={
      <a class="icon-button" href="#/settings" aria-label={w().nav.settings}>
        <Icon name="gear" />
      </a>
    }
  >
    <Show when={areas().length > 0}>
      <p class="row soft">
        <Icon name="place" />
        <span class="grow">
          {areas()
            .map((area) => area.name)
            .join(' · ')}
        </span>
      </p>
    </Show>
    <Show when={glance()}>
      {(of) => (
        <>
          <Show when={!offlineReady() && online()}>
            <p class="soft" role="status">
              {w().home.preparing}
            </p>
          </Show>
          <Hero of={of()} />
          <Show when={status()?.state === 'refused' || status()?.state === 'outdated'}>
            <Notice tone="bad">
              <b>{w().sync.states[status()?.state ?? 'refused']}</b>
              <span>{status()?.problem?.detail}</span>
              <span>{w().home.refusedHint}</span>
            </Notice>
          </Show>
          <Storage />
          <NewAlerts of={of()} />
          <Attention of={of()} />
          <Show when={leads()}>
            <Led of={of()} />
          </Show>
          <a class="button" data-kind="main" data-big="" data-wide="" href={leads() ? '#/reports' : '#/forms'}>
            <Icon name={leads() ? 'table' : 'plus'} />
            {leads() ? w().coordinator.reports : w().home.newReport}
          </a>
          <Due of={of()} />
          <Suspense>
            <PinOffer />
          </Suspense>
          <Answers of={of()} />
        </>
      )}
    </Show>
  </Page>
)
