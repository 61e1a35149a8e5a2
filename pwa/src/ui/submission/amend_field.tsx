/** A coordinator corrects one answer of somebody else's submission. A change like any other: offline too. */
import { createSignal, type JSX } from 'solid-js'
import { make } from '../../store/outbox'
import type { Seen } from '../../store/view'
import { Sheet } from '../parts/page'
import { tell } from '../phone'
import { w } from '../words'

export const AmendField = (props: { seen: Seen; field: string; label: string; onClose: () => void }): JSX.Element => {
  const standing = (): string => props.seen.fields[props.field] ?? ''
  const [value, setValue] = createSignal<string | null>(null)
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    const chosen = value()
    if (chosen !== null && chosen !== standing()) {
      await make([
        {
          intent: 'edit',
          kind: 'submission',
          id: props.seen.id,
          base: props.seen.revision,
          fields: { [props.field]: chosen.trim() === '' ? null : chosen },
          before: { [props.field]: props.seen.fields[props.field] ?? null },
        },
      ])
      tell(w().coordinator.amendSaved)
    }
    props.onClose()
  }
  return (
    <Sheet title={w().coordinator.amendField} onClose={props.onClose}>
      <form class="stack" onSubmit={(event) => void save(event)}>
        <p class="soft">{props.label}</p>
        <div class="field">
          <label for="amended">{w().coordinator.amendValue}</label>
          <textarea id="amended" class="input" value={value() ?? standing()} onInput={(event) => setValue(event.currentTarget.value)} />
        </div>
        <button class="button" data-kind="main" data-wide="" type="submit">
          {w().app.save}
        </button>
        <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
          {w().app.cancel}
        </button>
      </form>
    </Sheet>
  )
}
