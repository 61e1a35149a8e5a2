/** One way to ask the server: JSON in and out, gzip where it pays, a time limit, and every failure as a Trouble with a
 * sentence for a person (RFC 9457 `detail`, already in the asked language, or the app's own words). */

/** `code` is the server's stable problem code, or offline | timeout | server | malformed. */
export class Trouble extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly status = 0,
    readonly retryAfterMs = 0,
    readonly members: Record<string, unknown> = {},
  ) {
    super(`${code}: ${detail}`)
  }
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Sent as JSON. */
  json?: unknown
  body?: BodyInit
  headers?: Record<string, string>
  /** 2G is slow: a minute before giving up. */
  limitMs?: number
  language?: string
}

const PACK_FROM_BYTES = 700

export async function ask(path: string, how: Ask = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...how.headers }
  if (how.language) headers['Accept-Language'] = how.language
  let body = how.body
  if (how.json !== undefined) {
    headers['Content-Type'] = 'application/json'
    const text = JSON.stringify(how.json)
    body = text
    if (text.length >= PACK_FROM_BYTES && typeof CompressionStream !== 'undefined') {
      body = await pack(text)
      headers['Content-Encoding'] = 'gzip'
    }
  }
  let answer: Response
  try {
    answer = await fetch(path, {
      method: how.method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      ...(body === undefined ? {} : { body }),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(how.limitMs ?? 60_000),
    })
  } catch (fault) {
    const late = fault instanceof DOMException && (fault.name === 'TimeoutError' || fault.name === 'AbortError')
    throw new Trouble(late ? 'timeout' : 'offline', '')
  }
  if (answer.ok) return answer
  throw await troubleOf(answer)
}

export async function askJson<T>(path: string, how: Ask = {}): Promise<T> {
  const answer = await ask(path, how)
  try {
    return (await answer.json()) as T
  } catch (fault) {
    throw fault instanceof DOMException ? new Trouble('timeout', '') : new Trouble('malformed', '')
  }
}

async function troubleOf(answer: Response): Promise<Trouble> {
  const after = Number(answer.headers.get('Retry-After') ?? 0)
  const wait = Number.isFinite(after) ? after * 1000 : 0
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; title?: string }
    return new Trouble(problem.code ?? 'server', problem.detail ?? problem.title ?? '', answer.status, wait, problem)
  }
  return new Trouble('server', '', answer.status, wait)
}

async function pack(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(stream).arrayBuffer()
}
