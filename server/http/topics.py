"""The topics board over HTTP: list, emerging, one topic, merge and split, answers."""

import uuid
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from msgspec import Struct

from server.exchange.topics import Moved, merge_topics, split_topic
from server.http.boards import LEADERS, answer_json
from server.http.body import decode
from server.problems import Problem
from server.reports import answers, topics
from server.reports.answers import AnswerBoard
from server.reports.topics import Emerging, TopicPage, TopicRow
from server.store.actor import Actor
from server.store.audit import append_audit
from server.store.database import Database
from server.store.writer import WriteTx


class MergeAsked(Struct, frozen=True):
    """Body of POST /boards/topic/{topic}/merge."""

    into: str


class SplitAsked(Struct, frozen=True):
    """Body of POST /boards/topic/{topic}/split."""

    title: str
    submissions: list[str]


_MERGE = msgspec.json.Decoder(MergeAsked)
_SPLIT = msgspec.json.Decoder(SplitAsked)


@get("/boards/topic-list", opt=LEADERS)
async def board_topic_list(
    actor: Actor,
    database: Database,
    *,
    q: str = "",
    only: str = "open",
    area: str = "",
    owner: str = "",
    most: int = 200,
) -> Response[bytes]:
    """Topics within scope in one line each, urgent ones first; `only` all, open, or one of the states."""
    if not 0 < most <= 500 or len(q) > 200:
        raise Problem("query_malformed", fault="most, q")
    wanted = "" if only == "all" else only
    found: list[TopicRow] = await database.reader.read(
        lambda tx: topics.topic_board(tx, actor, q=q, state=wanted, area=area, owner=owner, most=most)
    )
    return answer_json(found)


@get("/boards/emerging", opt=LEADERS)
async def board_emerging(actor: Actor, database: Database, now_ms: int) -> Response[bytes]:
    """Subjects that are unusual for their area this week, the most unusual first."""
    found: list[Emerging] = await database.reader.read(lambda tx: topics.emerging(tx, actor, now_ms))
    return answer_json(found)


@get("/boards/topic/{topic:str}", opt=LEADERS)
async def board_topic(topic: str, actor: Actor, database: Database, now_ms: int) -> Response[bytes]:
    """One topic: its reports, its weeks, reports that may belong to it, topics like it."""
    found: TopicPage = await database.reader.read(lambda tx: topics.topic_page(tx, actor, topic, now_ms))
    return answer_json(found)


@post("/boards/topic/{topic:str}/merge", status_code=200, opt=LEADERS)
async def merge_topic(
    request: Request[Any, Any, Any], topic: str, actor: Actor, database: Database, now_ms: int
) -> Moved:
    """Move every report into another topic and close this one."""
    asked = decode(_MERGE, await request.body())

    async def unit(tx: WriteTx) -> Moved:
        moved = await merge_topics(tx, actor, topic, asked.into, now_ms)
        await append_audit(
            tx, actor.project, at_ms=now_ms, actor=actor.person, verb="merged_topic", subject=topic,
            particulars={"into": asked.into, "reports": moved.moved},
        )  # fmt: skip
        return moved

    return await database.writer.run(unit, project=actor.project)


@post("/boards/topic/{topic:str}/split", status_code=201, opt=LEADERS)
async def split(request: Request[Any, Any, Any], topic: str, actor: Actor, database: Database, now_ms: int) -> Moved:
    """Open a new topic with some of this one's reports."""
    asked = decode(_SPLIT, await request.body())
    if not 0 < len(asked.title.strip()) <= 200 or not 0 < len(asked.submissions) <= 500:
        raise Problem("body_malformed", fault="$.title, $.submissions")
    name = str(uuid.uuid4())

    async def unit(tx: WriteTx) -> Moved:
        moved = await split_topic(
            tx, actor, topic, name=name, title=asked.title.strip(), submissions=asked.submissions, now_ms=now_ms
        )
        await append_audit(
            tx, actor.project, at_ms=now_ms, actor=actor.person, verb="split_topic", subject=topic,
            particulars={"into": name, "reports": moved.moved},
        )  # fmt: skip
        return moved

    return await database.writer.run(unit, project=actor.project)


@get("/boards/answers", opt=LEADERS)
async def board_answers(actor: Actor, database: Database, now_ms: int) -> Response[bytes]:
    """How long each area waits for answers, and whom the latest ones reached."""
    found: AnswerBoard = await database.reader.read(lambda tx: answers.answer_board(tx, actor, now_ms))
    return answer_json(found)


ROUTES = [board_topic_list, board_emerging, board_topic, merge_topic, split, board_answers]
