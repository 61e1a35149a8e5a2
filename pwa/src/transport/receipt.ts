/** Checks the server's signature on a receipt: ECDSA P-256/SHA-256 (r||s) over the canonical JSON of the other members.
 * A receipt that does not verify is treated as if none had come: nothing on the phone is let go. */
import { receiptBytes } from '../sync/canonical'
import type { Receipt } from '../sync/protocol'

const keys = new Map<string, Promise<CryptoKey>>()

export const signedText = (receipt: Receipt): string => new TextDecoder().decode(receiptBytes(receipt))

export async function isGenuine(receipt: Receipt, jwk: JsonWebKey): Promise<boolean> {
  try {
    const name = `${jwk.x}.${jwk.y}`
    const standing = keys.get(name) ?? crypto.subtle.importKey('jwk', { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } as JsonWebKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
    keys.set(name, standing)
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, await standing, unbase64url(receipt.signature ?? ''), receiptBytes(receipt) as Uint8Array<ArrayBuffer>)
  } catch {
    return false
  }
}

export function unbase64url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  let plain = ''
  for (const byte of new Uint8Array(bytes)) plain += String.fromCharCode(byte)
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
