/** Writing pulled items: each write moves the digest of its bucket in the same transaction, so the phone always knows the
 * digest of what it holds without reading 10,000 items. */
import { getState, putState, type WriteTransaction } from '../store/database'
import { add, bucketOf, EMPTY, hashHeld, subtract, total, type Digest } from '../sync/digest'
import { DIGEST_BUCKETS, type Gone, type Item, type ItemKind } from '../sync/protocol'
import { mayLeave } from '../sync/pull'

/** Kinds that a person sees; whoever shows items is told when any came or went. */
export class Holding {
  private constructor(
    private readonly tx: WriteTransaction,
    readonly digests: Digest[],
  ) {}

  static async open(tx: WriteTransaction): Promise<Holding> {
    return new Holding(tx, (await getState(tx, 'digests')) ?? Array.from({ length: DIGEST_BUCKETS }, () => EMPTY))
  }

  async put(item: Item): Promise<void> {
    await this.leave(item.kind, item.id)
    await this.tx.objectStore('items').put(item)
    this.move(item, add)
  }

  async remove(gone: Gone): Promise<void> {
    if (await this.leave(gone.kind, gone.id)) await this.tx.objectStore('items').delete([gone.kind, gone.id])
  }

  /** Items over the phone's budget: closed ones at or below the floor go. */
  async lower(floor: number): Promise<void> {
    const before = (await getState(this.tx, 'floor')) ?? 0
    if (!floor || floor === before) return
    for (const item of await this.tx.objectStore('items').getAll()) {
      if (item.position <= floor && mayLeave(item.kind, item.fields?.['state'] ?? '', item.conflicts?.length ?? 0)) await this.remove(item)
    }
    await putState(this.tx, 'floor', floor)
  }

  async forget(): Promise<void> {
    await this.tx.objectStore('items').clear()
    this.digests.fill(EMPTY)
  }

  async close(): Promise<Digest> {
    await putState(this.tx, 'digests', this.digests)
    return total(this.digests)
  }

  private async leave(kind: ItemKind, id: string): Promise<boolean> {
    const standing = await this.tx.objectStore('items').get([kind, id])
    if (standing) this.move(standing, subtract)
    return standing !== undefined
  }

  private move(item: Item, how: typeof add): void {
    const bucket = bucketOf(item.kind, item.id)
    this.digests[bucket] = how(this.digests[bucket] ?? EMPTY, hashHeld(item))
  }
}
