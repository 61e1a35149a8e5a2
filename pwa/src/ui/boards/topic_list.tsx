/** Topics: what is emerging and why, then every topic with its state, owner, due time. */
import { createMemo, createSignal, For, Index, Show, type JSX } from 'solid-js'
import { Chip, Empty } from '../parts/page'
import { me, personName } from '../phone'
import { ago, amount, day, now } from '../when'
import { language, w } from '../words'
import { BoardPage, createBoard, Ready, Refresh, Spark } from './parts'
import { DAY_MS } from './standing'
import { STATES, stateName, stateTone, type Emerging, type TopicRow } from './topics'
import { b } from './words'

const EmergingTable = (props: { rows: Emerging[] }): JSX.Element => (
  <div class="table-wrap" tabIndex={0} role="region" aria-label={b().topics.emerging}>
    <table class="table board-table" data-cards="">
      <thead>
        <tr>
          <th scope="col">{b().topics.subject}</th>
          <th scope="col">{b().topics.week}</th>
          <th scope="col" class="number">{b().topics.expected}</th>
          <th scope="col" class="number">{b().topics.score}</th>
          <th scope="col">{b().topics.weeks12}</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr>
              <th scope="row">
                {language() === 'en' ? row.label_en : row.label_vi}
                <span class="soft">{row.area_name}</span>
              </th>
              <td data-label={b().topics.week}>
                <Chip tone="urgent">{amount(row.count)}</Chip>
                <span class="soft">{row.ago ? b().topics.lastWeek : b().topics.thisWeek}</span>
              </td>
              <td class="number" data-label={b().topics.expected}>{row.expected === null ? b().hidden : amount(row.expected)}</td>
              <td class="number" data-label={b().topics.score}>{amount(row.score)}</td>
              <td data-label={b().topics.weeks12}><Spark values={row.weeks} label={b().topics.weeks12} /></td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  </div>
)

export const Due = (props: { topic: TopicRow }): JSX.Element => {
  const late = (): number => Math.floor((now() - props.topic.due_at_ms) / DAY_MS)
  const done = (): boolean => props.topic.answers > 0 || props.topic.state === 'closed'
  return (
    <Show when={props.topic.due_at_ms} fallback={<span class="soft nil">–</span>}>
      {(at) => (
        <Show when={!done() && now() > at()} fallback={day(at())}>
          <Chip tone="bad" icon="clock">{b().topics.overdue(late())}</Chip>
        </Show>
      )}
    </Show>
  )
}

const FILTERS = ['open', ...STATES, 'all'] as const

export const TopicsBoard = (): JSX.Element => {
  const [only, setOnly] = createSignal<(typeof FILTERS)[number]>('open')
  const [words, setWords] = createSignal('')
  const [mine, setMine] = createSignal(false)
  const emerging = createBoard<Emerging[]>(() => '/boards/emerging')
  const topics = createBoard<TopicRow[]>(() => {
    const asked = new URLSearchParams({ only: only() })
    if (words().trim()) asked.set('q', words().trim())
    if (mine()) asked.set('owner', me())
    return `/boards/topic-list?${asked.toString()}`
  })
  const filterName = (name: (typeof FILTERS)[number]): string => (name === 'open' ? w().home.openTopics : name === 'all' ? b().all : stateName(name))
  const count = createMemo(() => topics.value()?.length ?? 0)
  return (
    <BoardPage title={w().nav.topics} lead={b().topics.lead} fault={topics.fault()} actions={<Refresh again={() => (topics.again(), emerging.again())} stale={!!topics.fault()} />}>
      <section class="stack">
        <h2 id="emerging-title">{b().topics.emerging}</h2>
        <Ready board={emerging}>
          {(rows) => (
            <Show when={rows().length > 0} fallback={<p class="soft">{b().topics.emergingNone}</p>}>
              <p class="soft">{b().topics.emergingLead}</p>
              <EmergingTable rows={rows()} />
            </Show>
          )}
        </Ready>
        <details class="method">
          <summary>{b().topics.method}</summary>
          <p class="soft">{b().topics.methodText}</p>
        </details>
      </section>
      <section class="stack">
        <div class="row spread">
          <h2 id="topics-title">{b().topics.list}</h2>
          <span class="soft">{amount(count())}</span>
        </div>
        <div class="filters">
          <input class="input small grow" type="search" placeholder={b().topics.search} aria-label={b().topics.search} value={words()} onInput={(event) => setWords(event.currentTarget.value)} />
          <select class="input small" aria-label={b().topics.state} onChange={(event) => setOnly(event.currentTarget.value as 'open')}>
            <For each={FILTERS}>{(name) => <option value={name} selected={only() === name}>{filterName(name)}</option>}</For>
          </select>
          <button type="button" class="button small" aria-pressed={mine()} onClick={() => setMine((one) => !one)}>{b().topics.mine}</button>
        </div>
        <Ready board={topics}>
          {(rows) => (
            <Show when={rows().length > 0} fallback={<Empty icon="topic" title={b().topics.none} />}>
              <div class="table-wrap" tabIndex={0} role="region" aria-label={b().topics.list}>
                <table class="table board-table" data-cards="">
                  <thead>
                    <tr>
                      <th scope="col">{b().topics.list}</th>
                      <th scope="col">{b().topics.state}</th>
                      <th scope="col">{b().topics.owner}</th>
                      <th scope="col">{b().topics.due}</th>
                      <th scope="col" class="number">{b().topics.reports}</th>
                      <th scope="col" class="number">{b().topics.answers}</th>
                      <th scope="col">{b().topics.updated}</th>
                    </tr>
                  </thead>
                  <tbody>
                    <Index each={rows()}>
                      {(row) => (
                        <tr>
                          <th scope="row">
                            <a href={`#/boards/topic/${encodeURIComponent(row().topic)}`}>{row().title}</a>
                            <span class="soft">{row().area_name}</span>
                          </th>
                          <td data-label={b().topics.state}><Chip tone={stateTone(row().state)}>{stateName(row().state)}</Chip></td>
                          <td data-label={b().topics.owner}><Show when={row().owner} fallback={<span class="soft">{b().topics.noOwner}</span>}>{personName(row().owner)}</Show></td>
                          <td data-label={b().topics.due}><Due topic={row()} /></td>
                          <td class="number" data-label={b().topics.reports}>{amount(row().submissions)}</td>
                          <td class="number" data-label={b().topics.answers}>{row().answers ? amount(row().answers) : <span class="soft nil">0</span>}</td>
                          <td data-label={b().topics.updated}>{ago(row().updated_at_ms)}</td>
                        </tr>
                      )}
                    </Index>
                  </tbody>
                </table>
              </div>
            </Show>
          )}
        </Ready>
      </section>
    </BoardPage>
  )
}
