/** Labels and hints as authors write them: a little Markdown, colours. Markup that is not known is shown as plain words;
 * nothing of a form ever becomes HTML. */
import type { MarkdownNode, TextRange } from '@getodk/xforms-engine'
import { For, Match, Show, Switch, type Component, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { Media } from './Media'

type Text = TextRange<'label'> | TextRange<'hint'> | TextRange<'item-label'> | TextRange<'constraintMsg'> | TextRange<'requiredMsg'>

const ALLOWED = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'strong', 'em', 'u', 'ol', 'ul', 'li', 'p', 'span', 'div'])
/** A label stands inside a heading or legend: its own headings and blocks become phrases there. */
const INLINE: Record<string, string> = { h1: 'strong', h2: 'strong', h3: 'strong', h4: 'strong', h5: 'strong', h6: 'strong' }

export const RichText: Component<{ text: Text }> = (props) => (
  <For each={props.text.formatted} fallback={props.text.asString}>
    {(node) => <Piece node={node} />}
  </For>
)

/** Pictures, sound and video of a label, below its words. */
export const TextMedia: Component<{ text: Text }> = (props) => (
  <>
    <Show when={props.text.imageSource}>{(source) => <Media kind="image" source={source().href} alt="" />}</Show>
    <Show when={props.text.audioSource}>{(source) => <Media kind="audio" source={source().href} alt={props.text.asString} />}</Show>
    <Show when={props.text.videoSource}>{(source) => <Media kind="video" source={source().href} alt={props.text.asString} />}</Show>
  </>
)

const Piece: Component<{ node: MarkdownNode }> = (props) => (
  <Switch>
    <Match when={props.node.role === 'line-break'}>
      <br />
    </Match>
    <Match when={props.node.role === 'child' && props.node}>{(node) => node().value}</Match>
    <Match when={props.node.role === 'html' && props.node}>{(node) => node().unsafeHtml.replace(/<[^>]*>/g, '')}</Match>
    <Match when={props.node.role === 'parent' && props.node}>{(node) => <Parent node={node()} />}</Match>
  </Switch>
)

type ParentNode = Extract<MarkdownNode, { role: 'parent' }>

const Parent: Component<{ node: ParentNode }> = (props) => {
  const children = (): JSX.Element => <For each={props.node.children}>{(child) => <Piece node={child} />}</For>
  const tag = (): string => INLINE[props.node.elementName] ?? (ALLOWED.has(props.node.elementName) ? props.node.elementName : 'span')
  return (
    <Show when={props.node.elementName === 'a'} fallback={<Dynamic component={tag()} style={styleOf(props.node)}>{children()}</Dynamic>}>
      <a href={safeAddress((props.node as { url?: string }).url)} target="_blank" rel="noopener noreferrer">
        {children()}
      </a>
    </Show>
  )
}

const safeAddress = (url = ''): string | undefined => (/^(https?:|mailto:|tel:)/i.test(url) ? url : undefined)

function styleOf(node: ParentNode): JSX.CSSProperties {
  const style = (node as { properties?: { style?: Record<string, string | undefined> } }).properties?.style
  const color = style?.color
  const align = style?.['text-align']
  return { ...(color && /^[#\w(),.%\s-]+$/.test(color) ? { color } : {}), ...(align ? { 'text-align': align as 'center' } : {}) }
}
