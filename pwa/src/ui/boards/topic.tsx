/** One topic on the board: state, owner, due time; its weeks; what may belong to it; merging and splitting. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Sheet } from '../parts/page'
import { areaName, learnPeople, me, personName, tell } from '../phone'
import { go } from '../router'
import { sentence } from '../sentence'
import { ago, day } from '../when'
import { w } from '../words'
import { BoardPage, createBoard, Ready, Spark } from './parts'
import { Due } from './topic_list'
import { edit, merge, put, split, STATES, stateName, stateTone, type Candidate, type State, type TopicDetail, type TopicRow } from './topics'
import { b } from './words'

interface Person {
  person: string
  name: string
  role: string
}

const toDay = (ms: number): string => (ms ? new Date(ms + 7 * 3_600_000).toISOString().slice(0, 10) : '')
/** The end of a day in Vietnam. */
const fromDay = (text: string): string | null => (text ? String(Date.parse(`${text}T23:59:59+07:00`)) : null)

const Steer = (props: { topic: TopicRow; act: (work: Promise<string>) => void }): JSX.Element => {
  const [people] = createResource(async () => {
    const all = await askJson<Person[]>('/people').catch(() => [])
    learnPeople(Object.fromEntries(all.map((one) => [one.person, one.name])))
    return all.filter((one) => one.role !== 'collaborator')
  })
  const set = (name: string, value: string | null, before: string): void => props.act(edit(props.topic, { [name]: value }, { [name]: before || null }))
  const state = (next: State): void =>
    props.act(
      edit(props.topic, { state: next, ...(next === 'urgent' ? { urgency: 'urgent' } : props.topic.state === 'urgent' ? { urgency: 'medium' } : {}) }, { state: props.topic.state, urgency: props.topic.urgency || null }),
    )
  return (
    <section class="card steer">
      <div class="field">
        <label for="topic-state">{b().topics.state}</label>
        <select id="topic-state" class="input small" onChange={(event) => state(event.currentTarget.value as State)}>
          <For each={STATES}>{(name) => <option value={name} selected={props.topic.state === name}>{stateName(name)}</option>}</For>
        </select>
      </div>
      <div class="field">
        <label for="topic-owner">{b().topics.owner}</label>
        <select id="topic-owner" class="input small" onChange={(event) => set('owner', event.currentTarget.value || null, props.topic.owner)}>
          <option value="" selected={!props.topic.owner}>{b().topics.noOwner}</option>
          <Show when={props.topic.owner && !people()?.some((one) => one.person === props.topic.owner)}>
            <option value={props.topic.owner} selected>{personName(props.topic.owner)}</option>
          </Show>
          <For each={people()}>{(one) => <option value={one.person} selected={props.topic.owner === one.person}>{one.name}</option>}</For>
        </select>
      </div>
      <div class="field">
        <label for="topic-due">{b().topics.due}</label>
        <input id="topic-due" class="input small" type="date" value={toDay(props.topic.due_at_ms)} onChange={(event) => set('due_at_ms', fromDay(event.currentTarget.value), props.topic.due_at_ms ? String(props.topic.due_at_ms) : '')} />
      </div>
      <div class="row">
        <Show when={props.topic.owner !== me()}>
          <button class="button small" type="button" onClick={() => set('owner', me(), props.topic.owner)}>
            <Icon name="person" />
            {b().topics.take}
          </button>
        </Show>
        <a class="button small" data-kind="main" href={`#/topic/${encodeURIComponent(props.topic.topic)}`}>
          <Icon name="answer" />
          {w().coordinator.answer}
        </a>
        <a class="button small" href={`#/broadcast?topic=${encodeURIComponent(props.topic.topic)}`}>
          <Icon name="megaphone" />
          {w().coordinator.broadcast}
        </a>
      </div>
    </section>
  )
}

const Reports = (props: { reports: Candidate[]; picked: ReadonlySet<string>; onPick: (id: string) => void }): JSX.Element => (
  <ul class="list">
    <For each={props.reports}>
      {(one) => (
        <li>
          <label class="pick-row">
            <input type="checkbox" checked={props.picked.has(one.submission)} onChange={() => props.onPick(one.submission)} />
            <span class="grow">
              <span class="quote">{one.text || w().outbox.untitled}</span>
              <span class="soft">
                {one.area_name} · {ago(one.created_at_ms)}
              </span>
            </span>
            <a href={`#/submission/${encodeURIComponent(one.submission)}`} aria-label={w().submission.title}>
              <Icon name="next" />
            </a>
          </label>
        </li>
      )}
    </For>
  </ul>
)

export const TopicBoard = (props: { id: string }): JSX.Element => {
  const board = createBoard<TopicDetail>(() => `/boards/topic/${encodeURIComponent(props.id)}`)
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set())
  const [merging, setMerging] = createSignal<TopicRow>()
  const [splitting, setSplitting] = createSignal(false)
  const [title, setTitle] = createSignal('')
  const pick = (id: string): void => {
    const next = new Set(picked())
    if (!next.delete(id)) next.add(id)
    setPicked(next)
  }
  const act = (work: Promise<string>): void => {
    void work
      .then((word) => tell(word || b().topics.saved))
      .catch((fault: unknown) => tell(sentence(fault)))
      .finally(() => {
        setPicked(new Set<string>())
        board.again()
      })
  }
  return (
    <BoardPage title={board.value()?.topic.title ?? w().nav.topics} back="/boards/topics" fault={board.fault()}>
      <Ready board={board}>
        {(page) => {
          const chosen = (list: Candidate[]): Candidate[] => list.filter((one) => picked().has(one.submission))
          return (
            <>
              <div class="row">
                <Chip tone={stateTone(page().topic.state)}>{stateName(page().topic.state)}</Chip>
                <Chip icon="place">{page().topic.area_name || areaName(page().topic.area)}</Chip>
                <Chip>{w().topics.reports(page().topic.submissions)}</Chip>
                <Show when={page().topic.due_at_ms}><Due topic={page().topic} /></Show>
                <span class="soft">{day(page().topic.created_at_ms)}</span>
              </div>
              <Show when={page().topic.summary}>{(text) => <p class="lines">{text()}</p>}</Show>
              <Steer topic={page().topic} act={act} />
              <figure class="card row spark-row">
                <figcaption>
                  <b>{b().topics.trend}</b>
                  <span class="soft">{b().topics.trendNote}</span>
                </figcaption>
                <Spark values={page().weeks} label={b().topics.trend} wide />
              </figure>
              <div class="board-pair">
                <section class="stack" aria-labelledby="in-topic">
                  <div class="row spread">
                    <h2 id="in-topic">{b().topics.inTopic}</h2>
                    <Show when={chosen(page().reports).length > 0} fallback={<span class="soft">{b().topics.splitLead}</span>}>
                      <button class="button small" type="button" onClick={() => setSplitting(true)}>
                        <Icon name="fork" />
                        {b().topics.splitGo(chosen(page().reports).length)}
                      </button>
                    </Show>
                  </div>
                  <Reports reports={page().reports} picked={picked()} onPick={pick} />
                </section>
                <div class="stack roomy">
                  <section class="stack" aria-labelledby="matches">
                    <div class="row spread">
                      <h2 id="matches">{b().topics.matches}</h2>
                      <Show when={chosen(page().matches).length > 0}>
                        <button class="button small" data-kind="main" type="button" onClick={() => act(put(props.id, chosen(page().matches)))}>
                          {b().topics.add(chosen(page().matches).length)}
                        </button>
                      </Show>
                    </div>
                    <p class="soft">{b().topics.matchesLead}</p>
                    <Show when={page().matches.length > 0} fallback={<p>{b().topics.matchesNone}</p>}>
                      <Reports reports={page().matches} picked={picked()} onPick={pick} />
                    </Show>
                  </section>
                  <Show when={page().similar.length > 0}>
                    <section class="stack" aria-labelledby="similar">
                      <h2 id="similar">{b().topics.similar}</h2>
                      <ul class="list">
                        <For each={page().similar}>
                          {(one) => (
                            <li class="pick-row">
                              <a class="grow" href={`#/boards/topic/${encodeURIComponent(one.topic)}`}>{one.title}</a>
                              <span class="soft">{w().topics.reports(one.submissions)}</span>
                              <button class="button small" type="button" onClick={() => setMerging(one)}>{b().topics.mergeInto}</button>
                            </li>
                          )}
                        </For>
                      </ul>
                    </section>
                  </Show>
                </div>
              </div>
              <Show when={merging()}>
                {(other) => (
                  <Sheet title={b().topics.merge} onClose={() => setMerging(undefined)}>
                    <p>{b().topics.mergeAsk(other().title, page().topic.title)}</p>
                    <button
                      class="button"
                      data-kind="main"
                      data-wide=""
                      type="button"
                      onClick={() => {
                        const from = other().topic
                        setMerging(undefined)
                        act(merge(from, props.id).then((done) => b().topics.merged(done.moved)))
                      }}
                    >
                      {b().topics.merge}
                    </button>
                    <button class="button" data-wide="" type="button" onClick={() => setMerging(undefined)}>{w().app.cancel}</button>
                  </Sheet>
                )}
              </Show>
              <Show when={splitting()}>
                <Sheet title={b().topics.split} onClose={() => setSplitting(false)}>
                  <form
                    class="stack"
                    onSubmit={(event) => {
                      event.preventDefault()
                      const ids = chosen(page().reports).map((one) => one.submission)
                      setSplitting(false)
                      act(
                        split(props.id, title().trim(), ids).then((made) => {
                          go(`/boards/topic/${encodeURIComponent(made.topic)}`)
                          return b().topics.splitDone
                        }),
                      )
                    }}
                  >
                    <div class="field">
                      <label for="split-title">{b().topics.splitTitle}</label>
                      <input id="split-title" class="input" required maxLength={200} value={title()} onInput={(event) => setTitle(event.currentTarget.value)} />
                    </div>
                    <button class="button" data-kind="main" data-wide="" type="submit">{b().topics.splitGo(chosen(page().reports).length)}</button>
                  </form>
                </Sheet>
              </Show>
            </>
          )
        }}
      </Ready>
    </BoardPage>
  )
}
