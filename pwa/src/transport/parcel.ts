/** A parcel: this phone's unsent changes as a sealed file that a colleague's phone delivers (sync/protocol.ts: Parcel,
 * SignedContents). The courier can neither read nor alter it; nothing here counts as sent before a receipt comes home. */
import { readState } from '../store/database'
import { readIdentity } from '../store/identity'
import { readChanges } from '../store/outbox'
import type { Identity, KeptChange } from '../store/records'
import { packParcel } from '../sync/courier'
import { canonical } from '../sync/canonical'
import type { Parcel, ParcelAnswer, ParcelContents, SignedContents } from '../sync/protocol'
import { sealTo } from './hpke'
import { base64url } from './receipt'
import { askJson } from './request'

const LABEL = 'lang-nghe parcel 1'
export const PARCEL_SUFFIX = '.langnghe'

/** The file to share; null when nothing is unsent or this phone has no key to seal to. */
export async function makeParcel(): Promise<File | null> {
  const made = await sealUnsent()
  return made && new File([made.parcel], `${made.replica}-${made.up_to}${PARCEL_SUFFIX}`, { type: 'application/octet-stream' })
}

export interface Made {
  replica: string
  /** Body of POST /courier. */
  parcel: string
  up_to: number
  changes: number
}

/** Everything unsent, or the unsent among `some`, as one parcel. */
export async function sealUnsent(some?: readonly KeptChange[]): Promise<Made | null> {
  const identity = await readIdentity()
  const point = identity?.session.seal_key
  if (!identity || typeof point !== 'string') return null
  const replica = (await readState('replica')) ?? identity.replica
  const contents = packParcel(some ?? (await readChanges()), replica, (await readState('epoch')) ?? identity.session.epoch, (await readState('sequence')) ?? 0)
  if (!contents.changes?.length) return null
  const parcel = await closeParcel(contents, identity, point)
  return { replica, parcel: JSON.stringify(parcel), up_to: contents.made_up_to, changes: contents.changes.length }
}

export async function closeParcel(contents: ParcelContents, identity: Pick<Identity, 'session' | 'keys'>, point: string): Promise<Parcel> {
  const { project, device } = identity.session
  const text = new TextDecoder().decode(canonical(contents))
  const outside = `${LABEL}|${project}|${contents.replica}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, identity.keys.privateKey, new TextEncoder().encode(`${outside}|${device}|${text}`))
  const signed: SignedContents = { device, contents: text, signature: base64url(signature) }
  const sealed = await sealTo(point, outside, await gzip(JSON.stringify(signed)))
  return { project, replica: contents.replica, sealed: base64url(sealed) }
}

/** Hands somebody's parcel to the server as it is. Throws Trouble. */
export async function deliverParcel(file: Blob, language?: string): Promise<ParcelAnswer> {
  return askJson<ParcelAnswer>('/courier', {
    body: await file.arrayBuffer(),
    headers: { 'Content-Type': 'application/json' },
    ...(language ? { language } : {}),
  })
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
