/** What happened to a submission, as this phone knows it: its own changes with their outcomes, newest first; each value
 * that a change replaced can be taken back, which is itself a change. */
import { For, Show, type JSX } from 'solid-js'
import { make } from '../../store/outbox'
import type { KeptChange } from '../../store/records'
import type { Seen } from '../../store/view'
import { tell } from '../phone'
import { refusal } from '../sentence'
import { moment } from '../when'
import { w } from '../words'
import type { Known } from './known'

const verb = (kept: KeptChange): string => {
  if (kept.change.intent === 'create') return w().submission.created
  if (kept.change.intent === 'edit') return w().submission.edited
  return kept.change.intent === 'resolve' ? w().submission.resolved : w().submission.removed
}

const standing = (kept: KeptChange): string => {
  if (kept.discarded) return `${w().submission.discard}: ${kept.discarded.reason}`
  if (kept.state === 'unsent') return w().submission.waiting
  if (kept.state === 'attention') return refusal(kept.outcome?.code)
  return kept.outcome?.result === 'conflicted' ? w().states.conflict : w().states.received
}

async function takeBack(seen: Seen, field: string, value: string | null): Promise<void> {
  await make([{ intent: 'edit', kind: 'submission', id: seen.id, base: seen.revision, fields: { [field]: value }, before: { [field]: seen.fields[field] ?? null } }])
  tell(w().coordinator.amendSaved)
}

export const History = (props: { seen: Seen; changes: KeptChange[]; known: Known | undefined }): JSX.Element => {
  const rows = (): KeptChange[] => [...props.changes].sort((a, b) => b.change.sequence - a.change.sequence)
  return (
    <section class="stack">
      <h2>{w().submission.history}</h2>
      <ol class="timeline">
        <For each={rows()}>
          {(kept) => (
            <li>
              <b>{verb(kept)}</b>
              <p class="soft">
                {moment(kept.change.made_at_ms ?? 0)} · {standing(kept)}
              </p>
              <Show when={kept.change.intent !== 'create' && props.known}>
                {(known) => (
                  <For each={Object.entries(kept.change.before ?? {})}>
                    {([field, before]) => (
                      <p>
                        {known().label(field)}: <s>{known().value(field, before)}</s> → {known().value(field, kept.change.fields?.[field])}
                        <button class="button" data-kind="plain" type="button" onClick={() => void takeBack(props.seen, field, before)}>
                          {w().submission.restore}
                        </button>
                      </p>
                    )}
                  </For>
                )}
              </Show>
            </li>
          )}
        </For>
        <Show when={props.seen.revision > 0}>
          <li>
            <b>
              {w().submission.revision} {props.seen.revision}
            </b>
            <p class="soft">
              {moment(props.seen.updated_at_ms)}
              <Show when={props.seen.updated_by}> · {w().submission.updatedBy(props.seen.updated_by)}</Show>
            </p>
          </li>
        </Show>
      </ol>
    </section>
  )
}
