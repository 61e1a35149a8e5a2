/** What a vector may call, how its JSON becomes arguments and its result JSON again; for tests only.
 *
 * Twin of tests/sync/vector_calls.py.
 */

import { missingAttachments } from './attachments'
import { nextTryMs } from './backoff'
import { canonical, changeHash, receiptBytes, type Sha256 } from './canonical'
import { packParcel, refuseParcel } from './courier'
import { bucketOf, fromText, hashHeld, hashItem, subtract, toText, total } from './digest'
import * as journal from './journal'
import { MemoryStore } from './memory_store'
import { isQuiet } from './merge'
import type { Change, Item, ItemKind } from './protocol'
import * as pull from './pull'
import { fault, missingBefore } from './push'
import { joinRanges, without } from './ranges'
import { advance, checkReceipt, extendChain, gaps } from './receipt'
import { instancesAround } from './repeats'
import { FRESH, step, type Effect, type Event, type Replica } from './replica'
import type { Actor } from './state'

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   a vector is JSON of any shape */
type Json = any
type Call = (when: Json, sha256: Sha256) => Json

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function entries(when: Json): journal.Entry[] {
  return when.entries.map((entry: Json) => ({ replica: 'P', state: 'unsent', outcome: null, stale: false, ...entry }))
}

function entriesOut(found: journal.Entry[]): Json {
  return {
    entries: found.map((entry) => ({
      replica: entry.replica,
      sequence: entry.change.sequence,
      state: entry.state,
      stale: entry.stale,
      base: entry.change.base,
      result: entry.outcome?.result,
    })),
  }
}

function actors(given: Json): Map<string, Actor> {
  return new Map(
    Object.entries<Json>(given.actors ?? {}).map(([name, facts]) => [
      name,
      {
        replica: name,
        person: name.toLowerCase(),
        name,
        role: 'collaborator',
        device: '',
        server: false,
        ...facts,
        areas: new Set(facts.areas ?? ['c1']),
      },
    ]),
  )
}

/** Push changes one by one; what the items, outcomes and conflicts came to. */
export async function pushAll(vector: Json, sha256: Sha256): Promise<Json> {
  const given = vector.given ?? {}
  const store = new MemoryStore(given.form ?? 'open', sha256)
  const people = actors(given)
  const actor = (name: string): Actor => people.get(name)!
  for (const pushed of given.pushed ?? []) await store.push(actor(pushed.by), pushed.change, pushed.at_ms ?? 0)
  const outcomes = []
  for (const push of vector.when.pushes) {
    if (push.lost) await store.sayLost(actor(push.by), push.lost, push.at_ms ?? 0)
    else outcomes.push(await store.push(actor(push.by), push.change, push.at_ms ?? 0))
  }
  const items: Json = {}
  for (const [key, state] of store.items) {
    const { revision, author, fields, deleted, conflicts, stamps } = state
    const { fields: stamped, writes, holders } = stamps
    items[key] = { revision, author, fields, deleted, conflicts, stamps: stamped, writes, holders }
  }
  const inboxes: Json = {}
  for (const [name, inbox] of store.inboxes) {
    const held = [...inbox.held.keys()].sort((left, right) => left - right)
    const quarantined = inbox.quarantined.map((change) => change.sequence)
    inboxes[name] = { up_to: inbox.upTo, chain: inbox.chain, gaps: store.gaps(name), held, quarantined }
  }
  return { outcomes, items, inboxes }
}

function stepAll(when: Json): Json {
  let phone: Replica = { ...FRESH, ...when.replica }
  const trace = when.events.map((event: Event | [Event, number]) => {
    const [name, sent] = Array.isArray(event) ? event : [event, 0]
    let effects: readonly Effect[]
    ;[phone, effects] = step(phone, name, sent)
    return [phone.state, ...effects]
  })
  return { trace, failures: phone.failures, batch: phone.batch }
}

function spell(when: Json): Json {
  try {
    return { text: text(canonical(when.value)) }
  } catch {
    return { error: true }
  }
}

export const CALLS: Readonly<Record<string, Call>> = {
  canonical: spell,
  change_hash: async (w, sha256) => ({ hash: await changeHash(w.replica, w.change, sha256) }),
  receipt_bytes: (w) => ({ text: text(receiptBytes(w.receipt)) }),
  hash_item: (w) => ({ digest: toText(hashItem(w.kind, w.id, w.revision, w.deleted ?? false, w.conflicts ?? [])) }),
  total: (w) => ({ digest: toText(total(w.items.map(hashHeld))) }),
  take_away: (w) => ({ digest: toText(subtract(total(w.items.map(hashHeld)), hashHeld(w.item))) }),
  from_text: (w) => {
    const digest = fromText(w.text)
    return { digest: digest && toText(digest) }
  },
  bucket_of: (w) => ({ buckets: w.items.map(([kind, id]: [ItemKind, string]) => bucketOf(kind, id)) }),
  is_quiet: (w) => ({ quiet: w.names.filter(isQuiet) }),
  instances_around: (w) => ({ around: instancesAround(w.name) }),
  fault: (w) => ({ code: fault(w.change) }),
  missing_before: (w) => ({ missing: missingBefore(w.sequence, w.received_up_to, w.lost) }),
  join_ranges: (w) => ({ ranges: joinRanges(w.ranges) }),
  without: (w) => ({ ranges: without(w.first, w.last, w.taken) }),
  extend_chain: async (w, sha256) => ({ chain: await extendChain(w.chain, w.hashes, sha256) }),
  check_receipt: async (w, sha256) => {
    const hashes = new Map(Object.entries<string>(w.hashes).map(([sequence, link]) => [Number(sequence), link]))
    return { check: await checkReceipt(w.anchor, w.receipt, hashes, w.lost ?? [], sha256) }
  },
  gaps: (w) => ({ gaps: gaps(w.received_up_to, w.received, w.made_up_to, w.lost ?? []) }),
  advance: (w) => ({ up_to: advance(w.received_up_to, new Set(w.judged), w.lost) }),
  pack_cursor: (w) => ({ text: pull.packCursor(w.cursor) }),
  unpack_cursor: (w) => ({ cursor: pull.unpackCursor(w.text) }),
  scope_hash: async (w, sha256) => ({ hash: await pull.scopeHash(w.person, w.role, w.areas, sha256) }),
  begin: (w) => {
    const cursor = typeof w.cursor === 'string' ? w.cursor : pull.packCursor(w.cursor)
    return pull.begin(cursor, w.epoch, w.scope, w.head, w.horizon)
  },
  is_understood: (w) => ({ understood: pull.isUnderstood(w.answer) }),
  page_budget: (w) => ({ bytes: pull.pageBudget(w.asked) }),
  cut_page: (w) => ({ items: pull.cutPage(w.sizes, w.budget) }),
  next_position: (w) => ({ position: pull.nextPosition(w.after, w.sent, w.more, w.head) }),
  may_leave: (w) => ({ leave: pull.mayLeave(w.kind, w.state, w.open_conflicts) }),
  choose_floor: (w) => ({ floor: pull.chooseFloor(w.held, w.leaving, w.budget) }),
  next_try_ms: (w) => ({ wait: nextTryMs(w.failures, w.random, w.retry_after_ms ?? 0) }),
  step: stepAll,
  make_change: (w) => ({
    change: journal.makeChange(w.made_up_to, w.held ?? null, {
      intent: w.intent,
      kind: w.kind,
      itemId: w.id,
      fields: w.fields,
      settles: w.settles ?? [],
    }),
  }),
  next_batch: (w) => ({
    sequences: journal.nextBatch(entries(w), w.replica, w.most, w.most_bytes).map((change) => change.sequence),
  }),
  is_more_to_send: (w) => ({ more: journal.isMoreToSend(entries(w), w.replica, w.outcomes) }),
  take_outcomes: (w) => entriesOut(journal.takeOutcomes(entries(w), w.replica, w.outcomes)),
  take_receipt: (w) => entriesOut(journal.takeReceipt(entries(w), w.replica, w.up_to)),
  lost_ranges: (w) => ({ lost: journal.lostRanges(entries(w), w.replica, w.missing, w.made_up_to) }),
  park: (w) => entriesOut(journal.park(entries(w), w.replica, w.sequence)),
  is_forked: (w) => ({ forked: journal.isForked(w.received_up_to, w.made_up_to, w.outcomes, w.receipt_check) }),
  split_replica: (w) => entriesOut(journal.splitReplica(entries(w), w.replica, w.fresh)),
  adopt_epoch: (w) => entriesOut(journal.adoptEpoch(entries(w), w.replica, w.missing)),
  find_bases: (w) => {
    const held: readonly Item[] = w.items
    return entriesOut(
      journal.findBases(entries(w), (kind, id) => held.find((item) => item.kind === kind && item.id === id)),
    )
  },
  remake: (w) => ({ change: journal.remake(entries(w)[0]!, w.made_up_to, w.held ?? null) }),
  view: (w) => ({ item: journal.view(w.item, entries(w)) }),
  contested: (w) => ({ fields: journal.contested(w.item, entries(w)[0]!) }),
  pack_parcel: (w) => ({
    sequences: (packParcel(entries(w), w.replica, w.epoch, w.made_up_to).changes ?? []).map(
      (change: Change) => change.sequence,
    ),
  }),
  refuse_parcel: (w) => ({ code: refuseParcel(w.contents, w.replica, w.epoch) }),
  missing_attachments: (w) => ({ missing: missingAttachments(w.fields, new Set(w.stored)) }),
}
