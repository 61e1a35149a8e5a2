/** What boards share: the frame with its tabs, data that renews itself, small charts with their words, the heading of a
 * sortable column. */
import { createResource, createSignal, For, Index, onCleanup, Show, type Accessor, type JSX, type ParentComponent } from 'solid-js'
import { askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Loading, Notice, Page } from '../parts/page'
import { here } from '../router'
import { sentence } from '../sentence'
import { amount } from '../when'
import { language, w } from '../words'
import { b } from './words'
import './charts.css'
import './boards.css'
import './topics.css'

const TABS = ['sync-status', 'topics', 'answers', 'roster', 'exports'] as const
const EVERY_MS = 20_000
const CALM_MS = 2_000
/** Bursts of commits renew a board at most so often. */

interface Board<T> {
  value: Accessor<T | undefined>
  fault: Accessor<string>
  again: () => void
}

/** What the server answers for a path; asked again when the path changes, when the feed grows (SSE), and now and then. */
export function createBoard<T>(path: Accessor<string>): Board<T> {
  const [fault, setFault] = createSignal('')
  const [value, { refetch }] = createResource<T | undefined, readonly [string, 'vi' | 'en']>(
    () => [path(), language()] as const,
    async ([asked, spoken], { value: before }) => {
      try {
        const answer = await askJson<T>(asked, { language: spoken })
        setFault('')
        return answer
      } catch (why) {
        setFault(sentence(why))
        return before
      }
    },
  )
  const again = (): void => {
    if (document.visibilityState === 'visible') void refetch()
  }
  onCleanup(listenLive(again))
  return { value: () => value.latest, fault, again: () => void refetch() }
}

const waiting = new Set<() => void>()
let source: EventSource | undefined
let timer: ReturnType<typeof setInterval> | undefined

/** One stream for all boards on screen. */
function listenLive(again: () => void): () => void {
  waiting.add(again)
  if (!source && typeof EventSource !== 'undefined') {
    let soon: ReturnType<typeof setTimeout> | undefined
    const renew = (): void => waiting.forEach((one) => one())
    let first = true
    source = new EventSource('/live')
    source.addEventListener('position', () => {
      if (first) first = false
      else soon ??= setTimeout(() => ((soon = undefined), renew()), CALM_MS)
    })
    timer = setInterval(renew, EVERY_MS)
  }
  return () => {
    waiting.delete(again)
    if (waiting.size > 0) return
    source?.close()
    source = undefined
    clearInterval(timer)
  }
}

export const BoardPage: ParentComponent<{ title: string; lead?: string; back?: string; fault?: string; actions?: JSX.Element }> = (props) => (
  <Page title={props.title} wide {...(props.back === undefined ? {} : { back: props.back })} actions={props.actions}>
    <nav class="tabs board-tabs" aria-label={b().tabs.label}>
      <For each={TABS}>
        {(name) => (
          <a href={`#/boards/${name}`} aria-current={here() === `/boards/${name}` ? 'page' : undefined}>
            {b().tabs[name]}
          </a>
        )}
      </For>
    </nav>
    <Show when={props.lead}>
      <p class="soft board-lead">{props.lead}</p>
    </Show>
    <Show when={props.fault}>{(text) => <Notice tone="wait">{text()}</Notice>}</Show>
    {props.children}
  </Page>
)

/** Content once it is there; the fault stands above it already. */
export function Ready<T>(props: { board: Board<T>; children: (value: Accessor<T>) => JSX.Element }): JSX.Element {
  return (
    <Show when={props.board.value()} fallback={<Show when={!props.board.fault()}><Loading /></Show>}>
      {(value) => props.children(value)}
    </Show>
  )
}

/** Bars of a few numbers, the last one being now; a suppressed one is pale and says no height. Its words are for those who do not see it. */
export const Spark = (props: { values: readonly (number | null)[]; label: string; wide?: boolean }): JSX.Element => {
  const most = (): number => Math.max(1, ...props.values.map((value) => value ?? 0))
  const said = (): string => `${props.label}: ${props.values.map((value) => (value === null ? b().hidden : amount(value))).join(', ')}`
  return (
    <svg class="spark" data-wide={props.wide ? '' : undefined} viewBox={`0 0 ${props.values.length * 4} 24`} preserveAspectRatio="none" role="img" aria-label={said()}>
      <Index each={props.values}>
        {(value, place) => {
          const height = (): number => (value() === 0 ? 1 : value() === null ? 5 : Math.max(5, (value()! / most()) * 24))
          return <rect x={place * 4} y={24 - height()} width="3" height={height()} data-kind={value() === null ? 'hidden' : value() === 0 ? 'zero' : undefined} />
        }}
      </Index>
    </svg>
  )
}

/** The heading of a column; with `sort` it is a button that sorts by it. */
export const Head: ParentComponent<{ sort?: string; now?: string; number?: boolean; onSort?: (sort: string) => void }> = (props) => (
  <th scope="col" class={props.number ? 'number' : undefined} aria-sort={props.sort && props.sort === props.now ? 'descending' : undefined}>
    <Show when={props.sort} fallback={props.children}>
      {(sort) => (
        <button type="button" class="sorter" aria-pressed={props.now === sort()} onClick={() => props.onSort?.(sort())}>
          {props.children}
        </button>
      )}
    </Show>
  </th>
)

export const Refresh = (props: { again: () => void; stale: boolean }): JSX.Element => (
  <>
    <span class="soft live-word" data-stale={props.stale ? '' : undefined}>
      {props.stale ? b().stale : b().live}
    </span>
    <button class="icon-button" type="button" aria-label={w().staff.refresh} onClick={() => props.again()}>
      <Icon name="sync" />
    </button>
  </>
)
