"""Boards over HTTP: what coordinators and staff look at, and what they do there.

Their actions are changes of a replica of their own, `board:DEVICE`, whose sequences the server gives: history,
conflicts, feed and events follow as for a phone's.
"""

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from server.exchange import boards as exchange
from server.exchange.boards import Step, SubmissionOnBoard, TopicOnBoard
from server.exchange.push import apply_changes
from server.http.body import decode
from server.problems import Problem
from server.store.actor import Actor
from server.store.boards import Wanted
from server.store.database import Database
from server.store.writer import WriteTx
from sync.protocol import Change, Intent, ItemKind, Outcome, Value

LEADERS = {"roles": ("coordinator", "staff", "administrator")}
MOST_CHANGES = 200


class BoardChange(msgspec.Struct, frozen=True, kw_only=True):
    """A Change (sync/protocol.py) without its sequence."""

    intent: Intent
    kind: ItemKind
    id: str
    base: int = 0
    fields: dict[str, Value] = msgspec.field(default_factory=dict)
    before: dict[str, Value] = msgspec.field(default_factory=dict)
    settles: list[str] = msgspec.field(default_factory=list)
    made_at_ms: int = 0


class BoardChanges(msgspec.Struct, frozen=True):
    """Body of POST /board/changes."""

    changes: list[BoardChange]


class BoardOutcomes(msgspec.Struct, frozen=True):
    """What became of each change, in the order asked."""

    outcomes: list[Outcome]


_CHANGES = msgspec.json.Decoder(BoardChanges)
_encode = msgspec.json.Encoder().encode
_PRIVATE = {"Cache-Control": "no-store"}


@post("/board/changes", status_code=200, opt=LEADERS)
async def change_items(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int
) -> Response[bytes]:
    """Mark a topic, group reports, answer, settle a conflict: BoardChanges in, BoardOutcomes out."""
    asked = decode(_CHANGES, await request.body())
    if not 0 < len(asked.changes) <= MOST_CHANGES:
        raise Problem("body_malformed", fault=f"1 to {MOST_CHANGES} changes - at `$.changes`")
    changes = [Change(sequence=0, **msgspec.structs.asdict(one)) for one in asked.changes]

    async def unit(tx: WriteTx) -> list[Outcome]:
        return await apply_changes(tx, actor, f"board:{actor.device}", changes, now_ms=now_ms)

    outcomes = await database.writer.run(unit, project=actor.project)
    return answer_json(BoardOutcomes(outcomes))


@get("/boards/submissions")
async def board_submissions(
    actor: Actor,
    database: Database,
    *,
    topic: str = "",
    area: str = "",
    form: str = "",
    before: int = 0,
    most: int = 100,
) -> Response[bytes]:
    """Submissions within scope, the newest change first; `before` is the position of the last one seen."""
    wanted = _wanted("submission", topic=topic, area=area, form=form, before=before, most=most)
    found: list[SubmissionOnBoard] = await database.reader.read(lambda tx: exchange.submissions(tx, actor, wanted))
    return answer_json(found)


@get("/boards/topics")
async def board_topics(
    actor: Actor, database: Database, *, area: str = "", before: int = 0, most: int = 100
) -> Response[bytes]:
    """Topics within scope with how many submissions they gather, the newest change first."""
    wanted = _wanted("topic", area=area, before=before, most=most)
    found: list[TopicOnBoard] = await database.reader.read(lambda tx: exchange.topics(tx, actor, wanted))
    return answer_json(found)


@get("/boards/history/{kind:str}/{item:str}")
async def board_history(kind: str, item: str, actor: Actor, database: Database) -> Response[bytes]:
    """Every change of one item and what became of it."""
    try:
        known = msgspec.convert(kind, ItemKind)
    except msgspec.ValidationError:
        raise Problem("item_unknown") from None
    steps: list[Step] | None = await database.reader.read(lambda tx: exchange.history(tx, actor, known, item))
    if steps is None:
        raise Problem("item_unknown")
    return answer_json(steps)


def _wanted(kind: ItemKind, *, before: int, most: int, **more: str) -> Wanted:
    if not 0 <= before < 2**53 or not 0 < most <= 200:
        raise Problem("query_malformed", fault="before, most")
    return Wanted(kind=kind, before=before, most=most, **more)


def answer_json(content: object) -> Response[bytes]:
    """JSON that nobody between keeps."""
    return Response(_encode(content), media_type="application/json", headers=_PRIVATE)


ROUTES = [change_items, board_submissions, board_topics, board_history]
