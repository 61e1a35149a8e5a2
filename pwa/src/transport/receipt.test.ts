import { expect, test } from 'vitest'
import type { Receipt } from '../sync/protocol'
import { base64url, isGenuine, signedText, unbase64url } from './receipt'

const RECEIPT: Receipt = { epoch: 'e', replica: 'r', up_to: 3, chain: 'ab', at_ms: 5 }

async function signed(receipt: Receipt): Promise<{ receipt: Receipt; key: JsonWebKey }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new TextEncoder().encode(signedText(receipt)))
  return { receipt: { ...receipt, signature: base64url(signature) }, key: await crypto.subtle.exportKey('jwk', pair.publicKey) }
}

test('the signature covers every other member, in canonical order', async () => {
  expect(signedText({ ...RECEIPT, signature: 'x' })).toBe('{"at_ms":5,"chain":"ab","epoch":"e","replica":"r","up_to":3}')
  const { receipt, key } = await signed(RECEIPT)
  expect(await isGenuine(receipt, key)).toBe(true)
  expect(await isGenuine({ ...receipt, up_to: 4 }, key)).toBe(false)
})

test('another key, no signature and rubbish are not genuine', async () => {
  const [{ receipt }, { key }] = await Promise.all([signed(RECEIPT), signed(RECEIPT)])
  expect(await isGenuine(receipt, key)).toBe(false)
  expect(await isGenuine(RECEIPT, key)).toBe(false)
  expect(await isGenuine({ ...receipt, signature: '!' }, key)).toBe(false)
})

test('base64url goes both ways', () => {
  const bytes = new Uint8Array([0, 251, 255, 62])
  expect(unbase64url(base64url(bytes))).toEqual(bytes)
})
