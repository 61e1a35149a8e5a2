/** Submissions of the own areas: pick some, put them into a topic, existing or new. Works offline: all are changes. */
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js'
import { readItems } from '../../store/items'
import { make, type Making } from '../../store/outbox'
import type { Seen } from '../../store/view'
import { live } from '../live'
import { isMine, titleOf } from '../outbox/entries'
import { Icon } from '../parts/icon'
import { Chip, Empty, Loading, Page, Sheet } from '../parts/page'
import { areaName, me, tell } from '../phone'
import { go } from '../router'
import { ago } from '../when'
import { w } from '../words'
import { ListOf } from '../parts/long_list'

const grouping = (one: Seen, topic: string): Making => ({
  intent: 'edit',
  kind: 'submission',
  id: one.id,
  base: one.revision,
  fields: { topic },
  before: { topic: one.fields['topic'] ?? null },
})

async function group(chosen: Seen[], topic: string | null, title: string): Promise<string> {
  const id = topic ?? crypto.randomUUID()
  const makings = chosen.map((one) => grouping(one, id))
  if (topic === null) {
    const area = chosen[0]?.fields['area'] ?? ''
    makings.unshift({ intent: 'create', kind: 'topic', id, fields: { title, area, state: 'new', urgency: 'medium' } })
  }
  await make(makings)
  return id
}

const GroupSheet = (props: { chosen: Seen[]; topics: Seen[]; onDone: () => void; onClose: () => void }): JSX.Element => {
  const [title, setTitle] = createSignal('')
  const put = async (topic: string | null): Promise<void> => {
    const id = await group(props.chosen, topic, title().trim())
    props.onDone()
    tell(w().coordinator.grouped)
    go(`/topic/${encodeURIComponent(id)}`)
  }
  return (
    <Sheet title={w().coordinator.groupSelected(props.chosen.length)} onClose={props.onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (title().trim()) void put(null)
        }}
      >
        <div class="field">
          <label for="topic-title">{w().coordinator.newTopic}</label>
          <span class="hint" id="topic-hint">
            {w().coordinator.topicTitle}
          </span>
          <input id="topic-title" class="input" aria-describedby="topic-hint" maxLength={200} value={title()} onInput={(event) => setTitle(event.currentTarget.value)} />
        </div>
        <button class="button" data-kind="main" data-wide="" type="submit" disabled={!title().trim()}>
          {w().coordinator.create}
        </button>
      </form>
      <Show when={props.topics.length > 0}>
        <h3>{w().coordinator.chooseTopic}</h3>
        <ul class="list">
          <For each={props.topics}>
            {(topic) => (
              <li>
                <button class="list-item" type="button" onClick={() => void put(topic.id)}>
                  <Icon name="topic" />
                  <span class="grow">
                    <span class="title">{topic.fields['title']}</span>
                    <span class="soft">{areaName(topic.fields['area'])}</span>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
        {w().app.cancel}
      </button>
    </Sheet>
  )
}

export const Reports = (): JSX.Element => {
  const [open, setOpen] = createSignal<'ungrouped' | 'all'>('ungrouped')
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set())
  const [grouped, setGrouped] = createSignal(false)
  const read = live(['items', 'changes'], async () => {
    const [submissions, topics] = await Promise.all([readItems('submission'), readItems('topic')])
    const at = (one: Seen): number => Number(one.fields['submitted_at_ms'] ?? 0) || one.updated_at_ms
    return {
      submissions: submissions.filter((one) => one.revision > 0 || !isMine(one, me())).sort((a, b) => at(b) - at(a)),
      topics: topics.filter((topic) => topic.fields['state'] !== 'closed'),
    }
  })
  const titles = createMemo(() => new Map(read()?.topics.map((topic) => [topic.id, topic.fields['title'] ?? ''])))
  const shown = createMemo(() => read()?.submissions.filter((one) => open() === 'all' || !one.fields['topic']) ?? [])
  const chosen = createMemo(() => read()?.submissions.filter((one) => picked().has(one.id)) ?? [])
  const pick = (id: string): void => {
    const next = new Set(picked())
    if (!next.delete(id)) next.add(id)
    setPicked(next)
  }
  return (
    <Page title={w().coordinator.reports}>
      <div class="tabs" role="group" aria-label={w().coordinator.reports}>
        <For each={['ungrouped', 'all'] as const}>
          {(name) => (
            <button type="button" aria-pressed={open() === name} onClick={() => setOpen(name)}>
              {name === 'all' ? w().outbox.all : w().coordinator.ungrouped}
            </button>
          )}
        </For>
      </div>
      <Show when={read()} fallback={<Loading />}>
        <Show when={shown().length > 0} fallback={<Empty icon="table" title={w().coordinator.noReports} hint={w().coordinator.noReportsHint} />}>
          <ListOf each={shown()} same={(a, b) => a.revision === b.revision && a.pending.length === b.pending.length && a.conflicts.length === b.conflicts.length}>
            {(one) => (
              <div class="list-item pickable">
                <label class="picker">
                  <input type="checkbox" checked={picked().has(one.id)} onChange={() => pick(one.id)} aria-label={`${w().coordinator.pick}: ${titleOf(one.fields) || w().outbox.untitled}`} />
                </label>
                <a class="grow stack" data-close="" href={`#/submission/${encodeURIComponent(one.id)}`}>
                  <span class="title">{titleOf(one.fields) || w().outbox.untitled}</span>
                  <span class="soft">
                    {areaName(one.fields['area'])} · {ago(Number(one.fields['submitted_at_ms'] ?? 0) || one.updated_at_ms)}
                  </span>
                  <Show when={one.fields['topic'] || one.conflicts.length > 0}>
                    <span class="row">
                      <Show when={one.fields['topic']}>{(topic) => <Chip tone="calm">{titles().get(topic()) ?? topic()}</Chip>}</Show>
                      <Show when={one.conflicts.length > 0}>
                        <Chip tone="urgent" icon="fork">
                          {w().states.conflict}
                        </Chip>
                      </Show>
                    </span>
                  </Show>
                </a>
              </div>
            )}
          </ListOf>
        </Show>
      </Show>
      <Show when={chosen().length > 0}>
        <div class="foot">
          <button class="button" data-kind="main" data-big="" data-wide="" type="button" onClick={() => setGrouped(true)}>
            <Icon name="topic" />
            {w().coordinator.groupSelected(chosen().length)}
          </button>
        </div>
      </Show>
      <Show when={grouped()}>
        <GroupSheet chosen={chosen()} topics={read()?.topics ?? []} onDone={() => setPicked(new Set<string>())} onClose={() => setGrouped(false)} />
      </Show>
    </Page>
  )
}
