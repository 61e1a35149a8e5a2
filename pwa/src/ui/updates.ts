/** Registers the worker. A new version waits: it takes over when the person says so, or at a start with nothing open; a
 * form that is being filled is never interrupted. */
import { createSignal } from 'solid-js'

const [waiting, setWaiting] = createSignal<ServiceWorker | null>(null)
const [ready, setReady] = createSignal(false)

/** Set while a new version waits for the person's word. */
export const updateWaiting = waiting
/** Whether the app would open without a network. */
export const offlineReady = ready

let reloading = false

export function startUpdates(): void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  if (!container || !import.meta.env.PROD) {
    setReady(true)
    return
  }
  let controlled = Boolean(container.controller)
  container.addEventListener('controllerchange', () => {
    if (controlled && reloading) location.reload()
    controlled = true
  })
  void container.ready.then(() => setReady(true))
  const register = async (): Promise<void> => {
    const registration = await container.register('/sw.js', { updateViaCache: 'none' })
    const look = (): void => {
      if (registration.waiting && container.controller) setWaiting(registration.waiting)
    }
    look()
    registration.addEventListener('updatefound', () => {
      const coming = registration.installing
      coming?.addEventListener('statechange', look)
    })
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && navigator.onLine) registration.update().catch(() => undefined)
    })
  }
  register().catch((fault: unknown) => console.warn('worker', fault))
}

export function takeUpdate(): void {
  reloading = true
  waiting()?.postMessage({ take: true })
}
