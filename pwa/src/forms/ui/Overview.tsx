/** All pages at a glance: where one is, what is answered, what needs a look; a tap goes there. */
import { For, onMount, Show, type Component } from 'solid-js'
import { Sheet } from '../../ui/parts/page'
import type { Page } from '../pages'
import { nameOf, standingOf, type Standing } from './answers'
import { useFiller } from './context'
import { END } from './Form'
import { FormIcon } from './icons'
import { titleOf } from './Trail'

export const Overview: Component<{ pages: Page[]; at: number; go: (key: string) => void; onClose: () => void }> = (props) => {
  const { words } = useFiller()
  const heading = (page: Page): string => page.trail.map((node) => titleOf(node, words)).filter(Boolean).join(' › ')
  const choose = (key: string): void => {
    props.onClose()
    props.go(key)
  }
  let list: HTMLOListElement | undefined
  onMount(() => list?.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' }))
  return (
    <Sheet title={words.overview} onClose={() => props.onClose()}>
      <ol class="form-overview" ref={(element) => (list = element)}>
        <For each={props.pages}>
          {(page, index) => (
            <>
              <Show when={heading(page) && heading(page) !== (props.pages[index() - 1] ? heading(props.pages[index() - 1] as Page) : '')}>
                <li class="form-overview-group">{heading(page)}</li>
              </Show>
              <li>
                <button type="button" class="form-overview-page" data-standing={standingOf(page)} aria-current={index() === props.at ? 'step' : undefined} onClick={() => choose(page.key)}>
                  <StandingMark standing={standingOf(page)} />
                  <span class="grow">{nameOf(page, words) || words.progress(index() + 1, props.pages.length)}</span>
                </button>
              </li>
            </>
          )}
        </For>
        <li>
          <button type="button" class="form-overview-page" aria-current={props.at >= props.pages.length ? 'step' : undefined} onClick={() => choose(END)}>
            <FormIcon name="list" />
            <b class="grow">{words.end}</b>
          </button>
        </li>
      </ol>
      <button type="button" class="button" onClick={() => props.onClose()}>
        {words.close}
      </button>
    </Sheet>
  )
}

export const StandingMark: Component<{ standing: Standing }> = (props) => {
  const { words } = useFiller()
  const says = { fault: words.statusFault, answered: words.statusAnswered, open: words.statusOpen, read: '' }
  return (
    <span class="form-mark" data-standing={props.standing}>
      <Show when={props.standing === 'fault' || props.standing === 'answered'}>
        <FormIcon name={props.standing === 'fault' ? 'warn' : 'check'} />
      </Show>
      <span class="unseen">{says[props.standing]}</span>
    </span>
  )
}
