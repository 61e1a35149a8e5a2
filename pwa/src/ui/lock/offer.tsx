/** Offered once on the first screens after enrolling; "not now" is remembered. */
import { Show, type JSX } from 'solid-js'
import { readState } from '../../store/database'
import { saveSettings } from '../../store/identity'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { settings } from '../phone'
import { l } from './words'

export const PinOffer = (): JSX.Element => {
  const free = live(['state'], async () => (await readState('lock')) === undefined)
  return (
    <Show when={free() && !settings().pin_later}>
      <section class="card">
        <p class="row">
          <Icon name="lock" />
          <span class="grow">{l().offer}</span>
        </p>
        <div class="pair">
          <a class="button" href="#/pin">
            {l().offerSet}
          </a>
          <button class="button" data-kind="plain" type="button" onClick={() => void saveSettings({ pin_later: true })}>
            {l().offerLater}
          </button>
        </div>
      </section>
    </Show>
  )
}
