/** An extreme alert that is in force and unconfirmed takes the whole screen, whatever the person was doing; except while
 * a form is open, which is never interrupted. "Details" leads on without confirming. */
import { createSignal, onMount, Show, type JSX } from 'solid-js'
import { Icon } from '../parts/icon'
import { Chip } from '../parts/page'
import { areaName, isStaff } from '../phone'
import { go, here } from '../router'
import { moment } from '../when'
import { language, w } from '../words'
import { glance } from '../home/glance'
import { severityOf, textOf, type AlertSeen } from './alerts'
import { NotReal, sign } from './parts'

const [passed, setPassed] = createSignal<ReadonlySet<string>>(new Set())
const nameOf = (alert: AlertSeen): string => `${alert.alert}:${alert.revision}`

const pressing = (): AlertSeen | undefined =>
  isStaff() || here().startsWith('/fill/') || here().startsWith('/alert/')
    ? undefined
    : glance()?.alerts.find((alert) => severityOf(alert) === 'extreme' && !passed().has(nameOf(alert)))

const Screen = (props: { alert: AlertSeen }): JSX.Element => {
  let dialog: HTMLDialogElement | undefined
  onMount(() => dialog?.showModal())
  const pass = (): void => void setPassed(new Set([...passed(), nameOf(props.alert)]))
  const confirm = async (): Promise<void> => {
    await sign(props.alert, 'confirmed_at_ms')
    pass()
  }
  return (
    <dialog class="full" ref={(element) => (dialog = element)} aria-labelledby="takeover" onCancel={(event) => event.preventDefault()}>
      <div class="takeover">
        <div class="row">
          <Icon name="alert" />
          <Chip>{w().alerts.severities[severityOf(props.alert)]}</Chip>
        </div>
        <NotReal alert={props.alert} />
        <h1 id="takeover">{textOf(props.alert, 'headline', language())}</h1>
        <p class="lines">{textOf(props.alert, 'instruction', language()) || textOf(props.alert, 'description', language())}</p>
        <p>
          {props.alert.areas.map(areaName).join(', ')} · {moment(props.alert.sent_at_ms)}
        </p>
        <div class="grow" />
        <button class="button" data-big="" data-wide="" type="button" onClick={() => void confirm()}>
          <Icon name="check" />
          {w().alerts.confirm}
        </button>
        <button
          class="button"
          data-kind="plain"
          data-wide=""
          type="button"
          onClick={() => {
            pass()
            go(`/alert/${encodeURIComponent(props.alert.alert)}`)
          }}
        >
          {w().alerts.later}
        </button>
      </div>
    </dialog>
  )
}

export const AlertTakeover = (): JSX.Element => (
  <Show when={pressing()} keyed>
    {(alert) => <Screen alert={alert} />}
  </Show>
)
