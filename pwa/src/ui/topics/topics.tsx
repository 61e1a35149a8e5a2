/** Topics of the own areas, urgent ones first, and whether they were answered. */
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js'
import { readItems } from '../../store/items'
import type { Seen } from '../../store/view'
import { live } from '../live'
import { isMine } from '../outbox/entries'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page, type Tone } from '../parts/page'
import { areaName, me } from '../phone'
import { plain } from '../plain'
import { ago } from '../when'
import { w } from '../words'

export const isUrgent = (topic: Seen): boolean => topic.fields['urgency'] === 'urgent' || topic.fields['state'] === 'urgent'

export const topicTone = (topic: Seen, answered: boolean): Tone => (isUrgent(topic) ? 'urgent' : answered ? 'answer' : 'calm')

export const topicState = (topic: Seen): string => {
  const states = w().topics.states as Record<string, string>
  return states[topic.fields['state'] ?? 'new'] ?? topic.fields['state'] ?? ''
}

const rank = (topic: Seen): number => (isUrgent(topic) ? 0 : topic.fields['state'] === 'closed' ? 2 : 1)

export const Topics = (): JSX.Element => {
  const [asked, setAsked] = createSignal('')
  const all = live(['items', 'changes'], async () => {
    const [topics, submissions, answers] = await Promise.all([readItems('topic'), readItems('submission'), readItems('answer')])
    const counts = new Map<string, { all: number; mine: boolean }>()
    for (const one of submissions) {
      const topic = one.fields['topic'] ?? ''
      const count = counts.get(topic) ?? { all: 0, mine: false }
      counts.set(topic, { all: count.all + 1, mine: count.mine || isMine(one, me()) })
    }
    const answered = new Set(answers.map((answer) => answer.fields['topic']))
    return topics
      .map((topic) => ({ topic, count: counts.get(topic.id), answered: answered.has(topic.id) }))
      .sort((a, b) => rank(a.topic) - rank(b.topic) || b.topic.updated_at_ms - a.topic.updated_at_ms)
  })
  const shown = createMemo(() => {
    const words = plain(asked())
    return all()?.filter(({ topic }) => plain(`${topic.fields['title']} ${areaName(topic.fields['area'])}`).includes(words))
  })
  return (
    <Page title={w().topics.title}>
      <Show when={shown()} fallback={<Loading />}>
        {(list) => (
          <>
            <Show when={(all()?.length ?? 0) > 7}>
              <div class="field">
                <label for="topic-search">{w().topics.filter}</label>
                <input id="topic-search" class="input" type="search" value={asked()} onInput={(event) => setAsked(event.currentTarget.value)} />
              </div>
            </Show>
            <Show when={list().length > 0} fallback={<Empty icon="topic" title={w().topics.none} hint={w().topics.noneHint} />}>
              <ul class="list">
                <For each={list()}>
                  {({ topic, count, answered }) => (
                    <li>
                      <a class="list-item" href={`#/topic/${encodeURIComponent(topic.id)}`}>
                        <Disc icon={answered ? 'answer' : 'topic'} tone={topicTone(topic, answered)} />
                        <span class="grow stack" data-close="">
                          <span class="title">{topic.fields['title']}</span>
                          <span class="soft">
                            {areaName(topic.fields['area'])} · {ago(topic.updated_at_ms)}
                            <Show when={count}>{(n) => <> · {w().topics.reports(n().all)}</>}</Show>
                          </span>
                          <span class="row">
                            <Chip tone={topicTone(topic, answered)}>{isUrgent(topic) ? w().topics.urgencies.urgent : answered ? w().topics.states.answered : topicState(topic)}</Chip>
                            <Show when={count?.mine}>
                              <Chip tone="calm">{w().topics.yours}</Chip>
                            </Show>
                          </span>
                        </span>
                        <Icon name="next" />
                      </a>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          </>
        )}
      </Show>
    </Page>
  )
}
