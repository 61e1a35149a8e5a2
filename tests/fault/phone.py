"""One simulated phone: what rests on it, the table of sync/replica.py, the journal; no clock, network or randomness.

Quicker than tests/sync/phone.py (digests are kept as running sums, hashes are computed once), so that 10,000 of them
live in one process. A method that saves does so at once, as one strict transaction would.
"""

from collections.abc import Callable

from msgspec import structs

from sync.canonical import change_hash
from sync.digest import EMPTY, Digest, add, bucket_of, hash_held, subtract, to_text, total
from sync.journal import (
    Entry,
    adopt_epoch,
    created_items,
    find_bases,
    is_forked,
    lost_ranges,
    make_change,
    next_batch,
    split_replica,
    take_outcomes,
    take_receipt,
)
from sync.protocol import (
    DIGEST_BUCKETS,
    Gone,
    Held,
    Intent,
    Item,
    ItemKind,
    RepairRequest,
    RepairResponse,
    SyncRequest,
    SyncResponse,
    Value,
)
from sync.pull import may_leave
from sync.ranges import Range, join_ranges
from sync.receipt import Anchor, check_receipt
from sync.replica import Effect, Event, Replica, step

Key = tuple[ItemKind, str]
Identity = tuple[str, int]
MOST_BYTES = 256 * 1024


class SimPhone:
    """`verify(receipt)` says whether the server signed it."""

    def __init__(self, device: str, person: str, verify: Callable[..., bool]) -> None:
        self.device, self.person, self.verify = device, person, verify
        self.label = device
        """How it names its replicas: a phone restored from another one's copy draws other names."""
        self.replica_id = f"{device}.0"
        self.made_up_to = 0
        self.entries: list[Entry] = []
        self.hashes: dict[Identity, str] = {}
        self.items: dict[Key, Item] = {}
        self.sums: list[Digest] = [EMPTY] * DIGEST_BUCKETS
        self.disputed: set[Key] = set()
        self.cursor = self.epoch = ""
        self.anchor = Anchor()
        self.gaps: list[Range] = []
        self.lost: list[Range] = []
        self.floor = 0
        self.splits = self.repairs = 0
        self.receipted: dict[Identity, str] = {}
        """Ledger beside the phone: what a verified receipt covered (I1)."""
        self.start()

    def start(self) -> None:
        """A fresh process over what rests."""
        self.machine = Replica()
        self.answer: SyncResponse | None = None
        self.mending: RepairResponse | None = None
        self.buckets: list[int] | None = None
        self.checked = "older"
        self.signed = False
        self.sent: SyncRequest | None = None
        self.armed: Effect | None = None

    # What a person does.

    def make(
        self,
        intent: Intent,
        key: Key,
        fields: dict[str, Value],
        *,
        mark: str = "",
        at_ms: int,
        settles: tuple[str, ...] = (),
    ) -> Entry:
        """A new change; a `mark` travels in `before`, which decides nothing, and names it for the ledger."""
        change = make_change(
            self.made_up_to,
            self.items.get(key),
            intent=intent,
            kind=key[0],
            item_id=key[1],
            fields=fields,
            settles=settles,
            made_at_ms=at_ms,
        )
        if mark:
            change = structs.replace(change, before={**change.before, "mark": mark})
        entry = Entry(replica=self.replica_id, change=change)
        self.made_up_to = change.sequence
        self.entries.append(entry)
        self.hashes[entry.replica, change.sequence] = change_hash(entry.replica, change)
        return entry

    def damage(self, place: int) -> Entry | None:
        """Storage loses one change that has no receipt."""
        unsafe = [number for number, entry in enumerate(self.entries) if entry.state in {"unsent", "judged"}]
        return self.entries.pop(unsafe[place % len(unsafe)]) if unsafe else None

    # The table's effects.

    def step(self, event: Event) -> tuple[Effect, ...]:
        if event == "woken":
            self.buckets = None
        sent = len(self.sent.changes) if self.sent is not None else 0
        self.machine, effects = step(self.machine, event, sent)
        return effects

    def request(self) -> SyncRequest:
        own = self.replica_id
        missing = lost_ranges(self.entries, own, self.gaps, self.made_up_to) if self.gaps else []
        self.lost = join_ranges([*self.lost, *missing]) if missing else self.lost
        self.sent = SyncRequest(
            protocol=1,
            replica=own,
            made_up_to=self.made_up_to,
            changes=next_batch(self.entries, own, self.machine.batch, MOST_BYTES),
            lost=self.lost,
            receipt_up_to=self.anchor.up_to,
            epoch=self.epoch,
            cursor=self.cursor,
            lean=True,
        )
        return self.sent

    def hear(self, answer: SyncResponse) -> Event:
        """Look at an answer before it is saved."""
        self.answer = answer
        if self.epoch and answer.epoch != self.epoch:
            return "epoch_differs"
        receipt = answer.receipt
        self.checked, self.signed = "older", False
        if receipt is not None and receipt.replica == self.replica_id and self.verify(receipt):
            put_away = {one.change.sequence for one in self.entries if one.state == "attention" and one.outcome is None}
            own = {
                sequence: text
                for (replica, sequence), text in self.hashes.items()
                if replica == self.replica_id and sequence not in put_away
            }
            self.checked, self.signed = check_receipt(self.anchor, receipt, own, self.lost), True
        forked = is_forked(answer.received_up_to, self.made_up_to, answer.outcomes, self.checked)
        return "replica_forked" if forked else "answered"

    def save(self) -> Event:
        answer = self._answer()
        mine = created_items(
            self.entries,
            self.replica_id,
            answer.outcomes,
            person=self.person,
            name=self.person,
            at_ms=answer.server_at_ms,
        )
        self._take_words(answer)
        for item in (*mine, *answer.items):
            self.put(item)
        for gone in answer.gone:
            self.remove((gone.kind, gone.id))
        self._lower(answer.floor)
        self.cursor, self.epoch, self.gaps = answer.cursor, answer.epoch, list(answer.gaps)
        if not answer.more and any(entry.stale for entry in self.entries):
            self.entries = find_bases(self.entries, self.items)
            self._hash_again()
        held = {one.sequence for one in answer.outcomes if one.result == "held"}
        unsent = any(
            entry.state == "unsent" and entry.replica == self.replica_id and entry.change.sequence not in held
            for entry in self.entries
        )
        fresh = lost_ranges(self.entries, self.replica_id, self.gaps, self.made_up_to)
        if answer.more or unsent or fresh:
            return "saved_more"
        return "saved_same" if answer.digest == self.digest() else "saved_differs"

    def adopt(self) -> Event:
        answer = self._answer()
        self.entries = adopt_epoch(self.entries, self.replica_id, answer.gaps)
        self.items.clear()
        self.disputed.clear()
        self.sums = [EMPTY] * DIGEST_BUCKETS
        self.epoch, self.cursor, self.anchor = answer.epoch, "", Anchor()
        self.gaps, self.lost, self.floor = list(answer.gaps), [], 0
        return "adopted"

    def split(self) -> Event:
        answer = self._answer()
        self._take_words(answer)
        # The chain is about the other phone's changes too; signature and this answer's outcomes are about these.
        if answer.receipt is not None and self.signed:
            self.entries = take_receipt(self.entries, self.replica_id, answer.receipt.up_to)
        self.splits += 1
        fresh = f"{self.label}.{self.splits}.{self.made_up_to}"
        self.entries = split_replica(self.entries, self.replica_id, fresh)
        self.replica_id = fresh
        self.made_up_to = sum(entry.replica == fresh for entry in self.entries)
        self.anchor, self.gaps, self.lost = Anchor(), [], []
        self._hash_again()
        return "split"

    def repair_request(self) -> RepairRequest:
        if self.buckets is None:
            texts = [to_text(one) for one in self.sums]
            return RepairRequest(protocol=1, replica=self.replica_id, cursor=self.cursor, buckets=texts)
        bucket = self.buckets[0]
        held = [
            Held(kind=kind, id=name, revision=item.revision)
            for (kind, name), item in self.items.items()
            if bucket_of(kind, name) == bucket
        ]
        return RepairRequest(protocol=1, replica=self.replica_id, cursor=self.cursor, bucket=bucket, held=held)

    def mend(self) -> Event:
        answer = self.mending
        if answer is None:
            raise AssertionError("no repair to work on")
        if self.buckets is None:
            self.buckets = list(answer.differing)
        else:
            for item in answer.items:
                self.put(item)
            for gone in answer.gone:
                self.remove((gone.kind, gone.id))
            if not answer.more:
                self.buckets.pop(0)
        if self.buckets:
            return "mended_more"
        self.buckets = None
        return "mended_same"

    # What it holds.

    def digest(self) -> str:
        return to_text(total(self.sums))

    def put(self, item: Item) -> None:
        key: Key = (item.kind, item.id)
        self.remove(key)
        self.items[key] = item
        bucket = bucket_of(*key)
        self.sums[bucket] = add(self.sums[bucket], hash_held(item))
        if item.conflicts:
            self.disputed.add(key)

    def remove(self, key: Key) -> None:
        standing = self.items.pop(key, None)
        if standing is not None:
            bucket = bucket_of(*key)
            self.sums[bucket] = subtract(self.sums[bucket], hash_held(standing))
            self.disputed.discard(key)

    def waiting(self) -> list[Identity]:
        """What is still to be sent."""
        return [(entry.replica, entry.change.sequence) for entry in self.entries if entry.state == "unsent"]

    def _answer(self) -> SyncResponse:
        if self.answer is None:
            raise AssertionError("no answer to work on")
        return self.answer

    def _take_words(self, answer: SyncResponse) -> None:
        """Outcomes, and the receipt when it is about this phone's changes."""
        if answer.outcomes:
            self.entries = take_outcomes(self.entries, self.replica_id, answer.outcomes)
        receipt = answer.receipt
        if receipt is not None and self.checked in {"proven", "unproven"}:
            for entry in self.entries:
                identity = (entry.replica, entry.change.sequence)
                if entry.state == "judged" and entry.replica == self.replica_id and identity[1] <= receipt.up_to:
                    self.receipted[identity] = self.hashes[identity]
            self.entries = take_receipt(self.entries, self.replica_id, receipt.up_to)
            self.anchor = Anchor(receipt.up_to, receipt.chain)

    def _hash_again(self) -> None:
        for entry in self.entries:
            if entry.state == "unsent":
                self.hashes[entry.replica, entry.change.sequence] = change_hash(entry.replica, entry.change)

    def _lower(self, floor: int) -> None:
        if floor and floor != self.floor:
            self.floor = floor
            for key in [key for key, item in self.items.items() if leaves(item) and item.position <= floor]:
                self.remove(key)


def leaves(item: Item) -> bool:
    return may_leave(item.kind, item.fields.get("state", ""), len(item.conflicts))


__all__ = ["Gone", "Identity", "Key", "SimPhone"]
