/** An official answer to a topic: it goes back to everybody in the area, first of all to those who reported. */
import { createSignal, type JSX } from 'solid-js'
import { make } from '../../store/outbox'
import type { Seen } from '../../store/view'
import { Sheet } from '../parts/page'
import { identity, tell } from '../phone'
import { w } from '../words'

export const AnswerSheet = (props: { topic: Seen; onClose: () => void }): JSX.Element => {
  const [text, setText] = createSignal('')
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (!text().trim()) return
    await make([
      {
        intent: 'create',
        kind: 'answer',
        id: crypto.randomUUID(),
        fields: {
          topic: props.topic.id,
          area: props.topic.fields['area'] ?? '',
          text: text().trim(),
          answered_by: identity()?.session.name ?? '',
          answered_at_ms: String(Date.now()),
        },
      },
      {
        intent: 'edit',
        kind: 'topic',
        id: props.topic.id,
        base: props.topic.revision,
        fields: { state: 'answered' },
        before: { state: props.topic.fields['state'] ?? null },
      },
    ])
    tell(w().coordinator.answerSent)
    props.onClose()
  }
  return (
    <Sheet title={w().coordinator.answer} onClose={props.onClose}>
      <form class="stack" onSubmit={(event) => void send(event)}>
        <p class="soft">{props.topic.fields['title']}</p>
        <div class="field">
          <label for="answer">{w().coordinator.answerText}</label>
          <textarea id="answer" class="input" required value={text()} onInput={(event) => setText(event.currentTarget.value)} />
        </div>
        <button class="button" data-kind="main" data-wide="" type="submit">
          {w().coordinator.answerSend}
        </button>
        <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
          {w().app.cancel}
        </button>
      </form>
    </Sheet>
  )
}
