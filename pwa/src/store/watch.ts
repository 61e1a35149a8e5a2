/** Tells every tab and the worker which stores have new content. Carries names only, never content. */
export type Watched = 'items' | 'changes' | 'drafts' | 'files' | 'forms' | 'state' | 'identity' | 'settings'

interface Word {
  stores?: Watched[]
  /** The phone was wiped: every tab leaves what it shows. */
  wiped?: boolean
  /** Somebody asks the syncer for a try. */
  hurry?: boolean
  /** The lock was set, taken off or closed: tabs that do not hold its key begin anew. */
  lock?: boolean
}

const CHANNEL = 'langnghe'
const listeners = new Set<(word: Word) => void>()
let channel: BroadcastChannel | undefined

function air(): BroadcastChannel | undefined {
  if (!channel && typeof BroadcastChannel !== 'undefined') {
    channel = new BroadcastChannel(CHANNEL)
    channel.onmessage = (event: MessageEvent<Word>) => spread(event.data)
    ;(channel as { unref?: () => void }).unref?.()
  }
  return channel
}

function spread(word: Word): void {
  for (const listener of [...listeners]) listener(word)
}

export function announce(...stores: Watched[]): void {
  say({ stores })
}

export function say(word: Word): void {
  air()?.postMessage(word)
  spread(word)
}

/** Calls back on every word, from this tab too. Returns how to stop. */
export function listen(listener: (word: Word) => void): () => void {
  air()
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Somebody pressed "send now", or something was put into the outbox: whoever can, tries at once. */
export const hurry = (): void => say({ hurry: true })
