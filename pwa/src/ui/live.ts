/** Live queries: a signal of what a read gives, read again whenever one of its stores changes, in any tab or the worker. */
import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { listen, type Watched } from '../store/watch'

/** Undefined until the first read is done. `depends` restarts it when a signal it reads changes. */
export function live<T>(stores: Watched[], read: () => Promise<T>, depends: Accessor<unknown> = () => undefined): Accessor<T | undefined> {
  const [value, setValue] = createSignal<T | undefined>(undefined)
  let wanted = 0
  let running = false
  let over = false
  const again = (): void => {
    wanted++
    if (running) return
    running = true
    void (async () => {
      while (!over) {
        const at = wanted
        const result = await read().catch((fault: unknown) => {
          console.warn('live query', fault)
          return undefined
        })
        if (over) return
        if (result !== undefined) setValue(() => result)
        if (at === wanted) break
      }
      running = false
    })()
  }
  createEffect(on(depends, again))
  const stop = listen((word) => {
    if (word.stores?.some((store) => stores.includes(store))) again()
  })
  onCleanup(() => {
    over = true
    stop()
  })
  return value
}
