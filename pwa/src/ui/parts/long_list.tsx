/** A list of any length: draws a first part and the next as the person nears the end, so 10,000 rows scroll freely. Rows
 * far from the screen are skipped by `content-visibility`. */
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show, type JSX } from 'solid-js'
import { w } from '../words'

const PART = 20

/** `same`: whether a row read again looks as before; then its element stays. */
export function ListOf<T extends { id: string }>(props: { each: readonly T[]; same: (a: T, b: T) => boolean; children: (row: T) => JSX.Element }): JSX.Element {
  const [upTo, setUpTo] = createSignal(PART)
  createEffect(on(() => props.each.length, (now, before) => before !== undefined && now < before && setUpTo(PART)))
  const shown = createMemo<T[]>((before) => {
    const standing = new Map(before.map((row) => [row.id, row]))
    return props.each.slice(0, upTo()).map((row) => {
      const was = standing.get(row.id)
      return was && props.same(was, row) ? was : row
    })
  }, [])
  const more = (): void => void setUpTo((n) => n + PART)
  const observer =
    typeof IntersectionObserver === 'undefined' ? undefined : new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: '1200px' })
  onCleanup(() => observer?.disconnect())
  return (
    <>
      <ul class="list long">
        <For each={shown()}>{(row) => <li>{props.children(row)}</li>}</For>
      </ul>
      <Show when={upTo() < props.each.length}>
        <button class="button" data-wide="" type="button" ref={(element) => observer?.observe(element)} onClick={more}>
          {w().app.more}
        </button>
      </Show>
    </>
  )
}
