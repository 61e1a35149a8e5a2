/** The outbox: every submission of the person with the state it is in; drafts among them. */
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page } from '../parts/page'
import { areaName, areas, identity, status } from '../phone'
import { ago } from '../when'
import { w } from '../words'
import { LOOKS, readEntries, type Entry, type EntryState } from './entries'
import { ListOf } from '../parts/long_list'

const TABS = {
  all: [] as EntryState[],
  waiting: ['draft', 'finalised', 'sending'] as EntryState[],
  attention: ['refused', 'conflict'] as EntryState[],
  sent: ['received', 'answered'] as EntryState[],
}
type Tab = keyof typeof TABS

export const StateChip = (props: { state: EntryState }): JSX.Element => (
  <Chip tone={LOOKS[props.state].tone} icon={LOOKS[props.state].icon}>
    {w().states[props.state]}
  </Chip>
)

const addressOf = (entry: Entry): string => {
  const id = encodeURIComponent(entry.id)
  if (entry.state === 'draft') return `#/fill/draft/${id}`
  return `#/submission/${id}`
}

const EntryRow = (props: { entry: Entry }): JSX.Element => (
  <a class="list-item" href={addressOf(props.entry)}>
    <Disc icon={LOOKS[props.entry.state].icon} tone={LOOKS[props.entry.state].tone} />
    <span class="grow stack" data-close="">
      <span class="title">{props.entry.title || props.entry.form || w().outbox.untitled}</span>
      <span class="row">
        <StateChip state={props.entry.state} />
        <span class="soft">
          {ago(props.entry.at_ms)}
          <Show when={areas().length > 1}> · {areaName(props.entry.area)}</Show>
        </span>
      </span>
    </span>
    <Icon name="next" />
  </a>
)

export const Outbox = (): JSX.Element => {
  const [tab, setTab] = createSignal<Tab>('all')
  const entries = live(
    ['items', 'changes', 'drafts'],
    () => readEntries(identity()?.session.person ?? '', status()?.state === 'syncing'),
    () => status()?.state,
  )
  const shown = createMemo(() => entries()?.filter((entry) => tab() === 'all' || TABS[tab()].includes(entry.state)) ?? [])
  return (
    <Page
      title={w().outbox.title}
      actions={
        <a class="icon-button" href="#/sync" aria-label={w().settings.syncDetails}>
          <Icon name="sync" />
        </a>
      }
    >
      <div class="tabs" data-fill="" role="group" aria-label={w().outbox.title}>
        <For each={Object.keys(TABS) as Tab[]}>
          {(name) => (
            <button type="button" aria-pressed={tab() === name} onClick={() => setTab(name)}>
              {w().outbox[name]}
            </button>
          )}
        </For>
      </div>
      <Show when={entries()} fallback={<Loading />}>
        <Show when={shown().length > 0} fallback={<Empty icon="outbox" title={w().outbox.none} hint={w().outbox.noneHint} />}>
          <ListOf each={shown()} same={(a, b) => a.state === b.state && a.title === b.title && a.at_ms === b.at_ms}>{(entry) => <EntryRow entry={entry} />}</ListOf>
        </Show>
      </Show>
    </Page>
  )
}
