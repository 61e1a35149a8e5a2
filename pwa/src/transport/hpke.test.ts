import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sealTo } from './hpke'
import { base64url } from './receipt'

interface Vector {
  receiver_point: string
  ephemeral: JsonWebKey
  info: string
  plain: string
  sealed: string
}

const path = fileURLToPath(new URL('../../../tests/http/hpke_vector.json', import.meta.url))
const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector
const curve = { name: 'ECDH', namedCurve: 'P-256' }

async function ephemeral(): Promise<CryptoKeyPair> {
  const { d: _secret, ...open } = vector.ephemeral
  return {
    privateKey: await crypto.subtle.importKey('jwk', vector.ephemeral, curve, true, ['deriveBits']),
    publicKey: await crypto.subtle.importKey('jwk', open, curve, true, []),
  }
}

describe('sealing to the project', () => {
  it('gives the very bytes that the server opens', async () => {
    const sealed = await sealTo(vector.receiver_point, vector.info, new TextEncoder().encode(vector.plain), await ephemeral())
    expect(base64url(sealed)).toBe(vector.sealed)
  })

  it('never gives the same bytes twice', async () => {
    const plain = new TextEncoder().encode(vector.plain)
    const [one, other] = [await sealTo(vector.receiver_point, vector.info, plain), await sealTo(vector.receiver_point, vector.info, plain)]
    expect(base64url(one)).not.toBe(base64url(other))
    expect(one.length).toBe(65 + plain.length + 16)
  })
})
