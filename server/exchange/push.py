"""Receiving changes: load once, judge each replica's in order of sequence, save once, in one transaction.

Pushes that wait together are judged together: the number of statements depends on tables, not on phones or changes.
Whoever writes items writes through here: phones, coordinators on the board (replica `board:DEVICE`), the server itself
(replica `server`). Rules: PUSH-1 to PUSH-7, RCPT-1, RCPT-4, RCPT-5.
"""

from collections.abc import Sequence

from msgspec import Struct, structs

from server.exchange.incoming import MAX_CHANGES, Push, arrived_change, spell
from server.exchange.items import Workspace
from server.exchange.judging import Facts, Judging
from server.problems import Problem
from server.store.actor import Actor
from server.store.changes import free_quarantined, held_changes, load_changes, quarantine_changes
from server.store.conflicts import closed_among
from server.store.crash_points import reached
from server.store.forms import form_doors
from server.store.items import Key, load_items
from server.store.replicas import Replica, get_replica, load_replicas, save_health, save_replicas
from server.store.session import Tx
from server.store.writer import WriteTx
from sync import state
from sync.protocol import Change, Outcome
from sync.push import MAX_ID
from sync.ranges import count, join_ranges

MAX_LOST = 1_000_000
SERVER = "server"
"""The server's own replica: forms, areas, alerts."""


class Received(Struct, frozen=True, kw_only=True):
    """The answer to a push: what became of each change, in the order of the request, and where the replica stands."""

    outcomes: list[Outcome]
    replica: Replica
    held: tuple[int, ...] = ()
    """Sequences that wait beyond replica.received_up_to."""
    created: dict[Key, tuple[int, int]] = {}
    """Items that this push created and says whole: their positions, and which outcome they belong to."""


Answer = Received | Problem | None
"""None: the push speaks of another epoch, nothing was judged. Problem replica_taken or body_malformed."""


async def receive(
    tx: WriteTx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int, made_up_to: int = 0
) -> Received:
    """Judge changes of one of the actor's replicas. Problems: replica_taken, body_malformed."""
    return await take_in(tx, spell(actor, replica, changes, now_ms=now_ms, made_up_to=made_up_to))


async def apply_changes(
    tx: WriteTx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int
) -> list[Outcome]:
    """Board actions (`board:DEVICE`): the sequences are given here, each change is its own next one."""
    return (
        await receive(tx, actor, replica, await _numbered(tx, actor.project, replica, changes), now_ms=now_ms)
    ).outcomes


async def apply_server_changes(
    tx: WriteTx, project: str, changes: Sequence[Change], *, now_ms: int, person: str = "", name: str = ""
) -> list[Outcome]:
    """The server's own changes (forms, areas, alerts), in the name of who asked for them; sequences are given here."""
    speaker = state.Actor(replica=SERVER, person=person, name=name, role="administrator", server=True)
    numbered = await _numbered(tx, project, SERVER, changes)
    arrived = [arrived_change(speaker, change, now_ms) for change in numbered]
    made_up_to = max([change.sequence for change in numbered], default=0)
    push = Push(
        project=project, speaker=speaker, changes=numbered, arrived=arrived, now_ms=now_ms, made_up_to=made_up_to
    )
    return (await take_in(tx, push)).outcomes


async def _numbered(tx: WriteTx, project: str, replica: str, changes: Sequence[Change]) -> list[Change]:
    await tx.counter(project)  # nobody else gives the same numbers
    standing = await get_replica(tx, project, replica)
    following = standing.received_up_to + 1 if standing is not None else 1
    return [structs.replace(change, sequence=following + place) for place, change in enumerate(changes)]


async def take_in(tx: WriteTx, push: Push) -> Received:
    """Judge one push. Problems: replica_taken, body_malformed."""
    (answer,) = await judge(tx, push.project, [push])
    if isinstance(answer, Problem):
        raise answer
    if answer is None:
        raise ValueError("a push without an epoch is always judged")
    return answer


async def judge(tx: WriteTx, project: str, pushes: Sequence[Push]) -> list[Answer]:
    """Judge the pushes of one project one after another. One that is refused changes nothing of the others."""
    counter = await tx.counter(project)
    current = [push for push in pushes if not push.epoch or push.epoch == counter.epoch]
    if not current:
        return [None for _ in pushes]
    work = Workspace(project, counter, max(push.now_ms for push in current))
    judgings = await _load(tx, work, current)
    answers: list[Answer] = []
    for push in pushes:
        if push.epoch and push.epoch != counter.epoch:
            answers.append(None)
            continue
        try:
            answers.append(_judge(judgings[push.speaker.replica], push))
        except Problem as problem:
            answers.append(problem)
    reached("before_save")
    await work.save(tx)
    done = [answer.replica.replica for answer in answers if isinstance(answer, Received)]
    await save_replicas(tx, project, [judgings[replica].replica() for replica in dict.fromkeys(done)])
    for push, answer in zip(pushes, answers, strict=True):
        if push.health is not None and isinstance(answer, Received):
            await save_health(tx, project, push.speaker.replica, push.health, push.now_ms)
    return answers


def _judge(judging: Judging, push: Push) -> Received:
    """One push, all or nothing: what may refuse it comes before its first change. Problems."""
    standing, speaker = judging.standing, push.speaker
    if not speaker.server and (standing.device, standing.person) != (speaker.device, speaker.person):
        raise Problem("replica_taken", replica=speaker.replica)
    lost = join_ranges(push.lost)
    highest = max(judging.made_up_to, push.made_up_to)
    if any(first < 1 or last > highest for first, last in push.lost) or count(lost) > MAX_LOST:
        raise Problem("body_malformed", fault="lost")
    judging.speaker, judging.above = speaker, push.above
    judging.come(highest, lost)
    if 0 < push.made_up_to < judging.received_up_to and not speaker.server:
        judging.forked = True
    outcomes: dict[int, Outcome] = {}
    created: dict[Key, tuple[int, int]] = {}
    for place in sorted(range(len(push.changes)), key=lambda number: push.changes[number].sequence):
        change = push.changes[place]
        outcomes[place] = judging.take(change, push.arrived[place])
        if change.intent == "create" and outcomes[place].result == "applied" and not outcomes[place].duplicate:
            item = judging.work.items[change.kind, change.id]
            if item.state.fields == change.fields and item.state.revision == outcomes[place].revision:
                created[item.key] = (item.position, place)
    return Received(
        outcomes=[outcomes[place] for place in range(len(push.changes))],
        replica=judging.replica(),
        held=tuple(sorted(judging.waiting)),
        created=created,
    )


async def _load(tx: Tx, work: Workspace, pushes: Sequence[Push]) -> dict[str, Judging]:
    """Everything that the decisions of these pushes depend on, by one query a table."""
    project, names = work.project, [push.speaker.replica for push in pushes]
    known = await load_replicas(tx, project, names)
    waiting = await held_changes(tx, project, [name for name in names if name in known and known[name].held])
    spans = [_span(push) for push in pushes if push.changes and push.speaker.replica in known]
    stored = await load_changes(tx, project, spans)
    held = [one.change for changes in waiting.values() for one in changes.values()]
    changes = [change for push in pushes for change in push.changes] + held
    keys = [(change.kind, change.id) for change in changes if len(change.id) <= MAX_ID and "\0" not in change.id]
    work.items = await load_items(tx, project, keys)
    facts = await _facts(tx, project, changes, work.now_ms)
    judgings: dict[str, Judging] = {}
    for push in pushes:
        name, speaker = push.speaker.replica, push.speaker
        if name not in judgings:
            fresh = Replica(replica=name, device=speaker.device, person=speaker.person, first_at_ms=push.now_ms)
            if speaker.server:
                fresh = structs.replace(fresh, person="")
            judgings[name] = Judging(
                work,
                speaker,
                known.get(name, fresh),
                stored=stored.get(name, {}),
                waiting=waiting.get(name, {}),
                facts=facts,
            )
    return judgings


def _span(push: Push) -> tuple[str, int, int]:
    sequences = [change.sequence for change in push.changes]
    return push.speaker.replica, min(sequences), max(sequences)


async def _facts(tx: Tx, project: str, changes: Sequence[Change], now_ms: int) -> Facts:
    forms = {
        change.fields.get("form") or ""
        for change in changes
        if change.kind == "submission" and change.intent == "create"
    }
    settles = [name for change in changes for name in change.settles if "\0" not in name]
    return Facts(
        await form_doors(tx, project, forms, now_ms) if forms else {},
        {name: (str(kind), item) for name, (kind, item) in (await closed_among(tx, project, settles)).items()}
        if settles
        else {},
    )


async def quarantine(tx: Tx, actor: Actor, replica: str, changes: Sequence[Change], *, now_ms: int) -> None:
    """Keep what a revoked device still sends, apart and unjudged, for a person to look at.

    Only under its own replica: else it could take the identity of a change that another phone is yet to make.
    Problems: replica_taken, body_malformed.
    """
    standing = await get_replica(tx, actor.project, replica)
    if standing is not None and standing.device != actor.device:
        raise Problem("replica_taken", replica=replica)
    if standing is None:
        first = Replica(replica=replica, device=actor.device, person=actor.person, first_at_ms=now_ms)
        await save_replicas(tx, actor.project, [first])
    await quarantine_changes(tx, actor.project, spell(actor, replica, changes[:MAX_CHANGES], now_ms=now_ms).arrived)


async def accept_quarantined(tx: WriteTx, actor: Actor, replica: str, *, now_ms: int) -> Replica | None:
    """A person looked at what a revoked device had sent, and lets it count: judged as if it arrived now."""
    standing = await get_replica(tx, actor.project, replica)
    released = await free_quarantined(tx, actor.project, replica)
    if standing is None or not released:
        return standing
    await save_replicas(tx, actor.project, [structs.replace(standing, held=standing.held + released)])
    return (await receive(tx, actor, replica, [], now_ms=now_ms)).replica
