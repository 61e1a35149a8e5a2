/** Where the page begins: identity and settings, then the first screen, then the worker and the syncer. */
import './ui/styles/index.css'
import { createEffect, createRoot } from 'solid-js'
import { render } from 'solid-js/web'
import { App } from './ui/app'
import { startInstalling } from './ui/install'
import { identity, locked, startPhone } from './ui/phone'
import { startRouter } from './ui/router'
import { startUpdates } from './ui/updates'
import { startClock } from './ui/when'

async function start(): Promise<void> {
  const root = document.getElementById('app')
  if (!root) return
  await startPhone().catch((fault: unknown) => console.error('start', fault))
  startRouter()
  startClock()
  root.textContent = ''
  render(() => <App />, root)
  startUpdates()
  startInstalling()
  startSyncing()
  if (locked()) void import('./transport/sealed').then((sealed) => sealed.startSendingSealed())
}

/** The syncer is loaded once there is somebody to sync for. */
function startSyncing(): void {
  let started = false
  createRoot(() =>
    createEffect(() => {
      if (started || !identity() || locked()) return
      started = true
      void import('./transport/tries').then((tries) => tries.startTries())
    }),
  )
}

void start()
