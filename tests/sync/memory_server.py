"""POST /sync and POST /sync/repair over the memory store: what the wire promises, in one page. Times are arguments."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from sync.canonical import receipt_bytes
from sync.digest import EMPTY, add, bucket_of, hash_held, to_text, total
from sync.protocol import (
    DIGEST_BUCKETS,
    Gone,
    Item,
    ItemKind,
    Receipt,
    RepairRequest,
    RepairResponse,
    SyncRequest,
    SyncResponse,
)
from sync.pull import Cursor, begin, choose_floor, may_leave, next_position, pack_cursor, scope_hash
from sync.state import Actor
from tests.sync.memory_store import MemoryStore

PAGE_ITEMS = 3


def sign(receipt: Receipt) -> Receipt:
    """A stand-in for ECDSA: what matters here is that the phone checks."""
    return replace(receipt, signature=hashlib.sha256(b"server's key" + receipt_bytes(receipt)).hexdigest())


def is_signed(receipt: Receipt) -> bool:
    return sign(replace(receipt, signature="")) == receipt


def may_read(actor: Actor, item: Item) -> bool:
    if item.kind in ("form", "area") or actor.role in ("staff", "administrator") or item.author == actor.person:
        return True
    leads = item.kind not in ("submission", "delivery") or actor.role == "coordinator"
    return leads and item.fields.get("area") in actor.areas


@dataclass
class MemoryServer:
    store: MemoryStore = field(default_factory=MemoryStore)
    budget: int = 10_000
    horizon: int = 0

    def sync(self, actor: Actor, asked: SyncRequest, now_ms: int) -> SyncResponse:
        store, inbox = self.store, self.store.inbox(asked.replica)
        if asked.epoch and asked.epoch != store.epoch:
            inbox.made_up_to = max(inbox.made_up_to, asked.made_up_to)
            gaps = store.gaps(asked.replica)
            return SyncResponse(protocol=1, epoch=store.epoch, received_up_to=inbox.up_to, gaps=gaps)
        inbox.made_up_to = max(inbox.made_up_to, asked.made_up_to)
        speaker = replace(actor, replica=asked.replica)
        store.say_lost(speaker, asked.lost, now_ms)
        outcomes = [store.push(speaker, change, now_ms) for change in asked.changes]
        receipt = sign(store.receipt(asked.replica, now_ms)) if inbox.up_to > asked.receipt_up_to else None
        scope = scope_hash(actor.person, actor.role, actor.areas)
        start = begin(asked.cursor, store.epoch, scope, store.head, self.horizon)
        items, gone, last, more = store.page(start.after, PAGE_ITEMS)
        meant, floor = self._meant(actor)
        position = next_position(start.after, [last], more, store.head)
        return SyncResponse(
            protocol=1,
            epoch=store.epoch,
            outcomes=outcomes,
            receipt=receipt,
            received_up_to=inbox.up_to,
            gaps=store.gaps(asked.replica),
            items=[item for item in items if may_read(actor, item) and (item.kind, item.id) in meant],
            gone=gone,
            cursor=pack_cursor(Cursor(store.epoch, scope, position)),
            more=more,
            floor=floor,
            digest="" if more else to_text(total(map(hash_held, meant.values()))),
            server_at_ms=now_ms,
        )

    def repair(self, actor: Actor, asked: RepairRequest) -> RepairResponse:
        meant, _ = self._meant(actor)
        scope = scope_hash(actor.person, actor.role, actor.areas)
        cursor = pack_cursor(Cursor(self.store.epoch, scope, self.store.head))
        if asked.bucket < 0:
            sums = bucket_sums(meant)
            differing = [number for number, text in enumerate(sums) if text != asked.buckets[number]]
            return RepairResponse(differing=differing, cursor=cursor)
        held = {(one.kind, one.id): one.revision for one in asked.held}
        inside = {key: item for key, item in meant.items() if bucket_of(*key) == asked.bucket}
        items = [item for key, item in inside.items() if held.get(key) != item.revision]
        gone = [Gone(kind=kind, id=name) for kind, name in held if (kind, name) not in inside]
        return RepairResponse(items=items, gone=gone, cursor=cursor)

    def meant_for(self, actor: Actor) -> list[Item]:
        """Everything a phone of this actor should hold now."""
        return list(self._meant(actor)[0].values())

    def _meant(self, actor: Actor) -> tuple[dict[tuple[ItemKind, str], Item], int]:
        readable = {key: item for key in self.store.items if (item := self.store.item(key)) and may_read(actor, item)}
        leaving = sorted(item.position for item in readable.values() if leaves(item))
        floor = choose_floor(len(readable), leaving, self.budget)
        return {key: item for key, item in readable.items() if not (leaves(item) and item.position <= floor)}, floor


def leaves(item: Item) -> bool:
    return may_leave(item.kind, item.fields.get("state", ""), len(item.conflicts))


def bucket_sums(items: dict[tuple[ItemKind, str], Item]) -> list[str]:
    sums = [EMPTY] * DIGEST_BUCKETS
    for key, item in items.items():
        sums[bucket_of(*key)] = add(sums[bucket_of(*key)], hash_held(item))
    return [to_text(one) for one in sums]


Send = Callable[[SyncRequest], SyncResponse]
Repair = Callable[[RepairRequest], RepairResponse]
