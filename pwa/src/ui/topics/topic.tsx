/** One topic: what it is about, the answers, its submissions; for a coordinator also urgency, answer and alert. */
import { createEffect, createSignal, For, Show, type JSX } from 'solid-js'
import { sayOfAlert } from '../../store/deliveries'
import { readItem, readItems } from '../../store/items'
import { make } from '../../store/outbox'
import type { Seen } from '../../store/view'
import { live } from '../live'
import { titleOf } from '../outbox/entries'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page } from '../parts/page'
import { areaName, identity, leads, me, personName, tell } from '../phone'
import { ago, day } from '../when'
import { w } from '../words'
import { AnswerSheet } from '../coordinator/answer'
import { isUrgent, topicState, topicTone } from './topics'

async function markUrgent(topic: Seen, urgent: boolean): Promise<void> {
  await make([
    {
      intent: 'edit',
      kind: 'topic',
      id: topic.id,
      base: topic.revision,
      fields: { urgency: urgent ? 'urgent' : 'medium', state: urgent ? 'urgent' : 'watching' },
      before: { urgency: topic.fields['urgency'] ?? null, state: topic.fields['state'] ?? null },
    },
  ])
  if (urgent) tell(w().coordinator.markedUrgent)
}

const Answers = (props: { answers: Seen[] }): JSX.Element => (
  <section class="stack">
    <h2>{w().topics.answers}</h2>
    <For each={props.answers} fallback={<p class="soft">{w().topics.noAnswer}</p>}>
      {(answer) => (
        <div class="notice" data-tone="answer">
          <Icon name="answer" />
          <div class="grow stack" data-close="">
            <p class="lines">{answer.fields['text']}</p>
            <p class="soft">{w().topics.answeredBy(answer.fields['answered_by'] ?? personName(answer.author), ago(Number(answer.fields['answered_at_ms'] ?? 0) || answer.updated_at_ms))}</p>
          </div>
        </div>
      )}
    </For>
  </section>
)

export const TopicPage = (props: { id: string }): JSX.Element => {
  const [answering, setAnswering] = createSignal(false)
  const read = live(
    ['items', 'changes'],
    async () => {
      const [topic, submissions, answers] = await Promise.all([readItem('topic', props.id), readItems('submission'), readItems('answer')])
      return {
        topic,
        submissions: submissions.filter((one) => one.fields['topic'] === props.id),
        answers: answers.filter((one) => one.fields['topic'] === props.id).sort((a, b) => b.updated_at_ms - a.updated_at_ms),
      }
    },
    () => props.id,
  )
  /** Whoever reported on the topic has now read its answers: counted for those who answered, said once. */
  createEffect(() => {
    const now = read()
    const device = identity()?.session.device
    if (!device || !now?.submissions.some((one) => one.author === me())) return
    for (const answer of now.answers) {
      if (answer.revision > 0) void sayOfAlert({ alert: `answer!${answer.id}`, area: answer.fields['area'] ?? '', revision: 1 }, device, 'opened_at_ms')
    }
  })
  return (
    <Page title={w().topics.title} back="/topics">
      <Show when={read()} fallback={<Loading />}>
        {(now) => (
          <Show when={now().topic} fallback={<Empty icon="topic" title={w().app.notFound} hint={w().app.notFoundHint} />}>
            {(topic) => (
              <>
                <section class="alert-head" data-tone={topicTone(topic(), now().answers.length > 0)}>
                  <h2 class="headline">{topic().fields['title']}</h2>
                  <p class="row">
                    <Icon name="place" />
                    {areaName(topic().fields['area'])}
                  </p>
                  <div class="row">
                    <Chip tone={isUrgent(topic()) ? 'urgent' : 'calm'}>{isUrgent(topic()) ? w().topics.urgencies.urgent : topicState(topic())}</Chip>
                    <Chip>{w().topics.reports(now().submissions.length)}</Chip>
                    <Show when={Number(topic().fields['due_at_ms'] ?? 0)}>{(due) => <Chip tone="wait">{`${w().topics.due}: ${day(due())}`}</Chip>}</Show>
                  </div>
                </section>
                <Show when={topic().fields['summary']}>{(text) => <p class="lines">{text()}</p>}</Show>
                <Show when={leads()}>
                  <div class="stack">
                    <button class="button" data-wide="" data-kind={isUrgent(topic()) ? undefined : 'urgent'} type="button" onClick={() => void markUrgent(topic(), !isUrgent(topic()))}>
                      {isUrgent(topic()) ? w().coordinator.unmarkUrgent : w().coordinator.markUrgent}
                    </button>
                    <div class="pair">
                    <a class="button" href={`#/broadcast?topic=${encodeURIComponent(props.id)}`}>
                      <Icon name="megaphone" />
                      {w().coordinator.broadcast}
                    </a>
                    <button class="button" type="button" onClick={() => setAnswering(true)}>
                      <Icon name="answer" />
                      {w().coordinator.answer}
                    </button>
                    </div>
                  </div>
                </Show>
                <Answers answers={now().answers} />
                <Show when={now().submissions.length > 0}>
                  <section class="stack">
                    <h2>{w().nav.reports}</h2>
                    <ul class="list">
                      <For each={now().submissions.slice(0, 100)}>
                        {(one) => (
                          <li>
                            <a class="list-item" href={`#/submission/${encodeURIComponent(one.id)}`}>
                              <Disc icon="form" />
                              <span class="grow">
                                <span class="title">{titleOf(one.fields) || w().outbox.untitled}</span>
                                <span class="soft">
                                  {areaName(one.fields['area'])} · {ago(Number(one.fields['submitted_at_ms'] ?? 0) || one.updated_at_ms)}
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
                <Show when={answering()}>
                  <AnswerSheet topic={topic()} onClose={() => setAnswering(false)} />
                </Show>
              </>
            )}
          </Show>
        )}
      </Show>
    </Page>
  )
}
