/** The browser's offer to install the app on the home screen, kept until the person takes it. */
import { createSignal } from 'solid-js'

interface InstallOffer extends Event {
  prompt(): Promise<void>
}

const [offer, setOffer] = createSignal<InstallOffer | null>(null)
export const installOffered = (): boolean => offer() !== null

export function startInstalling(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    setOffer(event as InstallOffer)
  })
  window.addEventListener('appinstalled', () => setOffer(null))
}

export async function install(): Promise<void> {
  await offer()?.prompt()
  setOffer(null)
}
