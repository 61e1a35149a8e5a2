/** Colleagues' sealed parcels on this phone until they are delivered, and the receipts to be handed back to their authors.
 * A parcel may be taken without a signal; it is delivered with the next sync that works, and never read. */
import { openDevice, putState, readState, writeStrictly } from '../store/database'
import { readIdentity } from '../store/identity'
import { announce } from '../store/watch'
import { PROTOCOL_VERSION, type Receipt } from '../sync/protocol'
import { judgeReceipt, replicaNow } from './answer'
import { deliverParcel, PARCEL_SUFFIX } from './parcel'
import { Trouble } from './request'

const PARCELS = 'shared'
const RECEIPTS = 'receipts'
/** A sync that worked so lately means a way to the server. */
const FRESH_MS = 60_000

export interface SharedFile {
  name: string
  bytes: Blob
  at_ms: number
  /** Why the server did not take it; it stays here until the person lets it go. */
  problem?: string
}

/** A receipt that the server gave for a colleague's parcel. */
export interface HomeReceipt {
  name: string
  receipt: Receipt
  at_ms: number
}

/** What a file that a person chose turned out to be. */
export type Taken = 'parcel' | 'receipt' | 'receipt_other' | 'unknown'

const read = async <T>(key: string): Promise<T[]> => ((await (await openDevice()).get('settings', key)) as unknown as T[] | undefined) ?? []

async function write(key: string, content: unknown[]): Promise<void> {
  await (await openDevice()).put('settings', content as never, key)
  announce('settings')
}

export const readShared = (): Promise<SharedFile[]> => read<SharedFile>(PARCELS)
export const readReceipts = (): Promise<HomeReceipt[]> => read<HomeReceipt>(RECEIPTS)

/** Answers the share sheet's POST, in the worker. */
export async function keepShared(request: Request): Promise<Response> {
  const files = (await request.formData()).getAll('courier').filter((one): one is File => one instanceof File)
  for (const file of files) await takeFile(file)
  return Response.redirect('/#/courier', 303)
}

export async function takeFile(file: File): Promise<Taken> {
  const content = (await file.text().then(JSON.parse).catch(() => null)) as { sealed?: unknown; receipt?: Receipt } | null
  if (content?.receipt) return takeHome(content.receipt)
  if (typeof content?.sealed !== 'string') return 'unknown'
  const standing = (await readShared()).filter((one) => one.name !== file.name)
  await write(PARCELS, [...standing, { name: file.name, bytes: new Blob([await file.arrayBuffer()]), at_ms: Date.now() }])
  return 'parcel'
}

/** The receipt of this phone's own parcel. Its changes stay in the outbox until the phone itself hears their outcomes
 * (RCPT-2); but the person may know that the server has them. */
async function takeHome(receipt: Receipt): Promise<Taken> {
  if (!(await readIdentity()) || receipt.replica !== (await replicaNow())) return 'receipt_other'
  const { check } = await judgeReceipt({ protocol: PROTOCOL_VERSION, epoch: receipt.epoch, receipt })
  if (check === null || check === 'broken' || receipt.epoch !== ((await readState('epoch')) ?? receipt.epoch)) return 'receipt_other'
  await writeStrictly(['state'], (tx) => putState(tx, 'carried', { replica: receipt.replica, epoch: receipt.epoch, up_to: receipt.up_to, at_ms: Date.now() }))
  announce('state', 'changes')
  return 'receipt'
}

/** Brings every kept parcel to the server. Throws Trouble when there is no way to it; what is left is kept. */
export async function deliverKept(language?: string): Promise<number> {
  let delivered = 0
  for (const file of await readShared()) {
    if (file.problem) continue
    const answer = await deliverParcel(file.bytes, language).catch((fault: unknown) => {
      if (fault instanceof Trouble && fault.status >= 400 && fault.status < 500 && ![401, 408, 429].includes(fault.status)) return { replica: '', code: fault.code }
      throw fault
    })
    const left = (await readShared()).filter((one) => one.name !== file.name)
    if (answer.code || !('receipt' in answer) || !answer.receipt) await write(PARCELS, [...left, { ...file, problem: answer.code || 'server' }])
    else {
      delivered++
      const { receipt } = answer
      const others = (await readReceipts()).filter((one) => one.receipt.replica !== receipt.replica)
      await write(RECEIPTS, [...others, { name: file.name, receipt, at_ms: Date.now() }])
      await write(PARCELS, left)
    }
  }
  return delivered
}

export const forgetShared = async (name: string): Promise<void> => write(PARCELS, (await readShared()).filter((one) => one.name !== name))
export const forgetReceipt = async (replica: string): Promise<void> => write(RECEIPTS, (await readReceipts()).filter((one) => one.receipt.replica !== replica))

/** The file that the courier hands back. */
export const receiptFile = ({ receipt }: HomeReceipt): File =>
  new File([JSON.stringify({ receipt })], `bien-nhan-${receipt.replica}-${receipt.up_to}${PARCEL_SUFFIX}`, { type: 'application/octet-stream' })

/** With a sync that worked, quietly; the screen tells what is left. */
export async function deliverQuietly(): Promise<void> {
  if (!(await readIdentity()) || (await readShared()).every((one) => one.problem)) return
  const status = await readState('status')
  if (status?.state !== 'idle' || Date.now() - status.succeeded_at_ms > FRESH_MS) return
  await navigator.locks.request('langnghe-courier', () => deliverKept()).catch((fault: unknown) => console.warn('courier', fault))
}
