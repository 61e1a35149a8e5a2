/** The smallest store that the core can run on; for tests only. Twin of tests/sync/memory_store.py. */

import { changeHash, type Sha256 } from './canonical'
import type { Change, Outcome, Range } from './protocol'
import { decide } from './push'
import { joinRanges, toRanges } from './ranges'
import { advance, extendChain, gaps, LOST, START } from './receipt'
import type { Actor, Decision, Earlier, Effect, ItemState } from './state'

export class Inbox {
  judged = new Map<number, Earlier>()
  held = new Map<number, Change>()
  heldOutcomes = new Map<number, Earlier>()
  lost: Range[] = []
  quarantined: Change[] = []
  madeUpTo = 0
  upTo = 0
  chain = START
}

export class MemoryStore {
  readonly items = new Map<string, ItemState>()
  readonly inboxes = new Map<string, Inbox>()
  private readonly opened = new Map<string, string>()
  private readonly closed = new Set<string>()

  constructor(
    private readonly form: 'open' | 'closed' | 'unknown',
    private readonly sha256: Sha256,
  ) {}

  async push(actor: Actor, change: Change, atMs: number): Promise<Outcome> {
    const inbox = this.inbox(actor.replica)
    inbox.madeUpTo = Math.max(inbox.madeUpTo, change.sequence)
    const earlier = inbox.judged.get(change.sequence) ?? inbox.heldOutcomes.get(change.sequence) ?? null
    const hash = await changeHash(actor.replica, change, this.sha256)
    const decision = this.decide(actor, inbox, change, hash, atMs, earlier, false)
    this.keep(inbox, change, hash, decision)
    await this.release(actor, inbox, atMs)
    return decision.outcome
  }

  async sayLost(actor: Actor, lost: readonly Range[], atMs: number): Promise<void> {
    const inbox = this.inbox(actor.replica)
    inbox.lost = joinRanges([...inbox.lost, ...lost])
    await this.release(actor, inbox, atMs)
  }

  gaps(replica: string): Range[] {
    const inbox = this.inbox(replica)
    return gaps(inbox.upTo, toRanges(inbox.held.keys()), inbox.madeUpTo, inbox.lost)
  }

  private inbox(replica: string): Inbox {
    const inbox = this.inboxes.get(replica) ?? new Inbox()
    this.inboxes.set(replica, inbox)
    return inbox
  }

  private decide(
    actor: Actor,
    inbox: Inbox,
    change: Change,
    hash: string,
    atMs: number,
    earlier: Earlier | null,
    releasing: boolean,
  ): Decision {
    const key = `${change.kind} ${change.id}`
    const closed = (change.settles ?? []).filter((name) => this.closed.has(name) && this.opened.get(name) === key)
    const snapshot = {
      actor,
      at_ms: atMs,
      received_up_to: inbox.upTo,
      lost: inbox.lost,
      earlier,
      releasing,
      item: this.items.get(key) ?? null,
      closed: new Set(closed),
      form: this.form,
    }
    return decide(snapshot, change, hash)
  }

  private keep(inbox: Inbox, change: Change, hash: string, decision: Decision): void {
    const stored = { hash, outcome: decision.outcome }
    if (decision.decision === 'held') {
      inbox.held.set(change.sequence, change)
      inbox.heldOutcomes.set(change.sequence, stored)
    } else if (decision.decision === 'rejected' && decision.outcome.code === 'identity_reused') {
      inbox.quarantined.push(change)
    } else if (decision.decision !== 'duplicate') {
      inbox.judged.set(change.sequence, stored)
      if (decision.decision !== 'rejected') this.save(change, decision)
    }
  }

  private save(change: Change, effect: Effect): void {
    const key = `${change.kind} ${change.id}`
    this.items.set(key, effect.item)
    for (const conflict of effect.opened) this.opened.set(conflict.id, key)
    for (const name of effect.closed) this.closed.add(name)
  }

  /** Move over what was judged or lost, and judge what was held behind it. */
  private async release(actor: Actor, inbox: Inbox, atMs: number): Promise<void> {
    for (;;) {
      const reached = advance(inbox.upTo, new Set(inbox.judged.keys()), inbox.lost)
      const hashes: string[] = []
      for (let n = inbox.upTo + 1; n <= reached; n++) hashes.push(inbox.judged.get(n)?.hash ?? LOST)
      inbox.chain = await extendChain(inbox.chain, hashes, this.sha256)
      inbox.upTo = reached
      const change = inbox.held.get(reached + 1)
      const earlier = inbox.heldOutcomes.get(reached + 1)
      if (!change || !earlier) return
      inbox.held.delete(reached + 1)
      inbox.heldOutcomes.delete(reached + 1)
      this.keep(inbox, change, earlier.hash, this.decide(actor, inbox, change, earlier.hash, atMs, earlier, true))
    }
  }
}
