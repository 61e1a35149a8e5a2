/** Which widget answers a question. The whole table of types and appearances is in ../README.md. */
import { useNode } from './context'
import type { AnyLeafNode } from '@getodk/xforms-engine'
import { Match, Show, Switch, type Component } from 'solid-js'
import { Barcode } from './widgets/Barcode'
import { Choices } from './widgets/Choices'
import { DateInput, isPartial, PartialDate } from './widgets/Dates'
import { Drawing, isDrawn } from './widgets/Drawing'
import { NumberInput } from './widgets/NumberInput'
import { Place } from './widgets/Place'
import { Points } from './widgets/Points'
import { Range } from './widgets/Range'
import { Rank } from './widgets/Rank'
import { ReadOnly } from './widgets/ReadOnly'
import { Sound } from './widgets/Sound'
import { TextInput } from './widgets/TextInput'
import { Trigger } from './widgets/Trigger'
import { Upload } from './widgets/Upload'
import type { WidgetProps } from './Question'

/** True where several controls answer one question: it is a fieldset with a legend. */
export function isGrouped(node: AnyLeafNode): boolean {
  if (node.currentState.readonly) return true
  switch (node.nodeType) {
    case 'select':
    case 'rank':
    case 'upload':
    case 'trigger':
      return true
    case 'range':
      return Boolean(node.appearances.rating)
    case 'input':
      return node.valueType === 'geopoint' || node.valueType === 'barcode' || (node.valueType === 'date' && isPartial(node))
    default:
      return false
  }
}

export const Widget: Component<WidgetProps> = (props) => {
  const node = useNode(props)
  const type = node.nodeType === 'input' ? node.valueType : null
  const media = node.nodeType === 'upload' ? node.nodeOptions.media.type : null
  return (
    <Show when={!node.currentState.readonly} fallback={<ReadOnly {...props} node={node} />}>
      <Switch fallback={<TextInput {...props} node={node as never} />}>
        <Match when={node.nodeType === 'select' && node}>{(select) => <Choices {...props} node={select()} />}</Match>
        <Match when={node.nodeType === 'rank' && node}>{(rank) => <Rank {...props} node={rank()} />}</Match>
        <Match when={node.nodeType === 'range' && node}>{(range) => <Range {...props} node={range()} />}</Match>
        <Match when={node.nodeType === 'trigger' && node}>{(trigger) => <Trigger {...props} node={trigger()} />}</Match>
        <Match when={node.nodeType === 'upload' && media === 'image' && isDrawn(node) && node}>{(upload) => <Drawing {...props} node={upload()} />}</Match>
        <Match when={node.nodeType === 'upload' && media === 'audio' && node}>{(upload) => <Sound {...props} node={upload()} />}</Match>
        <Match when={node.nodeType === 'upload' && node}>{(upload) => <Upload {...props} node={upload()} />}</Match>
        <Match when={type === 'int' || type === 'decimal'}>
          <NumberInput {...props} node={node as never} />
        </Match>
        <Match when={type === 'date' && isPartial(node as never)}>
          <PartialDate {...props} node={node as never} />
        </Match>
        <Match when={type === 'date' || type === 'time' || type === 'dateTime'}>
          <DateInput {...props} node={node as never} />
        </Match>
        <Match when={type === 'geopoint'}>
          <Place {...props} node={node as never} />
        </Match>
        <Match when={type === 'geotrace' || type === 'geoshape'}>
          <Points {...props} node={node as never} />
        </Match>
        <Match when={type === 'barcode'}>
          <Barcode {...props} node={node as never} />
        </Match>
      </Switch>
    </Show>
  )
}
