"""One sync: what the phone brought is judged and committed, then it hears what became of it and what is new.

Receipts are signed after COMMIT, the page is read after it too, so that a pull contains what its own push did (I8). A
sync that brings nothing writes nothing, but for a note of the contact once a minute.
"""

from msgspec import Struct, structs

from server.exchange.budget import Floors
from server.exchange.gather import gather_of
from server.exchange.incoming import spell
from server.exchange.pull import Page, pull
from server.exchange.push import Received, quarantine
from server.exchange.receipts import Sign, make_receipt, missing
from server.exchange.repair import repair
from server.problems import Problem
from server.store.actor import Actor
from server.store.changes import held_sequences
from server.store.crash_points import reached
from server.store.database import Database
from server.store.items import Key
from server.store.projects import Project, get_project
from server.store.replicas import Replica, count_repair, get_replica
from server.store.scope import scoped
from server.store.session import Tx
from sync.protocol import PROTOCOL_VERSION, Outcome, RepairRequest, RepairResponse, SyncRequest, SyncResponse

CONTACT_MS = 60_000
"""A contact without news is noted this often."""
MOST = 2**53 - 1


class Exchange(Struct, frozen=True):
    """What a sync needs beside its request: where it is saved, who signs, how phones over the budget are served."""

    database: Database
    sign: Sign
    floors: Floors


async def handle(exchange: Exchange, actor: Actor, asked: SyncRequest, now_ms: int) -> SyncResponse:
    """Answer POST /sync. Problems: protocol_unsupported, body_malformed, replica_taken."""
    received = await bring(exchange, actor, asked, now_ms)
    reached("after_commit_before_reply")
    response = await answer(exchange, actor, asked, received, now_ms)
    reached("reply_lost")
    return response


async def handle_repair(exchange: Exchange, actor: Actor, asked: RepairRequest) -> RepairResponse:
    """Answer POST /sync/repair. Problems: protocol_unsupported, body_malformed."""
    _check_protocol(asked.protocol)
    if not -1 <= asked.bucket < 16 or len(asked.buckets) > 16:
        raise Problem("body_malformed", fault="bucket")
    if asked.bucket < 0:
        await exchange.database.writer.run(lambda tx: count_repair(tx, actor.project, asked.replica), actor.project)
    return await exchange.database.reader.read(lambda tx: _repair(tx, exchange, actor, asked))


async def handle_revoked(exchange: Exchange, actor: Actor, asked: SyncRequest, now_ms: int) -> None:
    """Keep what a revoked device brings, apart. It gets no answer but its problem. Problem body_malformed."""
    check(asked)
    if asked.changes:
        await exchange.database.writer.run(
            lambda tx: quarantine(tx, actor, asked.replica, asked.changes, now_ms=now_ms), actor.project
        )


def check(asked: SyncRequest) -> None:
    """Problems: protocol_unsupported, body_malformed."""
    _check_protocol(asked.protocol)
    if not 0 < len(asked.replica) <= 100 or not asked.replica.isprintable() or ":" in asked.replica:
        raise Problem("body_malformed", fault="replica")
    if not 0 <= asked.made_up_to <= MOST or not 0 <= asked.receipt_up_to <= MOST:
        raise Problem("body_malformed", fault="made_up_to")
    health = asked.health
    numbers = [] if health is None else [one for one in structs.astuple(health) if isinstance(one, int)]
    if any(abs(number) > MOST for number in numbers):
        raise Problem("body_malformed", fault="health")


def _check_protocol(protocol: int) -> None:
    if protocol != PROTOCOL_VERSION:
        raise Problem("protocol_unsupported", asked=protocol, oldest=PROTOCOL_VERSION, newest=PROTOCOL_VERSION)


async def bring(exchange: Exchange, actor: Actor, asked: SyncRequest, now_ms: int) -> Received | None:
    """First half: commit what the request brings. None when it brings nothing, or speaks of another epoch."""
    check(asked)
    if not (asked.changes or asked.lost or asked.health):
        standing = await exchange.database.reader.glance(lambda tx: get_replica(tx, actor.project, asked.replica))
        known = standing is not None and standing.device == actor.device and standing.made_up_to >= asked.made_up_to
        if known and standing is not None and now_ms - standing.last_contact_at_ms < CONTACT_MS:
            return None
    push = spell(
        actor,
        asked.replica,
        asked.changes,
        now_ms=now_ms,
        made_up_to=asked.made_up_to,
        lost=asked.lost,
        epoch=asked.epoch,
        health=asked.health,
    )
    return await gather_of(exchange.database).push(push)


async def answer(
    exchange: Exchange, actor: Actor, asked: SyncRequest, received: Received | None, now_ms: int
) -> SyncResponse:
    """Second half, after COMMIT: outcomes, a signed receipt where one is owed, and the next page."""
    reader = exchange.database.reader
    is_short = bool(asked.cursor) and actor.role == "collaborator"  # a few rows, not worth the way to another thread
    response, replica = await (reader.glance if is_short else reader.read)(
        lambda tx: _answer(tx, exchange, actor, asked, received, now_ms=now_ms)
    )
    if replica is None:
        return response
    return structs.replace(response, receipt=make_receipt(replica, response.epoch, now_ms, exchange.sign))


async def _answer(
    tx: Tx, exchange: Exchange, actor: Actor, asked: SyncRequest, received: Received | None, *, now_ms: int
) -> tuple[SyncResponse, Replica | None]:
    """The answer, and the replica that is owed a receipt."""
    project = await _project(tx, actor)
    replica = received.replica if received is not None else await get_replica(tx, actor.project, asked.replica)
    if replica is None:
        replica = Replica(replica=asked.replica, device=actor.device, person=actor.person)
    if replica.device != actor.device:
        raise Problem("replica_taken", replica=asked.replica)
    replica = structs.replace(replica, made_up_to=max(replica.made_up_to, asked.made_up_to))
    held = await _held(tx, actor.project, replica) if received is None else received.held
    foreign = bool(asked.epoch) and asked.epoch != project.epoch
    created = received.created if received is not None and asked.lean else {}
    page = (
        Page()
        if foreign
        else await pull(
            tx,
            project,
            scoped(actor),
            asked.cursor,
            page_bytes=asked.page_bytes,
            floors=exchange.floors,
            created={key: position for key, (position, _) in created.items()},
        )
    )
    owed = replica.received_up_to > asked.receipt_up_to and not foreign
    response = SyncResponse(
        protocol=PROTOCOL_VERSION,
        epoch=project.epoch,
        outcomes=_placed(received, page.known) if received is not None else [],
        received_up_to=replica.received_up_to,
        gaps=missing(replica, held),
        items=page.items,
        gone=page.gone,
        cursor=page.cursor,
        more=page.more,
        floor=page.floor,
        digest=page.digest,
        server_at_ms=now_ms,
    )
    return response, replica if owed else None


def _placed(received: Received, known: list[Key]) -> list[Outcome]:
    """The outcomes, with the positions of items that the answer leaves out."""
    outcomes = list(received.outcomes)
    for key in known:
        position, place = received.created[key]
        outcomes[place] = structs.replace(outcomes[place], position=position)
    return outcomes


async def _held(tx: Tx, project: str, replica: Replica) -> tuple[int, ...]:
    return await held_sequences(tx, project, replica.replica) if replica.held else ()


async def _repair(tx: Tx, exchange: Exchange, actor: Actor, asked: RepairRequest) -> RepairResponse:
    return await repair(tx, await _project(tx, actor), scoped(actor), asked, exchange.floors)


async def _project(tx: Tx, actor: Actor) -> Project:
    project = await get_project(tx, actor.project)
    if project is None:
        raise Problem("item_unknown")
    return project
