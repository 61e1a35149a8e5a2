/** Answers: how long each area waits, and whom the latest answers reached. */
import { For, Index, Show, type JSX } from 'solid-js'
import { Chip, Empty } from '../parts/page'
import { ago, amount, duration } from '../when'
import { BoardPage, createBoard, Ready, Refresh } from './parts'
import { b } from './words'

interface AnswerBoardData {
  areas: { area: string; area_name: string; topics: number; answered: number; median_ms: number; slowest_ms: number; waiting_ms: number }[]
  answers: { answer: string; topic: string; title: string; area_name: string; text: string; answered_by: string; answered_at_ms: number; reporters: number; told: number; read: number }[]
}

const WEEK_MS = 7 * 86_400_000

/** A bar beside its number; the number is what is read out. */
const Bar = (props: { value: number; most: number }): JSX.Element => (
  <svg class="bar-inline" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect width={props.most ? Math.max(1, (100 * props.value) / props.most) : 0} height="8" />
  </svg>
)

const time = (ms: number): JSX.Element => (ms ? duration(ms) : <span class="soft nil">–</span>)

export const AnswersBoard = (): JSX.Element => {
  const board = createBoard<AnswerBoardData>(() => '/boards/answers')
  return (
    <BoardPage title={b().tabs.answers} lead={b().answers.lead} fault={board.fault()} actions={<Refresh again={board.again} stale={!!board.fault()} />}>
      <Ready board={board}>
        {(data) => {
          const most = (): number => Math.max(...data().areas.map((one) => one.median_ms), 1)
          return (
            <Show when={data().areas.length > 0} fallback={<Empty icon="answer" title={b().answers.none} />}>
              <div class="board-pair">
                <section class="stack" aria-labelledby="answer-list">
                  <h2 id="answer-list">{b().answers.list}</h2>
                  <Show when={data().answers.length > 0} fallback={<p class="soft">{b().answers.none}</p>}>
                    <ul class="list">
                      <For each={data().answers}>
                        {(one) => (
                          <li class="pick-row answer-row">
                            <div class="grow">
                              <a href={`#/boards/topic/${encodeURIComponent(one.topic)}`}>{one.title}</a>
                              <p class="quote">{one.text}</p>
                              <p class="soft">
                                {one.area_name} · {one.answered_by} · {ago(one.answered_at_ms)}
                              </p>
                            </div>
                            <dl class="read-count">
                              <div><dt>{b().answers.reporters}</dt><dd>{amount(one.reporters)}</dd></div>
                              <div><dt>{b().answers.told}</dt><dd>{amount(one.told)}</dd></div>
                              <div><dt>{b().answers.read}</dt><dd>{amount(one.read)}</dd></div>
                            </dl>
                          </li>
                        )}
                      </For>
                    </ul>
                  </Show>
                </section>
                <section class="stack">
                  <h2 id="answer-areas">{b().answers.byArea}</h2>
                  <div class="table-wrap" tabIndex={0} role="region" aria-label={b().answers.byArea}>
                    <table class="table board-table" data-cards="">
                      <thead>
                        <tr>
                          <th scope="col">{b().answers.area}</th>
                          <th scope="col" class="number">{b().answers.answered}</th>
                          <th scope="col">{b().answers.median}</th>
                          <th scope="col">{b().answers.waiting}</th>
                        </tr>
                      </thead>
                      <tbody>
                        <Index each={data().areas}>
                          {(one) => (
                            <tr>
                              <th scope="row">{one().area_name}</th>
                              <td class="number" data-label={b().answers.answered}>
                                {amount(one().answered)}/{amount(one().topics)}
                              </td>
                              <td data-label={b().answers.median}>
                                {time(one().median_ms)}
                                <Show when={one().median_ms}><Bar value={one().median_ms} most={most()} /></Show>
                              </td>
                              <td data-label={b().answers.waiting}>
                                <Show when={one().waiting_ms > WEEK_MS} fallback={time(one().waiting_ms)}>
                                  <Chip tone="urgent">{duration(one().waiting_ms)}</Chip>
                                </Show>
                              </td>
                            </tr>
                          )}
                        </Index>
                      </tbody>
                    </table>
                  </div>
                </section>
              </div>
            </Show>
          )
        }}
      </Ready>
    </BoardPage>
  )
}
