/** Settles what a digest found to differ: first which buckets, then bucket by bucket what to take and what to remove. */
import { readState, writeStrictly, attempt } from '../store/database'
import { announce } from '../store/watch'
import { bucketOf, EMPTY, toText } from '../sync/digest'
import { DIGEST_BUCKETS, PROTOCOL_VERSION, type Held, type RepairRequest, type RepairResponse } from '../sync/protocol'
import type { Event } from '../sync/replica'
import { Holding } from './holding'
import { replicaNow } from './answer'
import { askJson, Trouble } from './request'

/** Goes on over several repair / mend steps of one round. */
export class Repair {
  private buckets: number[] | null = null
  private answer: RepairResponse = {}

  async ask(): Promise<Event> {
    const bucket = this.buckets?.[0]
    const common = { protocol: PROTOCOL_VERSION, replica: await replicaNow(), cursor: (await readState('cursor')) ?? '' }
    const request: RepairRequest = bucket === undefined ? { ...common, buckets: await bucketTexts() } : { ...common, bucket, held: await heldIn(bucket) }
    this.answer = await askJson<RepairResponse>('/sync/repair', { json: request })
    if (typeof this.answer?.cursor !== 'string') throw new Trouble('malformed', '')
    return 'repair_answered'
  }

  async mend(): Promise<Event> {
    if (this.buckets === null) {
      this.buckets = [...(this.answer.differing ?? [])]
      return this.buckets.length ? 'mended_more' : 'mended_same'
    }
    await writeStrictly(['items', 'state'], async (tx) => {
      const holding = await Holding.open(tx)
      for (const item of this.answer.items ?? []) await holding.put(item)
      for (const gone of this.answer.gone ?? []) await holding.remove(gone)
      await holding.close()
    })
    announce('items', 'state')
    if (!this.answer.more) this.buckets.shift()
    return this.buckets.length ? 'mended_more' : 'mended_same'
  }
}

async function bucketTexts(): Promise<string[]> {
  const digests = (await readState('digests')) ?? []
  return Array.from({ length: DIGEST_BUCKETS }, (_, bucket) => toText(digests[bucket] ?? EMPTY))
}

async function heldIn(bucket: number): Promise<Held[]> {
  const items = await attempt((db) => db.getAll('items'))
  return items.filter((item) => bucketOf(item.kind, item.id) === bucket).map(({ kind, id, revision }) => ({ kind, id, revision }))
}
