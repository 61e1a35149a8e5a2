/** Choices as rows, columns or packed pieces, with a search field above long lists. */
import { createMemo, createSignal, For, Show, type Component } from 'solid-js'
import { namesOf, numbered } from '../../appearances'
import { search } from '../../search'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import { RichText, TextMedia } from '../RichText'
import type { ChoicesProps, Entry, Layout } from './Choices'

/** More rows than this are not drawn: a phone would take seconds, and nobody reads them. Typing narrows. */
export const MOST_ROWS = 100

export const ChoiceList: Component<ChoicesProps & { layout: Layout }> = (props) => {
  const [query, setQuery] = createSignal('')
  const found = createMemo(() => (props.layout === 'searched' ? search(props.entries, query()) : props.entries))
  const names = namesOf(useNode(props))
  const columns = Math.min(numbered(names, 'columns', 'compact', 'quickcompact') ?? 0, 10)
  return (
    <>
      <Show when={props.layout === 'searched'}>
        <SearchField query={query()} onQuery={setQuery} controls={`${props.id}-list`} />
      </Show>
      <div
        class="choices form-choices"
        id={`${props.id}-list`}
        data-layout={props.layout}
        style={columns > 0 ? { '--columns': columns } : {}}
        data-bare={names.has('no-buttons') ? '' : undefined}
      >
        <Rows {...props} rows={found()} />
      </div>
    </>
  )
}

export const Rows: Component<ChoicesProps & { rows: readonly Entry[] }> = (props) => {
  const { words } = useFiller()
  return (
    <>
      {/* Chosen ones stay in sight whatever is typed. */}
      <For each={props.rows.slice(0, MOST_ROWS)} fallback={<p class="hint">{words.nothingFound}</p>}>
        {(entry) => <ChoiceRow {...props} entry={entry} />}
      </For>
      <Show when={props.rows.length > MOST_ROWS}>
        <p class="hint">{words.moreFound(props.rows.length - MOST_ROWS)}</p>
      </Show>
    </>
  )
}

export const ChoiceRow: Component<ChoicesProps & { entry: Entry }> = (props) => (
  <label class="choice">
    <input
      type={props.multiple ? 'checkbox' : 'radio'}
      name={props.id}
      value={props.entry.value}
      checked={props.isOn(props.entry.value)}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid || undefined}
      onChange={(event) => props.choose(props.entry.value, event.currentTarget.checked)}
    />
    <span class="grow">
      <TextMedia text={props.entry.option.label} />
      <RichText text={props.entry.option.label} />
    </span>
  </label>
)

export const SearchField: Component<{ query: string; onQuery: (query: string) => void; controls: string; focus?: boolean }> = (props) => {
  const { words } = useFiller()
  return (
    <div class="form-search">
      <FormIcon name="search" />
      <input
        ref={(element) => props.focus && queueMicrotask(() => element.focus())}
        class="input"
        type="search"
        inputmode="search"
        enterkeyhint="search"
        autocomplete="off"
        aria-label={`${words.search}. ${words.searchHint}`}
        placeholder={words.search}
        aria-controls={props.controls}
        value={props.query}
        onInput={(event) => props.onQuery(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
    </div>
  )
}
