/** The conflict card: before, mine, theirs, with names, places and times; one tap each. The choice is a change of its
 * own, so it works offline and can itself be disputed. One conflict at a time, oldest first. */
import { createMemo, createSignal, Show, type JSX } from 'solid-js'
import { readItem } from '../../store/items'
import { make } from '../../store/outbox'
import type { Seen } from '../../store/view'
import type { Conflict, Value } from '../../sync/protocol'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Empty, Loading, Page } from '../parts/page'
import { areaName, identity, tell } from '../phone'
import { moment } from '../when'
import { w } from '../words'
import { useKnown, type Known } from './known'
import { sides, type Whose } from './sides'

interface VersionProps {
  who: 'before' | 'mine' | 'theirs' | 'standing' | 'arriving'
  by?: string
  at_ms?: number
  value: string
  action: string
  choose: () => void
}

const Version = (props: VersionProps): JSX.Element => (
  <div class="version" data-who={props.who === 'standing' ? 'mine' : props.who === 'arriving' ? 'theirs' : props.who}>
    <h3>{w().conflict[props.who]}</h3>
    <blockquote>{props.value}</blockquote>
    <Show when={props.by}>{(by) => <p class="soft">{w().conflict.byAt(by(), moment(props.at_ms ?? 0))}</p>}</Show>
    <button class="button" data-kind={props.who === 'before' ? undefined : 'main'} data-wide="" type="button" onClick={() => props.choose()}>
      <Icon name="check" />
      {props.action}
    </button>
  </div>
)

async function settle(seen: Seen, conflict: Conflict, value: Value): Promise<void> {
  const alike = seen.conflicts.filter((one) => one.field === conflict.field)
  await make([
    {
      intent: 'resolve',
      kind: 'submission',
      id: seen.id,
      base: seen.revision,
      fields: { [conflict.field]: value },
      before: { [conflict.field]: conflict.standing ?? null },
      settles: alike.map((one) => one.id),
    },
  ])
  tell(w().conflict.settled)
}

const Card = (props: { seen: Seen; conflict: Conflict; known: Known }): JSX.Element => {
  const [other, setOther] = createSignal<string | null>(null)
  const whose = createMemo(() => sides(props.conflict, identity()?.replica ?? '', identity()?.session.name ?? ''))
  const shown = (value: Value | undefined): string => props.known.value(props.conflict.field, value)
  const standingShown = (): string => (props.conflict.standing_deleted ? w().conflict.deletedValue : shown(props.conflict.standing))
  const choose = (value: Value | undefined): void => void settle(props.seen, props.conflict, value ?? null)
  const keep = (side: Whose | null): string => (side === 'mine' ? w().conflict.keepMine : w().conflict.keepTheirs)
  const standing = (): JSX.Element => (
    <Version
      who={whose().standing ?? 'standing'}
      by={props.conflict.standing_by ?? ''}
      at_ms={props.conflict.standing_at_ms ?? 0}
      value={standingShown()}
      action={whose().standing ? keep(whose().standing) : w().conflict.standing}
      choose={() => choose(props.conflict.standing)}
    />
  )
  const arriving = (): JSX.Element => (
    <Version
      who={whose().arriving ?? 'arriving'}
      by={props.conflict.arriving_by ?? ''}
      at_ms={props.conflict.arriving_at_ms ?? 0}
      value={shown(props.conflict.arriving)}
      action={whose().arriving ? keep(whose().arriving) : w().conflict.arriving}
      choose={() => choose(props.conflict.arriving)}
    />
  )
  return (
    <section class="stack">
      <h2>{props.known.label(props.conflict.field)}</h2>
      <div class="versions">
        <Show when={whose().arriving === 'mine'} fallback={[standing(), arriving()]}>
          {[arriving(), standing()]}
        </Show>
        <Version who="before" value={shown(props.conflict.before)} action={w().conflict.keepBefore} choose={() => choose(props.conflict.before)} />
      </div>
      <Show
        when={other() !== null}
        fallback={
          <button class="button" data-kind="plain" type="button" onClick={() => setOther(props.conflict.standing ?? '')}>
            {w().conflict.other}
          </button>
        }
      >
        <div class="field card">
          <label for="other">{w().conflict.otherLabel}</label>
          <textarea id="other" class="input" value={other() ?? ''} onInput={(event) => setOther(event.currentTarget.value)} />
          <button class="button" data-kind="main" type="button" onClick={() => choose(other() || null)}>
            {w().app.save}
          </button>
        </div>
      </Show>
    </section>
  )
}

export const ConflictCard = (props: { id: string }): JSX.Element => {
  const seen = live(
    ['items', 'changes'],
    () => readItem('submission', props.id),
    () => props.id,
  )
  const known = useKnown(seen)
  let most = 0
  const total = createMemo(() => (most = Math.max(most, seen()?.conflicts.length ?? 0)))
  return (
    <Page title={w().conflict.title} back={`/submission/${encodeURIComponent(props.id)}`}>
      <Show when={seen()} fallback={<Loading />}>
        {(now) => (
          <Show
            when={now().conflicts[0]}
            keyed
            fallback={
              <Empty icon="check" title={w().conflict.none}>
                <a class="button" data-kind="main" href={`#/submission/${encodeURIComponent(props.id)}`}>
                  {w().app.done}
                </a>
              </Empty>
            }
          >
            {(conflict) => (
              <>
                <p>{w().conflict.lead}</p>
                <p class="row soft">
                  <Icon name="place" />
                  {areaName(now().fields['area'])} · {w().conflict.progress(total() - now().conflicts.length + 1, total())}
                </p>
                <Show when={known()}>{(labels) => <Card seen={now()} conflict={conflict} known={labels()} />}</Show>
              </>
            )}
          </Show>
        )}
      </Show>
    </Page>
  )
}
