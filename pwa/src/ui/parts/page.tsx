/** The frame of every screen: header with title and way back, one main column; and the small parts they share. */
import { createEffect, createUniqueId, onCleanup, onMount, Show, type JSX, type ParentComponent } from 'solid-js'
import { goBack } from '../router'
import { w } from '../words'
import { Icon, type IconName } from './icon'

export type Tone = 'good' | 'calm' | 'answer' | 'wait' | 'urgent' | 'bad'

interface PageProps {
  title: string
  /** Where "back" leads when the app began on this screen; no back button without it. */
  back?: string
  /** What stands at the right of the header. */
  actions?: JSX.Element
  wide?: boolean
}

export const Page: ParentComponent<PageProps> = (props) => {
  let heading: HTMLHeadingElement | undefined
  createEffect(() => {
    document.title = `${props.title} · ${w().app.name}`
  })
  onMount(() => {
    window.scrollTo(0, 0)
    heading?.focus({ preventScroll: true })
  })
  return (
    <>
      <header class="bar" data-back={props.back === undefined ? undefined : ''}>
        <Show when={props.back !== undefined}>
          <button class="icon-button" type="button" aria-label={w().app.back} onClick={() => goBack(props.back)}>
            <Icon name="back" />
          </button>
        </Show>
        <h1 ref={(element) => (heading = element)} tabIndex={-1}>
          {props.title}
        </h1>
        {props.actions}
      </header>
      <main class="page" id="main" data-wide={props.wide ? '' : undefined}>
        {props.children}
      </main>
    </>
  )
}

export const Notice: ParentComponent<{ tone?: Tone; icon?: IconName; live?: boolean }> = (props) => (
  <div class="notice" data-tone={props.tone} role={props.live ? 'status' : undefined}>
    <Icon name={props.icon ?? (props.tone === 'bad' || props.tone === 'urgent' ? 'warn' : props.tone === 'good' ? 'check' : 'info')} />
    <div class="grow stack" data-close="">
      {props.children}
    </div>
  </div>
)

export const Empty: ParentComponent<{ icon: IconName; title: string; hint?: string }> = (props) => (
  <div class="empty">
    <Icon name={props.icon} />
    <h2>{props.title}</h2>
    <Show when={props.hint}>
      <p>{props.hint}</p>
    </Show>
    {props.children}
  </div>
)

export const Loading = (): JSX.Element => (
  <p class="empty" role="status">
    {w().app.loading}
  </p>
)

export const Chip: ParentComponent<{ tone?: Tone; icon?: IconName }> = (props) => (
  <span class="chip" data-tone={props.tone}>
    <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>
    {props.children}
  </span>
)

export const Disc = (props: { icon: IconName; tone?: Tone }): JSX.Element => (
  <span class="disc" data-tone={props.tone}>
    <Icon name={props.icon} />
  </span>
)

/** A sheet from below that asks something; closes by Escape, the backdrop or its buttons. */
export const Sheet: ParentComponent<{ title: string; onClose: () => void }> = (props) => {
  const id = createUniqueId()
  let dialog: HTMLDialogElement | undefined
  onMount(() => dialog?.showModal())
  onCleanup(() => dialog?.close())
  return (
    <dialog
      class="sheet"
      ref={(element) => (dialog = element)}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        props.onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog) props.onClose()
      }}
    >
      <div class="stack">
        <h2 id={id}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  )
}
