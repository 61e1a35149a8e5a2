/** Who an alert has reached: counts per stage, person by person, read again every few seconds while it is open. */
import { createResource, createSignal, For, onCleanup, Show, type JSX } from 'solid-js'
import { Icon } from '../parts/icon'
import { Chip, Loading, Notice, Page, type Tone } from '../parts/page'
import { areaName, tell } from '../phone'
import { sentence } from '../sentence'
import { ago, amount } from '../when'
import { w } from '../words'
import { actOnAlert, readAlert, readLedger, type Ledger as LedgerNow, type LedgerRow } from './api'

const EVERY_MS = 4000
const TONES: Record<LedgerRow['stage'], Tone> = { queued: 'wait', accepted: 'wait', shown: 'calm', opened: 'calm', confirmed: 'good' }
const STAGES = ['accepted', 'shown', 'opened', 'confirmed'] as const

const reached = (ledger: LedgerNow, stage: (typeof STAGES)[number]): number => ledger.rows.filter((row) => row[`${stage}_at_ms`]).length

const lastSign = (row: LedgerRow): number => row.confirmed_at_ms ?? row.opened_at_ms ?? row.shown_at_ms ?? row.accepted_at_ms ?? 0

const stateWord = (state: string): string => (w().coordinator.alertStates as Record<string, string>)[state] ?? state

export const Ledger = (props: { alert: string }): JSX.Element => {
  const [fault, setFault] = createSignal('')
  const [read, { refetch }] = createResource(
    () => props.alert,
    async (alert) => {
      try {
        const both = await Promise.all([readAlert(alert), readLedger(alert)])
        setFault('')
        return { view: both[0], ledger: both[1] }
      } catch (why) {
        setFault(sentence(why))
        return undefined
      }
    },
  )
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void refetch()
  }, EVERY_MS)
  onCleanup(() => clearInterval(timer))
  const act = async (what: 'undo' | 'approve'): Promise<void> => {
    try {
      await actOnAlert(props.alert, what)
      if (what === 'undo') tell(w().coordinator.undone)
    } catch (why) {
      setFault(sentence(why))
    }
    void refetch()
  }
  return (
    <Page title={w().coordinator.ledger} back="/alerts">
      <Show when={fault()}>{(text) => <Notice tone="wait">{text()}</Notice>}</Show>
      <Show when={read.latest} fallback={<Loading />}>
        {(now) => (
          <>
            <section class="alert-head" data-tone="urgent">
              <h2 class="headline">{now().view.fields['headline']}</h2>
              <div class="row">
                <Chip>{stateWord(now().view.state)}</Chip>
              </div>
            </section>
            <Show when={now().view.state === 'scheduled' || now().view.state === 'waiting_approval'}>
              <div class="pair">
                <Show when={now().view.state === 'waiting_approval'}>
                  <button class="button" data-kind="urgent" type="button" onClick={() => void act('approve')}>
                    {w().coordinator.approve}
                  </button>
                </Show>
                <button class="button" type="button" onClick={() => void act('undo')}>
                  <Icon name="cross" />
                  {w().coordinator.undo}
                </button>
              </div>
            </Show>
            <div class="pair four">
              <For each={STAGES}>
                {(stage) => (
                  <div class="tile" data-tone={stage === 'confirmed' ? 'good' : undefined}>
                    <b class="number">
                      {amount(reached(now().ledger, stage))}
                      <span class="soft">/{amount(now().ledger.rows.length)}</span>
                    </b>
                    {w().coordinator.ledgerCounts[stage]}
                  </div>
                )}
              </For>
            </div>
            <Show when={now().ledger.rows.length > 0}>
            <ul class="list">
              <For each={now().ledger.rows}>
                {(row) => (
                  <li class="list-item">
                    <span class="grow">
                      <span class="title">{row.name}</span>
                      <span class="soft">
                        {areaName(row.area)}
                        <Show when={lastSign(row)}> · {ago(lastSign(row))}</Show>
                      </span>
                    </span>
                    <Chip tone={TONES[row.stage]} icon={row.stage === 'confirmed' ? 'check' : 'clock'}>
                      {row.stage === 'queued' ? w().coordinator.queued : w().coordinator.ledgerCounts[row.stage]}
                    </Chip>
                  </li>
                )}
              </For>
            </ul>
            </Show>
            <Show when={now().ledger.not_reached.length > 0}>
              <section class="stack">
                <h2>{w().coordinator.callList}</h2>
                <ul class="list">
                  <For each={now().ledger.not_reached}>
                    {(one) => (
                      <li class="list-item">
                        <span class="grow">
                          <span class="title">{one.name}</span>
                          <span class="soft">{one.area_name}</span>
                        </span>
                        <Show when={one.contact}>
                          <a class="button" href={`tel:${one.contact.replace(/[^+\d]/g, '')}`}>
                            {one.contact}
                          </a>
                        </Show>
                      </li>
                    )}
                  </For>
                </ul>
              </section>
            </Show>
          </>
        )}
      </Show>
    </Page>
  )
}
