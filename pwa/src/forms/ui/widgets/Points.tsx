/** Lines and areas as a plain list of points, one a line; rounded like a single position. */
import type { GeoshapeInputNode, GeotraceInputNode } from '@getodk/xforms-engine'
import type { Component } from 'solid-js'
import { namesOf } from '../../appearances'
import { coarse, decimalsOf, parsePlace } from '../../place'
import { useFiller, useNode } from '../context'
import type { WidgetProps } from '../Question'
import { useTyping } from '../typing'

export const Points: Component<WidgetProps<GeotraceInputNode | GeoshapeInputNode>> = (props) => {
  const { words } = useFiller()
  const node = useNode(props)
  const decimals = decimalsOf(namesOf(node))
  const stored = (): string => {
    const points = node.currentState.instanceValue.split(';').map((point) => point.trim().split(/\s+/).slice(0, 2).join(', ')).filter(Boolean)
    return points.join('\n')
  }
  const typing = useTyping(stored, (text) => {
    const lines = text.split('\n').filter((line) => line.trim())
    const places = lines.map(parsePlace)
    const points = places.flatMap((place) => (place ? [coarse(place, decimals)] : []))
    const whole = points.length === lines.length && (points.length === 0 || points.length >= (node.valueType === 'geoshape' ? 3 : 2))
    props.reject(whole ? null : words.notPlace)
    const closed = node.valueType === 'geoshape' && points[0] !== undefined && points[points.length - 1] !== points[0] ? [...points, points[0]] : points
    node.setValue(whole ? closed.join(';') : '')
  })
  return (
    <label>
      <span class="hint">{words.points}</span>
      <textarea
        id={props.id}
        class="input number"
        rows={4}
        autocomplete="off"
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        value={typing.text()}
        onInput={(event) => typing.type(event.currentTarget.value)}
        onBlur={typing.commit}
      />
    </label>
  )
}
