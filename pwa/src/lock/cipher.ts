/** AES-256-GCM that needs no waiting (WebCrypto's would end an IndexedDB transaction). A fresh random nonce of 12 bytes
 * stands before each text; one key seals far fewer than 2^32 records in its life. */
import { gcm } from '@noble/ciphers/aes.js'
import type { Cipher } from '../store/sealing'

const NONCE_BYTES = 12

/** `key`: 32 bytes. */
export function cipherOf(key: Uint8Array): Cipher {
  const at = (nonce: Uint8Array, place: string): ReturnType<typeof gcm> => gcm(key, nonce, new TextEncoder().encode(place))
  return {
    seal(plain, place) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
      const text = at(nonce, place).encrypt(plain)
      const sealed = new Uint8Array(NONCE_BYTES + text.length)
      sealed.set(nonce)
      sealed.set(text, NONCE_BYTES)
      return sealed
    },
    open: (sealed, place) => new Uint8Array(at(sealed.subarray(0, NONCE_BYTES), place).decrypt(sealed.subarray(NONCE_BYTES))),
  }
}
