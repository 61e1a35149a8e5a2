/** How much room the phone has left for the app, looked at when a screen that shows it opens. */
import { createSignal } from 'solid-js'

export interface Space {
  used: number
  quota: number
  persisted: boolean | null
}

const [space, setSpace] = createSignal<Space | null>(null)
export { space }

const SHORT_BYTES = 60e6
const SHORT_SHARE = 0.9

/** Too little room for another photo report, or nearly all of it used. */
export const isShort = (one: Space): boolean => one.quota > 0 && (one.quota - one.used < SHORT_BYTES || one.used / one.quota > SHORT_SHARE)
export const storageShort = (): boolean => {
  const one = space()
  return one !== null && isShort(one)
}

export async function measureSpace(): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined
  const estimate = await storage?.estimate?.().catch(() => undefined)
  const persisted = (await storage?.persisted?.().catch(() => null)) ?? null
  setSpace({ used: estimate?.usage ?? 0, quota: estimate?.quota ?? 0, persisted })
}

/** The browser may say no, and says nothing about why; the answer is shown as it is. */
export async function askToKeep(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false)
  await measureSpace()
}
