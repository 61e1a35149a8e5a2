/** HPKE (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. Seals to the project's
 * key; opening is the server's (server/exchange/parcel.py), and both are held equal by tests/http/hpke_vector.json. */
import { unbase64url } from './receipt'

const KEM_ID = 0x0010
const KDF_ID = 0x0001
const AEAD_ID = 0x0001
const KEY_BYTES = 16
const NONCE_BYTES = 12
const CURVE = { name: 'ECDH', namedCurve: 'P-256' }

type Bytes = Uint8Array<ArrayBuffer>

const kemSuite = join(text('KEM'), number16(KEM_ID))
const suite = join(text('HPKE'), number16(KEM_ID), number16(KDF_ID), number16(AEAD_ID))

/** enc (65 bytes) and ciphertext in one. `point`: the receiver's uncompressed P-256 point, base64url. `ephemeral` is drawn
 * anew for every message; only a test gives its own. */
export async function sealTo(point: string, info: string, plain: Bytes, ephemeral?: CryptoKeyPair): Promise<Bytes> {
  const receiver = unbase64url(point)
  const pair = ephemeral ?? (await crypto.subtle.generateKey(CURVE, false, ['deriveBits']))
  const publicKey = await crypto.subtle.importKey('raw', receiver, CURVE, false, [])
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, pair.privateKey, 256))
  const enc = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const secret = await extractAndExpand(shared, join(enc, receiver))
  const { key, nonce } = await schedule(secret, text(info))
  const cipher = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']), plain)
  return join(enc, new Uint8Array(cipher))
}

/** RFC 9180, 4.1. */
async function extractAndExpand(shared: Bytes, context: Bytes): Promise<Bytes> {
  const extracted = await labeledExtract(kemSuite, new Uint8Array(0), 'eae_prk', shared)
  return labeledExpand(kemSuite, extracted, 'shared_secret', context, 32)
}

/** RFC 9180, 5.1, mode 0: no pre-shared key. */
async function schedule(secret: Bytes, info: Bytes): Promise<{ key: Bytes; nonce: Bytes }> {
  const nothing = new Uint8Array(0)
  const pskId = await labeledExtract(suite, nothing, 'psk_id_hash', nothing)
  const infoHash = await labeledExtract(suite, nothing, 'info_hash', info)
  const context = join(new Uint8Array([0]), pskId, infoHash)
  const extracted = await labeledExtract(suite, secret, 'secret', nothing)
  return {
    key: await labeledExpand(suite, extracted, 'key', context, KEY_BYTES),
    nonce: await labeledExpand(suite, extracted, 'base_nonce', context, NONCE_BYTES),
  }
}

async function labeledExtract(suiteId: Bytes, salt: Bytes, label: string, content: Bytes): Promise<Bytes> {
  return hmac(salt, join(text('HPKE-v1'), suiteId, text(label), content))
}

/** At most 32 bytes: one block of HKDF-Expand. */
async function labeledExpand(suiteId: Bytes, extracted: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> {
  const labeled = join(number16(length), text('HPKE-v1'), suiteId, text(label), info)
  return (await hmac(extracted, join(labeled, new Uint8Array([1])))).slice(0, length)
}

async function hmac(key: Bytes, content: Bytes): Promise<Bytes> {
  const padded = key.length ? key : new Uint8Array(32)
  const imported = await crypto.subtle.importKey('raw', padded, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, content))
}

function text(value: string): Bytes {
  return new TextEncoder().encode(value)
}

function number16(value: number): Bytes {
  return new Uint8Array([value >> 8, value & 255])
}

function join(...parts: Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
