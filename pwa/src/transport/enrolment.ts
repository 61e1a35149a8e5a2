/** Turns an invitation's code into this phone's identity. The answer of a first try may be lost on a bad line: key and
 * replica id are kept before asking, so the same phone may ask again with the same code. */
import { openDevice } from '../store/database'
import { readIdentity, saveIdentity } from '../store/identity'
import type { Identity, Session } from '../store/records'
import { base64url } from './receipt'
import { askJson } from './request'

/** Throws Trouble with the server's sentence. */
export async function enrol(code: string, deviceName: string, language: string): Promise<Identity> {
  const begun = await begin()
  const session = await askJson<Session>('/enrol', {
    json: { code, replica: begun.replica, public_key: base64url(await crypto.subtle.exportKey('spki', begun.keys.publicKey)), device_name: deviceName },
    language,
  })
  const identity: Identity = { session, replica: begun.replica, device_name: deviceName, keys: begun.keys, enrolled_at_ms: Date.now() }
  await saveIdentity(identity)
  await (await openDevice()).delete('identity', 'begun')
  return identity
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
