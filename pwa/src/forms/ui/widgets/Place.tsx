/** A position, rounded on the phone before the form sees it; typed where the phone will not tell. */
import type { GeopointInputNode } from '@getodk/xforms-engine'
import { createSignal, Show, type Component } from 'solid-js'
import { namesOf } from '../../appearances'
import { coarse, decimalsOf, metres, parsePlace } from '../../place'
import { humanValue } from '../../values'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { useTyping } from '../typing'

const PATIENCE_MS = 30_000

export const Place: Component<WidgetProps<GeopointInputNode>> = (props) => {
  const { words, changed, session } = useFiller()
  const node = useNode(props)
  const decimals = decimalsOf(namesOf(node))
  const stored = (): string => node.currentState.instanceValue
  const shown = (): string => humanValue('place', stored(), session.frame.language, (v) => v)
  const [busy, setBusy] = createSignal(false)
  const [trouble, setTrouble] = createSignal('')
  const [typing, setTyping] = createSignal(false)
  const set = (text: string): void => {
    node.setValue(text)
    changed()
  }
  const found = ({ coords }: GeolocationPosition): void => {
    setBusy(false)
    props.reject(null)
    set(coarse(coords, decimals))
  }
  const lost = (error: GeolocationPositionError): void => {
    setBusy(false)
    setTrouble(error.code === error.PERMISSION_DENIED ? words.locateDenied : words.locateFailed)
    setTyping(true)
  }
  const locate = (): void => {
    setTrouble('')
    if (!('geolocation' in navigator)) {
      setTrouble(words.locateFailed)
      setTyping(true)
      return
    }
    setBusy(true)
    // No finer than asked: the phone need not even switch on its satellite receiver for a kilometre.
    navigator.geolocation.getCurrentPosition(found, lost, { enableHighAccuracy: decimals > 2, timeout: PATIENCE_MS, maximumAge: 300_000 })
  }
  const typed = useTyping(shown, (text) => {
    const place = parsePlace(text)
    props.reject(text.trim() === '' || place ? null : words.notPlace)
    node.setValue(place ? coarse(place, decimals) : '')
  })
  const about = (): string => {
    const m = metres(decimals)
    return m >= 1000 ? `${Math.round(m / 1000)} km` : `${m} m`
  }
  return (
    <div class="stack">
      <Show when={stored()}>
        <output class="form-output number">
          <FormIcon name="place" />
          {shown()}
        </output>
      </Show>
      <button type="button" class="button" id={props.id} aria-describedby={props.describedBy} disabled={busy()} onClick={locate}>
        <FormIcon name="place" />
        {busy() ? words.locating : stored() ? words.locateAgain : words.locate}
      </button>
      <p class="hint">{words.coarse(about())}</p>
      <Show when={trouble()}>
        <p class="notice" data-tone="wait" role="status">
          {trouble()}
        </p>
      </Show>
      <Show
        when={typing()}
        fallback={
          <button type="button" class="button" data-kind="plain" onClick={() => setTyping(true)}>
            {words.typePlace}
          </button>
        }
      >
        <label>
          <span class="hint">{words.place}</span>
          <input
            class="input number"
            inputmode="text"
            autocomplete="off"
            aria-invalid={props.invalid || undefined}
            value={typed.text()}
            onInput={(event) => typed.type(event.currentTarget.value)}
            onBlur={typed.commit}
          />
        </label>
      </Show>
      <Show when={stored() && !node.currentState.required}>
        <button type="button" class="button" data-kind="plain" onClick={() => set('')}>
          {words.remove}
        </button>
      </Show>
    </div>
  )
}
