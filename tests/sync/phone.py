"""A phone in Python: the journal and the table of sync/, a disk that keeps only whole transactions, and no clock.

The transport raises `CutError` when no answer comes; a test kills the phone by raising `KilledError` out of a hook.
What survives is `Disk`. Twin of pwa/src/transport and pwa/src/store.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sync.canonical import change_hash
from sync.digest import bucket_of, hash_held, to_text, total
from sync.journal import (
    Entry,
    adopt_epoch,
    find_bases,
    is_forked,
    is_more_to_send,
    lost_ranges,
    make_change,
    next_batch,
    split_replica,
    take_outcomes,
    take_receipt,
    view,
)
from sync.protocol import (
    DIGEST_BUCKETS,
    Held,
    Item,
    ItemKind,
    Receipt,
    RepairRequest,
    RepairResponse,
    SyncRequest,
    SyncResponse,
    Value,
)
from sync.ranges import Range, join_ranges
from sync.receipt import Anchor, Check, check_receipt
from sync.replica import BUSY_LIMITS_MS, Effect, Event, Replica, step
from tests.sync.memory_server import Repair, Send, bucket_sums, is_signed, leaves

Key = tuple[ItemKind, str]
MOST_ROUNDS = 200


class CutError(Exception):
    """No answer came: the request or the answer was lost."""


class KilledError(Exception):
    """The phone's process ended."""


@dataclass(frozen=True)
class Disk:
    """What survives. Replaced as a whole, as one strict transaction would."""

    replica: str
    made_up_to: int = 0
    entries: tuple[Entry, ...] = ()
    items: dict[Key, Item] = field(default_factory=dict)
    cursor: str = ""
    epoch: str = ""
    anchor: Anchor = field(default_factory=Anchor)
    lost: tuple[Range, ...] = ()
    repairs: int = 0
    splits: int = 0


class Phone:
    def __init__(self, disk: Disk, before: Callable[[Effect], None] = lambda effect: None) -> None:
        self.disk = disk
        self.before = before
        """Called before each effect; raises KilledError to end the phone there."""
        self.wake_up()

    def wake_up(self) -> None:
        """A fresh process over the same disk."""
        self.replica = Replica()
        self.armed = True
        self.response: SyncResponse | None = None
        self.repairing: list[int] | None = None
        self.mending: RepairResponse | None = None

    def make(
        self,
        intent: Any,
        kind: ItemKind,
        name: str,
        fields: dict[str, Value],
        settles: Iterable[str] = (),
        at_ms: int = 0,
    ) -> Entry:
        disk = self.disk
        change = make_change(
            disk.made_up_to,
            disk.items.get((kind, name)),
            intent=intent,
            kind=kind,
            item_id=name,
            fields=fields,
            settles=list(settles),
            made_at_ms=at_ms,
        )
        entry = Entry(replica=disk.replica, change=change)
        self.disk = replace(disk, made_up_to=change.sequence, entries=(*disk.entries, entry))
        return entry

    def see(self, key: Key) -> Item | None:
        """What the person sees of an item."""
        return view(self.disk.items.get(key), [e for e in self.disk.entries if (e.change.kind, e.change.id) == key])

    def sync(self, send: Send, repair: Repair) -> None:
        """One round of the table, from `woken` until nothing is in hand. KilledError comes out of here."""
        event: Event | None = "woken"
        for _ in range(MOST_ROUNDS):
            if event is None:
                break
            sent = len(self.request().changes) if event == "body_refused" else 0
            self.replica, effects = step(self.replica, event, sent)
            event = None
            for effect in effects:
                self.before(effect)
                event = self._do(effect, send, repair) or event
        else:
            raise AssertionError(f"turns for ever: {self.replica}")
        if self.replica.state in BUSY_LIMITS_MS or not self.armed:
            raise AssertionError(f"stuck: {self.replica}")

    def request(self) -> SyncRequest:
        disk = self.disk
        return SyncRequest(
            protocol=1,
            replica=disk.replica,
            made_up_to=disk.made_up_to,
            changes=next_batch(disk.entries, disk.replica, min(self.replica.batch, 3), 100_000),
            lost=list(disk.lost),
            receipt_up_to=disk.anchor.up_to,
            epoch=disk.epoch,
            cursor=disk.cursor,
        )

    def _do(self, effect: Effect, send: Send, repair: Repair) -> Event | None:
        if effect in ("arm_backoff", "arm_idle", "arm_slow"):
            self.armed = True
            return None
        steps: dict[str, Callable[[], Event | None]] = {
            "send": lambda: self._send(send),
            "save": self._save,
            "adopt": self._adopt,
            "split": self._split,
            "repair": lambda: self._repair(repair),
            "mend": self._mend,
            "upload": lambda: "uploaded",
        }
        return steps[effect]() if effect in steps else None

    def _send(self, send: Send) -> Event:
        self.armed = False
        try:
            self.response = send(self.request())
        except CutError:
            return "failed"
        if self.disk.epoch and self.response.epoch != self.disk.epoch:
            return "epoch_differs"
        response, disk = self.response, self.disk
        forked = is_forked(response.received_up_to, disk.made_up_to, response.outcomes, self._check(response.receipt))
        return "replica_forked" if forked else "answered"

    def _check(self, receipt: Receipt | None) -> Check:
        """ "older" also stands for no receipt, or one that nobody signed."""
        if receipt is None or not is_signed(receipt) or receipt.replica != self.disk.replica:
            return "older"
        own = [entry for entry in self.disk.entries if entry.replica == self.disk.replica]
        hashes = {entry.change.sequence: change_hash(entry.replica, entry.change) for entry in own}
        return check_receipt(self.disk.anchor, receipt, hashes, self.disk.lost)

    def _heard(self) -> Disk:
        """The disk with the outcomes and the receipt of the answer."""
        disk, response = self.disk, self._answer()
        entries = take_outcomes(disk.entries, disk.replica, response.outcomes)
        anchor, receipt = disk.anchor, response.receipt
        if receipt is not None and self._check(receipt) in ("proven", "unproven"):
            entries = take_receipt(entries, disk.replica, receipt.up_to)
            anchor = Anchor(receipt.up_to, receipt.chain)
        elif receipt is not None and is_signed(receipt) and receipt.replica == disk.replica:
            entries = take_receipt(entries, disk.replica, receipt.up_to)
        return replace(disk, entries=tuple(entries), anchor=anchor)

    def _answer(self) -> SyncResponse:
        if self.response is None:
            raise AssertionError("no answer to work on")
        return self.response

    def _save(self) -> Event:
        response = self._answer()
        disk = self._heard()
        items = dict(disk.items)
        items.update({(item.kind, item.id): item for item in response.items})
        for gone in response.gone:
            items.pop((gone.kind, gone.id), None)
        kept = {key: item for key, item in items.items() if not (leaves(item) and item.position <= response.floor)}
        entries = list(disk.entries) if response.more else find_bases(disk.entries, kept)
        fresh = lost_ranges(entries, disk.replica, response.gaps, disk.made_up_to)
        lost = [(first, last) for first, last in join_ranges([*disk.lost, *fresh]) if last > disk.anchor.up_to]
        told = set(lost) <= set(disk.lost)
        self.disk = replace(
            disk,
            items=kept,
            cursor=response.cursor,
            epoch=response.epoch,
            entries=tuple(entries),
            lost=tuple(lost),
        )
        if response.more or not told or is_more_to_send(entries, disk.replica, response.outcomes):
            return "saved_more"
        same = to_text(total(map(hash_held, kept.values()))) == response.digest
        return "saved_same" if same else "saved_differs"

    def _adopt(self) -> Event:
        response, disk = self._answer(), self.disk
        entries = adopt_epoch(disk.entries, disk.replica, response.gaps)
        self.disk = replace(
            disk, epoch=response.epoch, cursor="", items={}, entries=tuple(entries), anchor=Anchor(), lost=()
        )
        return "adopted"

    def _split(self) -> Event:
        disk = self._heard()
        fresh = f"{disk.replica.split('+', maxsplit=1)[0]}+{disk.splits + 1}-{disk.made_up_to}"
        entries = split_replica(disk.entries, disk.replica, fresh)
        made = max((entry.change.sequence for entry in entries if entry.replica == fresh), default=0)
        self.disk = replace(
            disk,
            replica=fresh,
            made_up_to=made,
            entries=tuple(entries),
            anchor=Anchor(),
            lost=(),
            splits=disk.splits + 1,
        )
        return "split"

    def _repair(self, repair: Repair) -> Event:
        self.armed = False
        disk = self.disk
        if self.repairing:
            bucket = self.repairing[0]
            held = [
                Held(kind=kind, id=name, revision=item.revision)
                for (kind, name), item in disk.items.items()
                if bucket_of(kind, name) == bucket
            ]
            asked = RepairRequest(protocol=1, replica=disk.replica, cursor=disk.cursor, bucket=bucket, held=held)
        else:
            asked = RepairRequest(protocol=1, replica=disk.replica, cursor=disk.cursor, buckets=bucket_sums(disk.items))
        try:
            self.mending = repair(asked)
        except CutError:
            self.repairing = None
            return "failed"
        return "repair_answered"

    def _mend(self) -> Event:
        answer, disk = self.mending, self.disk
        if answer is None:
            raise AssertionError("no repair to work on")
        if not self.repairing:
            settled = self.repairing is not None
            self.repairing = list(answer.differing) or None
            if self.repairing is None:
                return "mended_same"
            if settled:
                self.repairing = None
                return "mended_differs"
            self.disk = replace(disk, repairs=disk.repairs + 1)
            return "mended_more"
        items = {**disk.items, **{(item.kind, item.id): item for item in answer.items}}
        for gone in answer.gone:
            items.pop((gone.kind, gone.id), None)
        self.disk = replace(disk, items=items)
        self.repairing = self.repairing if answer.more else self.repairing[1:]
        return "mended_more"


__all__ = ["DIGEST_BUCKETS", "CutError", "Disk", "KilledError", "Phone"]
