/** The inbox: alerts in force first, then the past ones. What a newer alert replaced is shown as such, never as current. */
import { For, Show, type JSX } from 'solid-js'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Chip, Disc, Empty, Loading, Page } from '../parts/page'
import { areaName, identity, leads } from '../phone'
import { ago, now } from '../when'
import { language, w } from '../words'
import { readAlerts, severityOf, textOf, toneOf, type AlertSeen } from './alerts'
import { AlertState } from './parts'

export const liveAlerts = (): (() => AlertSeen[] | undefined) =>
  live(['items', 'changes'], () => readAlerts(identity()?.session.device ?? '', Date.now()), now)

const AlertRow = (props: { alert: AlertSeen }): JSX.Element => {
  const status = (): string => props.alert.fields['status']?.toLowerCase() ?? 'actual'
  return (
    <li>
      <a class="list-item" href={`#/alert/${encodeURIComponent(props.alert.alert)}`}>
        <Disc icon="alert" tone={props.alert.state === 'current' ? toneOf(props.alert) : 'calm'} />
        <span class="grow stack" data-close="">
          <span class="title">{textOf(props.alert, 'headline', language())}</span>
          <span class="soft">
            {ago(props.alert.sent_at_ms)} · {props.alert.areas.map(areaName).join(', ')}
          </span>
          <span class="row">
            <AlertState alert={props.alert} />
            <Show when={props.alert.state === 'current'}>
              <Chip tone={toneOf(props.alert)}>{w().alerts.severities[severityOf(props.alert)]}</Chip>
            </Show>
            <Show when={status() !== 'actual'}>
              <Chip tone="wait">{status() === 'exercise' ? w().coordinator.statuses.exercise : w().coordinator.statuses.test}</Chip>
            </Show>
          </span>
        </span>
        <Icon name="next" />
      </a>
    </li>
  )
}

const Group = (props: { title: string; alerts: AlertSeen[] }): JSX.Element => (
  <Show when={props.alerts.length > 0}>
    <section class="stack">
      <h2>{props.title}</h2>
      <ul class="list">
        <For each={props.alerts}>{(alert) => <AlertRow alert={alert} />}</For>
      </ul>
    </section>
  </Show>
)

export const Alerts = (): JSX.Element => {
  const alerts = liveAlerts()
  const current = (): AlertSeen[] => alerts()?.filter((alert) => alert.state === 'current') ?? []
  const past = (): AlertSeen[] => alerts()?.filter((alert) => alert.state !== 'current') ?? []
  return (
    <Page title={w().alerts.title}>
      <Show when={leads()}>
        <a class="button" data-kind="urgent" data-wide="" href="#/broadcast">
          <Icon name="megaphone" />
          {w().coordinator.broadcast}
        </a>
      </Show>
      <Show when={alerts()} fallback={<Loading />}>
        {(list) => (
          <Show when={list().length > 0} fallback={<Empty icon="alert" title={w().alerts.none} hint={w().alerts.noneHint} />}>
            <Group title={w().alerts.current} alerts={current()} />
            <Group title={w().alerts.past} alerts={past()} />
          </Show>
        )}
      </Show>
    </Page>
  )
}
