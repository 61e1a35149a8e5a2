/** One alert in full. Opening it is said to the server; confirming is one tap. */
import { createEffect, Show, type JSX } from 'solid-js'
import { Icon } from '../parts/icon'
import { Empty, Loading, Notice, Page } from '../parts/page'
import { areaName, isStaff, leads } from '../phone'
import { moment } from '../when'
import { language, w } from '../words'
import { capWord, severityOf, textOf, toneOf, type AlertSeen } from './alerts'
import { liveAlerts } from './inbox'
import { AlertState, Confirm, NotReal, sign } from './parts'

export const AlertBody = (props: { alert: AlertSeen }): JSX.Element => (
  <>
    <Show when={textOf(props.alert, 'description', language())}>{(text) => <p class="lines">{text()}</p>}</Show>
    <Show when={textOf(props.alert, 'instruction', language())}>
      {(text) => (
        <section class="stack" data-close="">
          <h2>{w().alerts.instruction}</h2>
          <p class="lines">{text()}</p>
        </section>
      )}
    </Show>
    <Show when={props.alert.fields['contact']}>
      {(contact) => (
        <a class="button" href={`tel:${contact().replace(/[^+\d]/g, '')}`}>
          {w().alerts.contact}: {contact()}
        </a>
      )}
    </Show>
  </>
)

export const AlertPage = (props: { alert: string }): JSX.Element => {
  const alerts = liveAlerts()
  const found = (): AlertSeen | undefined => alerts()?.find((alert) => alert.alert === props.alert)
  createEffect(() => {
    const alert = found()
    if (alert?.state === 'current' && !alert.opened_at_ms && !isStaff()) void sign(alert, 'opened_at_ms')
  })
  return (
    <Page title={w().alerts.title} back="/alerts">
      <Show when={alerts()} fallback={<Loading />}>
        <Show when={found()} fallback={<Empty icon="alert" title={w().app.notFound} hint={w().app.notFoundHint} />}>
          {(alert) => (
            <>
              <NotReal alert={alert()} />
              <section class="alert-head" data-tone={alert().state === 'current' ? toneOf(alert()) : undefined} data-off={alert().state === 'current' ? undefined : ''}>
                <p class="row">
                  <b>{[w().alerts.severities[severityOf(alert())], capWord(w().alerts.urgencies, alert().fields['urgency'])].filter(Boolean).join(' · ')}</b>
                </p>
                <h2 class="headline">{textOf(alert(), 'headline', language())}</h2>
                <div class="row">
                  <AlertState alert={alert()} />
                </div>
              </section>
              <Show when={alert().successor}>
                {(next) => (
                  <Notice tone="answer">
                    <span>{alert().state === 'cancelled' ? w().alerts.cancelled : w().alerts.replaced}</span>
                    <a class="button" href={`#/alert/${encodeURIComponent(next())}`}>
                      {w().alerts.seeNew}
                    </a>
                  </Notice>
                )}
              </Show>
              <AlertBody alert={alert()} />
              <dl class="facts card">
                <dt>{w().alerts.area}</dt>
                <dd>{alert().areas.map(areaName).join(', ')}</dd>
                <dt>{w().alerts.sentAt}</dt>
                <dd>{moment(alert().sent_at_ms)}</dd>
                <Show when={alert().expires_at_ms}>
                  <dt>{w().alerts.until}</dt>
                  <dd>{moment(alert().expires_at_ms)}</dd>
                </Show>
                <Show when={alert().fields['certainty']}>
                  <dt>{w().coordinator.certainty}</dt>
                  <dd>{capWord(w().alerts.certainties, alert().fields['certainty'])}</dd>
                </Show>
                <Show when={alert().fields['topic']}>
                  {(topic) => (
                    <>
                      <dt>{w().alerts.topic}</dt>
                      <dd>
                        <a href={`#/topic/${encodeURIComponent(topic())}`}>{w().app.more}</a>
                      </dd>
                    </>
                  )}
                </Show>
              </dl>
              <Show when={leads()}>
                <a class="button" href={`#/ledger/${encodeURIComponent(props.alert)}`}>
                  <Icon name="table" />
                  {w().coordinator.ledger}
                </a>
              </Show>
              <Show when={alert().state === 'current' && !isStaff()}>
                <div class="foot">
                  <Confirm alert={alert()} />
                </div>
              </Show>
            </>
          )}
        </Show>
      </Show>
    </Page>
  )
}
