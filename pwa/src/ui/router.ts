/** Routes live in the fragment, so every screen opens offline from one precached page and no server log sees them. */
import { createMemo, createSignal } from 'solid-js'

const read = (): string => {
  const path = location.hash.replace(/^#/, '').split('?')[0] ?? ''
  return path.replace(/^\/?/, '/').replace(/(.)\/$/, '$1')
}

const [path, setPath] = createSignal(typeof location === 'undefined' ? '/' : read())

/** The path after `#`, without query: `/`, `/alert/ID`. */
export const here = path

export function startRouter(): void {
  window.addEventListener('hashchange', () => setPath(read()))
  setPath(read()) // it may have changed while the phone's identity was read
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'replace') {
    history.replaceState(history.state, '', `#${to}`)
    setPath(read())
  } else location.hash = to
}

/** Back to where the person was; or to `otherwise` when the app began here. */
export function goBack(otherwise = '/'): void {
  if (history.length > 1) history.back()
  else go(otherwise, 'replace')
}

export const query = (name: string): string => new URLSearchParams(location.hash.split('?')[1] ?? '').get(name) ?? ''

/** Values of `:names` where the pattern fits the path, else null. */
export function fits(pattern: string, at: string): Record<string, string> | null {
  const want = pattern.split('/')
  const have = at.split('/')
  if (want.length !== have.length) return null
  const values: Record<string, string> = {}
  for (const [i, part] of want.entries()) {
    const given = have[i] ?? ''
    if (part.startsWith(':')) values[part.slice(1)] = decode(given)
    else if (part !== given) return null
  }
  return values
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A signal of the first route that fits. */
export function firstFit<T extends { path: string }>(routes: readonly T[]): () => { route: T; values: Record<string, string> } | null {
  return createMemo(() => {
    for (const route of routes) {
      const values = fits(route.path, path())
      if (values) return { route, values }
    }
    return null
  })
}
