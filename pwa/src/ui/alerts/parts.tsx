/** What the inbox, the alert page and the takeover share: marks of test and exercise, state chips, the one-tap confirm. */
import { Show, type JSX } from 'solid-js'
import { sayOfAlert, type Sign } from '../../store/deliveries'
import { Icon } from '../parts/icon'
import { Chip } from '../parts/page'
import { areas, identity, isStaff } from '../phone'
import { ago } from '../when'
import { w } from '../words'
import type { AlertSeen } from './alerts'

/** Says something of an alert in this phone's name; the area is the own one that the alert reached. */
export async function sign(alert: AlertSeen, what: Sign): Promise<void> {
  const device = identity()?.session.device
  if (!device) return
  const own = alert.areas.find((code) => areas().some((area) => area.code === code)) ?? alert.areas[0] ?? ''
  await sayOfAlert({ alert: alert.alert, area: own, revision: alert.revision }, device, what)
}

export const NotReal = (props: { alert: AlertSeen }): JSX.Element => {
  const status = (): string => props.alert.fields['status']?.toLowerCase() ?? 'actual'
  return (
    <Show when={status() !== 'actual'}>
      <p class="exercise">{status() === 'exercise' ? w().alerts.exercise : w().alerts.test}</p>
    </Show>
  )
}

export const AlertState = (props: { alert: AlertSeen }): JSX.Element => (
  <Show
    when={props.alert.state === 'current'}
    fallback={
      <Chip>{props.alert.state === 'expired' ? w().alerts.expired : props.alert.state === 'cancelled' ? w().alerts.cancelled : w().alerts.replaced}</Chip>
    }
  >
    <Show when={props.alert.confirmed_at_ms} fallback={<Show when={!isStaff()}><Chip tone="urgent">{w().alerts.notConfirmed}</Chip></Show>}>
      <Chip tone="good" icon="check">
        {w().alerts.confirmed}
      </Chip>
    </Show>
  </Show>
)

export const Confirm = (props: { alert: AlertSeen }): JSX.Element => (
  <Show
    when={!props.alert.confirmed_at_ms}
    fallback={
      <p class="row confirmed" role="status">
        <Icon name="check" />
        {w().alerts.confirmedAt(ago(props.alert.confirmed_at_ms))}
      </p>
    }
  >
    <button class="button" data-kind="main" data-big="" data-wide="" type="button" onClick={() => void sign(props.alert, 'confirmed_at_ms')}>
      <Icon name="check" />
      {w().alerts.confirm}
    </button>
  </Show>
)
