/** The outbox: every submission of the person with the state it is in; drafts among them. */
import { createEffect, createMemo, createSignal, For, onCleanup, Show, type JSX } from 'solid-js'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page } from '../parts/page'
import { areaName, areas, identity, status } from '../phone'
import { ago } from '../when'
import { w } from '../words'
import { LOOKS, readEntries, type Entry, type EntryState } from './entries'
import { ListOf } from '../parts/long_list'
import { Finder, foundIn } from './search'

const TABS = {
  all: [] as EntryState[],
  waiting: ['draft', 'finalised', 'sending', 'carried'] as EntryState[],
  attention: ['refused', 'conflict'] as EntryState[],
  sent: ['received', 'answered'] as EntryState[],
}
type Tab = keyof typeof TABS

interface Found {
  some: readonly Entry[]
  asked: string
}

/** So many are found by looking. */
const FEW = 7

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

const EntryRow = (props: { entry: Entry; asked: string }): JSX.Element => (
  <a class="list-item" href={addressOf(props.entry)}>
    <Disc icon={LOOKS[props.entry.state].icon} tone={LOOKS[props.entry.state].tone} />
    <span class="grow stack" data-close="">
      <span class="title">{props.entry.title || props.entry.form || w().outbox.untitled}</span>
      <Show when={props.asked && foundIn(props.entry, props.asked)}>{(answer) => <span class="soft clamp">{answer()}</span>}</Show>
      <span class="row">
        <StateChip state={props.entry.state} />
        <span class="soft">
          {ago(props.entry.at_ms)}
          <Show when={areas().length > 1}> · {areaName(props.entry.area)}</Show>
        </span>
        <Show when={props.entry.files && props.entry.files.sent < props.entry.files.all ? props.entry.files : null}>
          {(files) => <span class="soft">{w().outbox.files(files().sent, files().all)}</span>}
        </Show>
      </span>
    </span>
    <Icon name="next" />
  </a>
)

export const Outbox = (): JSX.Element => {
  const [tab, setTab] = createSignal<Tab>('all')
  const entries = live(
    ['items', 'changes', 'drafts', 'files'],
    () => readEntries(identity()?.session.person ?? '', status()?.state === 'syncing'),
    () => status()?.state,
  )
  const [typed, setTyped] = createSignal('')
  const finder = new Finder(areaName)
  const inTab = createMemo(() => entries()?.filter((entry) => tab() === 'all' || TABS[tab()].includes(entry.state)) ?? [])
  const [found, setFound] = createSignal<Found>({ some: [], asked: '' })
  createEffect(() => {
    const asked = typed().trim()
    if (!asked) return
    let over = false
    onCleanup(() => (over = true))
    void finder.find(inTab(), asked, () => over).then((some) => some && setFound({ some, asked }))
  })
  const shown = (): readonly Entry[] => (typed().trim() ? found().some : inTab())
  const asked = (): string => (typed().trim() ? found().asked : '')
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
      <Show when={(entries()?.length ?? 0) > FEW || typed()}>
        <input class="input" type="search" aria-label={w().outbox.search} placeholder={w().outbox.search} value={typed()} onInput={(event) => setTyped(event.currentTarget.value)} />
      </Show>
      <Show when={entries()} fallback={<Loading />}>
        <Show
          when={shown().length > 0}
          fallback={
            <Show when={asked()} fallback={<Empty icon="outbox" title={w().outbox.none} hint={w().outbox.noneHint} />}>
              <Empty icon="outbox" title={w().outbox.noMatch} />
            </Show>
          }
        >
          <ListOf each={shown()} same={(a, b) => a.state === b.state && a.title === b.title && a.at_ms === b.at_ms && a.files?.sent === b.files?.sent && a.files?.all === b.files?.all}>{(entry) => <EntryRow entry={entry} asked={asked()} />}</ListOf>
        </Show>
      </Show>
    </Page>
  )
}
