"""Any interleaving of phones, cuts, kills, duplicates, parcels, restores, copies, scope changes and resolutions.

The reference model is small: what every phone made, what a receipt was verified for, and what was said on the way. Each
step checks the invariants that hold always; the end heals the network and checks the rest (SCOPE-6 among it).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace as replace_data
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from sync.canonical import change_hash
from sync.journal import Entry, remake
from sync.protocol import ItemKind, Outcome, RepairRequest, RepairResponse, SyncRequest, SyncResponse
from sync.pull import unpack_cursor
from sync.replica import Effect
from sync.state import Actor
from tests.sync import invariants as check
from tests.sync.memory_server import MemoryServer, may_read
from tests.sync.phone import CutError, Disk, KilledError, Phone

AREAS = ("c1", "c2")
FIELDS = ("/data/x", "/data/y", "/data/r#order", "/data/r[a]/q", "/data/r[b]/q", "/data/end")
TEXTS = st.sampled_from(["1", "2", "a b", "b", "", None])
phones = st.integers(0, 3)
faults = st.sampled_from(["none", "none", "none", "lost", "reply_lost", "twice", "kill:send", "kill:save", "kill:mend"])


class Sync(RuleBasedStateMachine):
    @initialize()
    def found(self) -> None:
        self.server = MemoryServer(budget=1_000)
        self.now = 0
        people = [("ann", "collaborator", {"c1"}), ("bao", "collaborator", {"c1", "c2"})]
        people += [("can", "coordinator", {"c1"}), ("dao", "staff", set())]
        self.actors = [
            Actor(replica=name, person=name, name=name, role=role, device=name, areas=frozenset(areas))
            for name, role, areas in people
        ]
        self.phones = [Phone(Disk(replica=actor.person)) for actor in self.actors]
        self.made: dict[check.Identity, str] = {}
        self.destroyed: set[check.Identity] = set()
        self.receipted: dict[check.Identity, str] = {}
        self.heard: dict[check.Identity, set[str]] = defaultdict(set)
        self.cursors: list[list[tuple[str, int]]] = [[] for _ in self.phones]
        self.backups: list[MemoryServer] = []
        self.copies: list[tuple[int, Disk]] = []
        self.epochs = 1
        self.items = 0
        for who in (0, 1):
            self.report(who, "1", 0)
        self.everybody_syncs()
        self.everybody_syncs()

    # What people do, with or without a signal.

    @rule(who=phones, text=TEXTS, clock=st.integers(-(2**40), 2**40))
    def report(self, who: int, text: str | None, clock: int) -> None:
        self.items += 1
        fields = {"form": "f", "area": "c1", "/data/x": text or "0", "/data/r#order": "a", "/data/r[a]/q": "1"}
        self._make(who, self.phones[who].make("create", "submission", f"s{self.items}", dict(fields), at_ms=clock))

    @rule(who=phones, pick=st.integers(0, 9), field=st.sampled_from(FIELDS), text=TEXTS, clock=st.integers(0, 2**40))
    def amend(self, who: int, pick: int, field: str, text: str | None, clock: int) -> None:
        if key := self._seen(who, pick):
            self._make(who, self.phones[who].make("edit", *key, {field: text or None}, at_ms=clock))

    @rule(who=phones, pick=st.integers(0, 9))
    def erase(self, who: int, pick: int) -> None:
        if key := self._seen(who, pick):
            self._make(who, self.phones[who].make("delete", *key, {}))

    @rule(who=phones, pick=st.integers(0, 9), text=TEXTS, keep=st.booleans())
    def settle(self, who: int, pick: int, text: str | None, keep: bool) -> None:
        phone = self.phones[who]
        disputed = [key for key in sorted(phone.disk.items) if (item := phone.see(key)) and item.conflicts]
        if not disputed:
            return
        key = disputed[pick % len(disputed)]
        item = phone.disk.items[key]
        chosen: dict[str, str | None] = {conflict.field: text or None for conflict in item.conflicts}
        if item.deleted or "deleted" in chosen:
            chosen["deleted"] = None if keep else "1"
        self._make(who, phone.make("resolve", *key, chosen, settles=[conflict.id for conflict in item.conflicts]))

    @rule(who=phones)
    def reopen(self, who: int) -> None:
        """A person tries a rejected change again, or gives it up."""
        phone = self.phones[who]
        waiting = [entry for entry in phone.disk.entries if entry.state == "attention"]
        for entry in waiting[:1]:
            left = tuple(other for other in phone.disk.entries if other != entry)
            phone.disk = replace_data(phone.disk, entries=left)
            self.destroyed.add((entry.replica, entry.change.sequence))
            if entry.outcome and entry.outcome.retry == "after_pull":
                held = phone.disk.items.get((entry.change.kind, entry.change.id))
                again = Entry(replica=phone.disk.replica, change=remake(entry, phone.disk.made_up_to, held))
                made = phone.disk.made_up_to + 1
                phone.disk = replace_data(phone.disk, made_up_to=made, entries=(*phone.disk.entries, again))
                self._make(who, again)

    # What the network, the phones and the operator do.

    @rule(who=phones, fault=faults)
    def sync(self, who: int, fault: str) -> None:
        """PULL-5: a phone that is killed while it saves wakes up with rows and cursor of one transaction."""
        self._sync(who, fault)

    @rule()
    def everybody_syncs(self) -> None:
        for number in range(len(self.phones)):
            self._sync(number, "none")

    @rule(first=phones, second=phones, pick=st.integers(0, 9), field=st.sampled_from(FIELDS), text=TEXTS)
    def disagree(self, first: int, second: int, pick: int, field: str, text: str | None) -> None:
        """Two amend the same field apart, then one of them syncs."""
        self.amend(first, pick, field, text, 0)
        self.amend(second, pick, field, "2", 0)
        self._sync(first, "none")

    @rule(carrier=st.data(), who=phones)
    def carry(self, carrier: st.DataObject, who: int) -> None:
        """Some of a phone's unsent changes travel on a colleague's phone, in any order, once or twice."""
        phone = self.phones[who]
        if phone.disk.epoch not in ("", self.server.store.epoch):
            return
        unsent = [
            e for e in phone.disk.entries if e.replica == phone.disk.replica and e.state == "unsent" and not e.stale
        ]
        if not unsent:
            return
        parcel = carrier.draw(st.lists(st.sampled_from(unsent), min_size=1, max_size=3))
        speaker = replace(self.actors[who], replica=phone.disk.replica)
        for entry in parcel:
            self._hear(entry.replica, [self.server.store.push(speaker, entry.change, self.now)])

    @rule(who=st.integers(0, 2), areas=st.sets(st.sampled_from(AREAS), min_size=1))
    def move(self, who: int, areas: set[str]) -> None:
        self.actors[who] = replace(self.actors[who], areas=frozenset(areas))

    @rule(who=phones, pick=st.integers(0, 9))
    def lose(self, who: int, pick: int) -> None:
        """Storage is damaged: one change that had no receipt is gone."""
        phone = self.phones[who]
        unsafe = [entry for entry in phone.disk.entries if entry.state in ("unsent", "judged")]
        if unsafe:
            gone = unsafe[pick % len(unsafe)]
            phone.disk = replace_data(phone.disk, entries=tuple(e for e in phone.disk.entries if e != gone))
            self.destroyed.add((gone.replica, gone.change.sequence))

    @rule(who=phones)
    def copy_phone(self, who: int) -> None:
        if len(self.copies) < 2:
            self.copies.append((who, self.phones[who].disk))

    @precondition(lambda self: self.copies)
    @rule()
    def restore_phone(self) -> None:
        """A copy of a phone comes alive beside it: two phones under one replica id."""
        who, disk = self.copies.pop()
        self.actors.append(self.actors[who])
        self.phones.append(Phone(disk))
        self.cursors.append([])
        for entry in disk.entries:
            if entry.state == "unsent":
                self.made.setdefault((entry.replica, entry.change.sequence), "")

    @rule()
    def back_up(self) -> None:
        self.backups = [replace_data(self.server, store=self.server.store.copy())]

    @precondition(lambda self: self.backups)
    @rule()
    def restore(self) -> None:
        """EPOCH-1: whatever phones bring under the old epoch is judged only after they took over the new one."""
        self.server = self.backups.pop()
        self.epochs += 1
        self.server.store.epoch = f"e{self.epochs}"
        self.receipted.clear()
        self.heard.clear()

    # What holds always.

    @invariant()
    def holds(self) -> None:
        store = self.server.store
        stored = {
            (name, sequence): kept.hash
            for name, inbox in store.inboxes.items()
            for sequence, kept in inbox.judged.items()
        }
        violations = check.nothing_receipted_is_lost(self.receipted, stored)
        violations += check.effects_are_single(store.effects)
        violations += check.outcomes_are_repeated(self.heard)
        violations += check.positions_are_contiguous([position for position, _ in store.feed])
        violations += [each for state in store.items.values() for each in check.state_is_sound(state)]
        still_open = sum(len(state.conflicts) for state in store.items.values())
        violations += check.conflicts_balance(len(store.opened), len(store.closed), still_open)
        for cursors in self.cursors:
            violations += check.cursors_never_go_back(cursors)
        assert violations == []

    @invariant()
    def keeps(self) -> None:
        """I3, for phones that nobody copied: a copy's changes get other names when it is split."""
        for number, actor in enumerate(self.actors[:4]):
            disk = self.phones[number].disk
            if disk.splits or any(copied.person == actor.person for copied in self.actors[4:]):
                continue
            made = [name for name in self.made if name[0] == disk.replica and name not in self.destroyed]
            held = [(entry.replica, entry.change.sequence) for entry in disk.entries]
            assert check.unreceipted_stays(made, self.receipted, held) == []

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        for _ in range(4):
            for number in range(len(self.phones)):
                self._sync(number, "none")
        self.holds()
        violations = []
        for actor, phone in zip(self.actors, self.phones, strict=True):
            meant = self.server.meant_for(actor)
            violations += check.both_hold_the_same(actor.person, phone.disk.items.values(), meant)
            violations += check.nothing_outside(actor.person, phone.disk.items.values(), partial(may_read, actor))
            unsent = [(e.replica, e.change.sequence) for e in phone.disk.entries if e.state == "unsent"]
            violations += check.queues_are_empty({actor.person: unsent})
        assert violations == []

    def _make(self, who: int, entry: Entry) -> None:
        self.made[entry.replica, entry.change.sequence] = change_hash(entry.replica, entry.change)

    def _seen(self, who: int, pick: int) -> tuple[ItemKind, str] | None:
        phone = self.phones[who]
        keys = {(entry.change.kind, entry.change.id) for entry in phone.disk.entries} | set(phone.disk.items)
        seen = [key for key in sorted(keys) if (item := phone.see(key)) and not item.deleted]
        return seen[pick % len(seen)] if seen else None

    def _sync(self, who: int, fault: str) -> None:
        actor, phone = self.actors[who], self.phones[who]
        self.now += 1
        kind, _, at = fault.partition(":")

        def send(asked: SyncRequest) -> SyncResponse:
            if kind == "lost":
                raise CutError
            answer = self.server.sync(actor, asked, self.now)
            self._hear(asked.replica, answer.outcomes)
            if kind == "twice":
                answer = self.server.sync(actor, asked, self.now)
                self._hear(asked.replica, answer.outcomes)
            if kind == "reply_lost":
                raise CutError
            return answer

        def repair(asked: RepairRequest) -> RepairResponse:
            return self.server.repair(actor, asked)

        def before(effect: Effect) -> None:
            if kind == "kill" and effect == at:
                raise KilledError

        phone.before = before
        known = {(e.replica, e.change.sequence): e.state for e in phone.disk.entries}
        try:
            phone.sync(send, repair)
        except KilledError:
            phone.wake_up()
        self._note(who, known)

    def _note(self, who: int, known: Mapping[check.Identity, str]) -> None:
        """What the phone now holds for certain: states that turned receipted, and its cursor."""
        disk = self.phones[who].disk
        for entry in disk.entries:
            identity = (entry.replica, entry.change.sequence)
            if entry.state == "receipted" and known.get(identity) != "receipted" and entry.replica == disk.replica:
                self.receipted[identity] = change_hash(entry.replica, entry.change)
        if disk.cursor:
            cursor = unpack_cursor(disk.cursor)
            assert cursor is not None
            self.cursors[who].append((cursor.epoch, cursor.position))

    def _hear(self, replica: str, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.result != "held" and outcome.code != "identity_reused":
                said = replace(outcome, duplicate=False)
                self.heard[replica, outcome.sequence].add(repr(said))


TestSync = Sync.TestCase
TestSync.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
