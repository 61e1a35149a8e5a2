/** Turns an invitation's code into this phone's identity. The answer of a first try may be lost on a bad line: key and
 * replica id are kept before asking, so the same phone may ask again with the same code. */
import { getState, nameOf, openDevice, putState, writeStrictly } from '../store/database'
import { readIdentity, saveIdentity } from '../store/identity'
import type { Identity, Session } from '../store/records'
import { PROTOCOL_VERSION } from '../sync/protocol'
import { base64url } from './receipt'
import { askJson } from './request'

/** Throws Trouble with the server's sentence. */
export async function enrol(code: string, deviceName: string, language: string): Promise<Identity> {
  const begun = await begin()
  const session = await askJson<Session>('/enrol', {
    json: { code, replica: begun.replica, public_key: base64url(await crypto.subtle.exportKey('spki', begun.keys.publicKey)), device_name: deviceName },
    language,
  })
  const before = await readIdentity()
  const renewed = before?.session.person === session.person && before.session.project === session.project ? before : null
  const identity: Identity = { session, replica: begun.replica, device_name: deviceName, keys: begun.keys, enrolled_at_ms: Date.now() }
  if (renewed) {
    identity.database = renewed.database ?? nameOf(session.project, renewed.replica)
    await carryOver(begun.replica)
  }
  await saveIdentity(identity)
  await (await openDevice()).delete('identity', 'begun')
  return identity
}

/** The same person on the same phone, whose session had ended: what was not judged goes on under the new replica. */
async function carryOver(fresh: string): Promise<void> {
  const { split } = await import('./answer')
  await split({ protocol: PROTOCOL_VERSION, epoch: '' }, { check: null, forged: false }, fresh)
  await writeStrictly(['state'], async (tx) => {
    await putState(tx, 'cursor', '')
    const status = await getState(tx, 'status')
    if (status) await putState(tx, 'status', { ...status, state: 'idle', failures: 0, problem: null, next_try_at_ms: 0 })
  })
}

interface Begun {
  replica: string
  keys: CryptoKeyPair
}

async function begin(): Promise<Begun> {
  const db = await openDevice()
  const standing = (await db.get('identity', 'begun')) as Begun | undefined
  const current = await readIdentity()
  if (standing && standing.replica !== current?.replica) return standing
  const begun = {
    replica: crypto.randomUUID().replaceAll('-', '').slice(0, 20),
    keys: await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']),
  }
  await db.put('identity', begun as unknown as Identity, 'begun')
  return begun
}
