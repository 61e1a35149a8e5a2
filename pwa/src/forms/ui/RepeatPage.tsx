/** The page that ends a repeat: its instances as cards, add another, remove with undo. */
import { For, untrack, type Component } from 'solid-js'
import type { Page, RepeatPage as RepeatOf } from '../pages'
import { inSentence, plain } from '../plain'
import { addInstance } from '../repeats'
import { useFiller } from './context'
import { FormIcon } from './icons'
import { InstanceCard } from './InlineRepeat'
import { RichText } from './RichText'
import { Trail } from './Trail'

export const RepeatPage: Component<{ page: RepeatOf; go: (key: string) => void; pages: () => Page[] }> = (props) => {
  const { words, session, changed } = useFiller()
  const range = untrack(() => props.page.range)
  const label = (): string => plain(range.currentState.label?.asString ?? '')
  const open = (prefix: string): void => {
    const first = props.pages().find((page) => page.key.startsWith(prefix))
    if (first) props.go(first.key)
  }
  const add = (): void => {
    const instance = addInstance(range)
    changed()
    open(session.stable(instance))
  }
  return (
    <div class="form-page">
      <Trail trail={props.page.trail} />
      <header>
        <h2 class="form-title">{range.currentState.label ? <RichText text={range.currentState.label} /> : inSentence(words.repeat)}</h2>
        <p class="hint">{words.instances(range.currentState.children.length)}</p>
      </header>
      <ul class="form-instances">
        <For each={range.currentState.children}>{(instance, index) => <InstanceCard range={range} instance={instance} index={index()} onOpen={() => open(session.stable(instance))} />}</For>
      </ul>
      <button type="button" class="button form-add" data-big="" onClick={add}>
        <FormIcon name="plus" />
        {words.add(inSentence(label() || words.repeat))}
      </button>
    </div>
  )
}
