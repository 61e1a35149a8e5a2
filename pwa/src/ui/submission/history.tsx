/** What happened to a submission: from the server where it can be asked, else what this phone knows; newest first. Each
 * value that a change replaced can be taken back, which is itself a change. */
import { createResource, For, Show, type JSX } from 'solid-js'
import { make } from '../../store/outbox'
import type { KeptChange } from '../../store/records'
import type { Seen } from '../../store/view'
import type { Change, Outcome } from '../../sync/protocol'
import { askJson } from '../../transport/request'
import { leads, me, personName, tell } from '../phone'
import { refusal } from '../sentence'
import { moment } from '../when'
import { w } from '../words'
import type { Known } from './known'

/** One change as GET /boards/history says it. */
interface Step {
  replica: string
  person: string
  change: Change
  outcome: Outcome
  received_at_ms: number
}

interface Row {
  key: string
  change: Change
  at_ms: number
  person: string
  standing: string
}

const verb = (change: Change): string => {
  if (change.intent === 'create') return w().submission.created
  if (change.intent === 'edit') return w().submission.edited
  return change.intent === 'resolve' ? w().submission.resolved : w().submission.removed
}

const standingOf = (outcome: Outcome): string => {
  if (outcome.result === 'rejected') return refusal(outcome.code)
  return outcome.result === 'conflicted' ? w().states.conflict : w().states.received
}

const localRow = (kept: KeptChange): Row => ({
  key: `${kept.replica}:${kept.change.sequence}`,
  change: kept.change,
  at_ms: kept.change.made_at_ms ?? 0,
  person: me(),
  standing: kept.discarded ? `${w().submission.discard}: ${kept.discarded.reason}` : kept.outcome ? standingOf(kept.outcome) : w().submission.waiting,
})

const serverRow = (step: Step): Row => ({
  key: `${step.replica}:${step.change.sequence}`,
  change: step.change,
  at_ms: step.received_at_ms,
  person: step.person,
  standing: standingOf(step.outcome),
})

async function takeBack(seen: Seen, field: string, value: string | null): Promise<void> {
  await make([{ intent: 'edit', kind: 'submission', id: seen.id, base: seen.revision, fields: { [field]: value }, before: { [field]: seen.fields[field] ?? null } }])
  tell(w().coordinator.amendSaved)
}

/** Fields that a row tells of: answers and topic, not what a creation filled in. */
const told = (change: Change): [string, string | null][] =>
  change.intent === 'create' ? [] : Object.entries(change.fields ?? {}).filter(([field]) => field !== 'label' && !field.startsWith('/data/meta'))

export const History = (props: { seen: Seen; changes: KeptChange[]; known: Known | undefined }): JSX.Element => {
  const [steps] = createResource(
    () => ({ id: props.seen.id, revision: props.seen.revision }),
    async ({ id, revision }) => (revision > 0 ? askJson<Step[]>(`/boards/history/submission/${encodeURIComponent(id)}`).catch(() => null) : null),
  )
  const rows = (): Row[] => {
    const known = (steps.latest ?? []).map(serverRow)
    const keys = new Set(known.map((row) => row.key))
    return [...known, ...props.changes.map(localRow).filter((row) => !keys.has(row.key))].sort((a, b) => b.at_ms - a.at_ms)
  }
  const mayTakeBack = (): boolean => leads() || props.seen.author === me()
  return (
    <section class="stack">
      <h2>{w().submission.history}</h2>
      <ol class="timeline">
        <For each={rows()}>
          {(row) => (
            <li>
              <b>{verb(row.change)}</b>
              <p class="soft">
                {personName(row.person)} · {moment(row.at_ms)} · {row.standing}
              </p>
              <Show when={props.known}>
                {(known) => (
                  <For each={told(row.change)}>
                    {([field, value]) => (
                      <div class="told">
                        <span class="soft">{known().label(field)}</span>
                        <p>
                          <s>{known().value(field, row.change.before?.[field])}</s> → {known().value(field, value)}
                        </p>
                        <Show when={mayTakeBack() && field.startsWith('/') && (row.change.before?.[field] ?? null) !== (props.seen.fields[field] ?? null)}>
                          <button class="button" data-kind="plain" type="button" onClick={() => void takeBack(props.seen, field, row.change.before?.[field] ?? null)}>
                            {w().submission.restore}
                          </button>
                        </Show>
                      </div>
                    )}
                  </For>
                )}
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  )
}
