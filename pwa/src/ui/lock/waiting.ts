/** The wait after wrong PINs, counted down by the second. */
import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { l } from './words'

interface Waiting {
  left_ms: Accessor<number>
  until: (ms: number) => void
  /** Empty when nothing is waited for. */
  words: Accessor<string>
}

export function createWaiting(): Waiting {
  const [end, setEnd] = createSignal(0)
  const [now, setNow] = createSignal(Date.now())
  const timer = setInterval(() => setNow(Date.now()), 500)
  onCleanup(() => clearInterval(timer))
  const left_ms = (): number => Math.max(0, end() - now())
  const words = (): string => {
    const seconds = Math.ceil(left_ms() / 1000)
    if (seconds === 0) return ''
    return l().waitFor(seconds < 100 ? l().seconds(seconds) : l().minutes(Math.ceil(seconds / 60)))
  }
  const until = (ms: number): void => {
    setNow(Date.now())
    setEnd(ms)
  }
  return { left_ms, until, words }
}
