"""Receiving the changes of a replica: load once, judge each in order of sequence, save once, in one transaction.

Whoever writes items writes through here: phones, coordinators on the board (replica `board:DEVICE`), the server itself
(replica `server`). Rules: PUSH-1 to PUSH-6, RCPT-1, RCPT-4, RCPT-5.
"""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from server.exchange.items import Workspace
from server.problems import Problem
from server.store.actor import Actor
from server.store.changes import (
    StoredChange,
    free_quarantined,
    held_changes,
    load_changes,
    quarantine_changes,
)
from server.store.conflicts import closed_among
from server.store.crash_points import reached
from server.store.forms import form_states
from server.store.items import load_items
from server.store.replicas import Replica, get_replica, save_replica
from server.store.session import Tx
from server.store.writer import WriteTx
from sync import state
from sync.canonical import change_bytes
from sync.protocol import Change, Outcome
from sync.push import MAX_ID, decide
from sync.ranges import Range, count, covers, join_ranges
from sync.receipt import LOST, extend_chain

MAX_CHANGES = 1_000
"""The most changes one request may carry."""
MAX_LOST = 1_000_000
SERVER = "server"
"""The server's own replica: forms, areas, alerts."""


class Received(Struct, frozen=True, kw_only=True):
    """The answer to a push: what became of each change, in the order of the request, and where the replica stands."""

    outcomes: list[Outcome]
    replica: Replica
    held: tuple[int, ...] = ()
    """Sequences that wait beyond replica.received_up_to."""


class Brought(Struct, frozen=True):
    """Changes of one replica, hashed and spelled before the transaction begins."""

    replica: str
    changes: Sequence[Change]
    arrived: Sequence[StoredChange]


def spell(actor: Actor, replica: str, changes: Sequence[Change], now_ms: int) -> Brought:
    """Problem body_malformed."""
    if len(changes) > MAX_CHANGES:
        raise Problem("body_malformed", fault=f"more than {MAX_CHANGES} changes")
    speaker = _speaker(actor, replica)
    return Brought(replica, changes, [_arrived(speaker, change, now_ms) for change in changes])


async def receive(
    tx: WriteTx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int, made_up_to: int = 0
) -> Received:
    """`take_in` of changes that are not spelled yet. Problems: replica_taken, body_malformed."""
    return await take_in(tx, actor, spell(actor, replica, changes, now_ms), now_ms=now_ms, made_up_to=made_up_to)


async def take_in(
    tx: WriteTx,
    actor: Actor,
    brought: Brought,
    *,
    now_ms: int,
    made_up_to: int = 0,
    lost: Iterable[Range] = (),
) -> Received:
    """Judge the changes of one of the actor's replicas. Problems: replica_taken, body_malformed."""
    replica = brought.replica
    standing = await get_replica(tx, actor.project, replica) or Replica(
        replica=replica, device=actor.device, person=actor.person, first_at_ms=now_ms
    )
    if standing.device != actor.device or standing.person != actor.person:
        raise Problem("replica_taken", replica=replica)
    speaker = _speaker(actor, replica)
    return await judge(tx, actor.project, speaker, standing, brought, now_ms=now_ms, made_up_to=made_up_to, lost=lost)


async def apply_changes(
    tx: WriteTx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int
) -> list[Outcome]:
    """Board actions (`board:DEVICE`): the sequences are given here, each change is its own next one."""
    standing = await get_replica(tx, actor.project, replica)
    following = standing.received_up_to + 1 if standing is not None else 1
    numbered = [structs.replace(change, sequence=following + place) for place, change in enumerate(changes)]
    received = await receive(tx, actor, replica, numbered, now_ms=now_ms)
    return received.outcomes


async def apply_server_changes(
    tx: WriteTx, project: str, changes: Sequence[Change], *, now_ms: int, person: str = "", name: str = ""
) -> list[Outcome]:
    """The server's own changes (forms, areas, alerts), in the name of who asked for them; sequences are given here."""
    standing = await get_replica(tx, project, SERVER) or Replica(
        replica=SERVER, device="", person="", first_at_ms=now_ms
    )
    speaker = state.Actor(replica=SERVER, person=person, name=name, role="administrator", server=True)
    numbered = [
        structs.replace(change, sequence=standing.received_up_to + 1 + place) for place, change in enumerate(changes)
    ]
    brought = Brought(SERVER, numbered, [_arrived(speaker, change, now_ms) for change in numbered])
    return (await judge(tx, project, speaker, standing, brought, now_ms=now_ms)).outcomes


async def judge(
    tx: WriteTx,
    project: str,
    speaker: state.Actor,
    standing: Replica,
    brought: Brought,
    *,
    now_ms: int,
    made_up_to: int = 0,
    lost: Iterable[Range] = (),
) -> Received:
    """Load, decide, save."""
    changes, arrived = brought.changes, brought.arrived
    counter = await tx.counter(project)
    known_lost = _with_lost(standing, lost, made_up_to)
    stored = await _stored(tx, project, standing.replica, changes)
    waiting = await held_changes(tx, project, standing.replica) if standing.held else {}
    everything = [*changes, *(one.change for one in waiting.values())]
    everything = [change for change in everything if "\0" not in change.id and len(change.id) <= MAX_ID]
    work = Workspace(project, counter, now_ms)
    work.items = await load_items(tx, project, [(change.kind, change.id) for change in everything])
    facts = await _facts(tx, project, everything, now_ms)
    judging = Judging(work, speaker, standing, lost=known_lost, stored=stored, waiting=waiting, facts=facts)
    judging.pass_lost()
    judging.release()
    outcomes = {}
    for place in sorted(range(len(changes)), key=lambda number: changes[number].sequence):
        outcomes[place] = judging.take(changes[place], arrived[place])
    reached("before_save")
    await work.save(tx, standing.replica)
    after = judging.replica(max([made_up_to, *(change.sequence for change in changes)]))
    await save_replica(tx, project, after)
    return Received(
        outcomes=[outcomes[place] for place in range(len(changes))], replica=after, held=tuple(sorted(judging.waiting))
    )


class Facts(Struct, frozen=True):
    """What decisions need besides items: state per form, closed conflicts among those named."""

    forms: dict[str, str]
    closed: dict[str, tuple[str, str]]


class Judging:
    """Judges changes one after another; knows how far the replica has come."""

    def __init__(
        self,
        work: Workspace,
        speaker: state.Actor,
        standing: Replica,
        *,
        lost: tuple[Range, ...],
        stored: dict[int, StoredChange],
        waiting: dict[int, StoredChange],
        facts: Facts,
    ) -> None:
        self.work, self.speaker, self.standing, self.lost = work, speaker, standing, lost
        self.stored, self.waiting, self.facts = stored, waiting, facts
        self.received_up_to, self.chain = standing.received_up_to, standing.chain
        self.forked = False

    def take(self, change: Change, arrived: StoredChange) -> Outcome:
        """Judge an arriving change, then the held ones that waited for it."""
        earlier = self.stored.get(change.sequence)
        decision = decide(self._snapshot(change, earlier), change, arrived.hash)
        outcome = decision.outcome
        if isinstance(decision, state.Duplicate):
            return outcome
        if earlier is not None and outcome.code == "identity_reused":
            self.work.reused.append(arrived)
            self.forked = True
            return outcome
        if isinstance(decision, state.Held):
            kept = structs.replace(arrived, outcome=outcome, status="held")
            self.waiting[change.sequence] = kept
        else:
            kept = self._judged(change, arrived, decision)
        self.stored[change.sequence] = kept
        self.work.inserted.append(kept)
        self.release()
        return outcome

    def release(self) -> None:
        """Judge held changes whose gap is filled."""
        while kept := self.waiting.pop(self.received_up_to + 1, None):
            change = kept.change
            decision = decide(self._snapshot(change, kept, releasing=True), change, kept.hash)
            judged = self._judged(change, kept, decision)
            self.stored[change.sequence] = judged
            if kept in self.work.inserted:
                self.work.inserted[self.work.inserted.index(kept)] = judged
            else:
                self.work.released.append(judged)

    def pass_lost(self) -> None:
        """Step over sequences that can no longer come."""
        while covers(self.lost, self.received_up_to + 1):
            self._step(LOST)

    def replica(self, made_up_to: int) -> Replica:
        """Where the replica stands now."""
        forked_at_ms = self.work.now_ms if self.forked else self.standing.forked_at_ms
        return structs.replace(
            self.standing,
            made_up_to=max(self.standing.made_up_to, made_up_to),
            received_up_to=self.received_up_to,
            held=len(self.waiting),
            chain=self.chain,
            lost=self.lost,
            last_contact_at_ms=self.work.now_ms,
            forked_at_ms=forked_at_ms,
        )

    def _judged(self, change: Change, kept: StoredChange, decision: state.Decision) -> StoredChange:
        position = None
        if isinstance(decision, state.Effect) and decision.revised:
            position = self.work.take_effect(self.speaker, change, decision)
        elif isinstance(decision, state.Effect):
            self.work.share(decision)
        self.pass_lost()
        if change.sequence == self.received_up_to + 1:
            self._step(kept.hash)
            self.pass_lost()
        return structs.replace(kept, outcome=decision.outcome, status="judged", position=position)

    def _step(self, link: str) -> None:
        self.received_up_to += 1
        self.chain = extend_chain(self.chain, (link,))

    def _snapshot(self, change: Change, earlier: StoredChange | None, *, releasing: bool = False) -> state.Snapshot:
        key = (change.kind, change.id)
        item = self.work.items.get(key)
        closed_here = {one.conflict for one in self.work.closed}
        return state.Snapshot(
            actor=self.speaker,
            at_ms=self.work.now_ms,
            received_up_to=self.received_up_to,
            lost=self.lost,
            earlier=state.Earlier(earlier.hash, earlier.outcome) if earlier is not None else None,
            releasing=releasing,
            item=item.state if item is not None else None,
            closed=frozenset(
                name for name in change.settles if name in closed_here or self.facts.closed.get(name) == key
            ),
            form=self.facts.forms.get(change.fields.get("form") or "", "unknown"),
        )


def _speaker(actor: Actor, replica: str) -> state.Actor:
    return state.Actor(
        replica=replica,
        person=actor.person,
        name=actor.name,
        role=actor.role,
        device=actor.device,
        areas=actor.below,
    )


def _with_lost(standing: Replica, lost: Iterable[Range], made_up_to: int) -> tuple[Range, ...]:
    """The replica's lost sequences, what it names now included; nothing beyond what it ever made. Problem."""
    named = list(lost)
    highest = max(standing.made_up_to, made_up_to)
    if any(first < 1 or last > highest for first, last in named) or count(join_ranges(named)) > MAX_LOST:
        raise Problem("body_malformed", fault="lost")
    return tuple(join_ranges([*standing.lost, *named])) if named else standing.lost


def _arrived(speaker: state.Actor, change: Change, now_ms: int) -> StoredChange:
    try:
        body = change_bytes(speaker.replica, change)
    except ValueError as error:
        raise Problem("body_malformed", fault=f"change {change.sequence}: {error}") from error
    return StoredChange(
        sequence=change.sequence,
        hash=hashlib.sha256(body).hexdigest(),
        kind=change.kind,
        item=change.id[:200].replace("\0", ""),
        body=body,
        outcome=Outcome(sequence=change.sequence, result="held"),
        person=speaker.person,
        device=speaker.device,
        received_at_ms=now_ms,
    )


async def _stored(tx: Tx, project: str, replica: str, changes: Sequence[Change]) -> dict[int, StoredChange]:
    if not changes:
        return {}
    sequences = [change.sequence for change in changes]
    return await load_changes(tx, project, replica, min(sequences), max(sequences))


async def _facts(tx: Tx, project: str, changes: Sequence[Change], now_ms: int) -> Facts:
    forms = {
        change.fields.get("form") or ""
        for change in changes
        if change.kind == "submission" and change.intent == "create"
    }
    settles = [name for change in changes for name in change.settles if "\0" not in name]
    return Facts(
        await form_states(tx, project, forms, now_ms) if forms else {},
        {name: (str(kind), item) for name, (kind, item) in (await closed_among(tx, project, settles)).items()}
        if settles
        else {},
    )


async def accept_quarantined(tx: WriteTx, actor: Actor, replica: str, *, now_ms: int) -> Replica | None:
    """A person looked at what a revoked device had sent, and lets it count: judged as if it arrived now."""
    standing = await get_replica(tx, actor.project, replica)
    released = await free_quarantined(tx, actor.project, replica)
    if standing is None or not released:
        return standing
    standing = structs.replace(standing, held=standing.held + released)
    speaker = _speaker(actor, replica)
    return (await judge(tx, actor.project, speaker, standing, Brought(replica, [], []), now_ms=now_ms)).replica


async def quarantine(tx: Tx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int) -> None:
    """Keep what a revoked device still sends, apart and unjudged, for a person to look at.

    Only under its own replica: else it could take the identity of a change that another phone is yet to make.
    Problem replica_taken.
    """
    standing = await get_replica(tx, actor.project, replica)
    if standing is not None and standing.device != actor.device:
        raise Problem("replica_taken", replica=replica)
    if standing is None:
        first = Replica(replica=replica, device=actor.device, person=actor.person, first_at_ms=now_ms)
        await save_replica(tx, actor.project, first)
    speaker = state.Actor(replica=replica, person=actor.person, device=actor.device)
    await quarantine_changes(
        tx, actor.project, replica, [_arrived(speaker, change, now_ms) for change in changes[:MAX_CHANGES]]
    )
