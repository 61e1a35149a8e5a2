"""Answers: whom they reached, and how long each area waits for one."""

from statistics import median

from msgspec import Struct

from server.reports.places import DIVIDED, read_places
from server.store.actor import Actor
from server.store.items import load_items
from server.store.scope import scoped
from server.store.session import Tx
from server.store.topics import answers_by_topic, list_answers, list_waiting, reach_of_answers

MOST = 100


class AreaWait(Struct, frozen=True, kw_only=True):
    """How long topics of an area wait, in ms; 0 where none was answered, or none waits."""

    area: str
    area_name: str
    topics: int
    answered: int
    median_ms: int
    slowest_ms: int
    waiting_ms: int


class AnswerRow(Struct, frozen=True, kw_only=True):
    """One answer: people who had reported, people sent a webpush, people whose phone opened it."""

    answer: str
    topic: str
    title: str
    area_name: str
    text: str
    answered_by: str
    answered_at_ms: int
    reporters: int
    told: int
    read: int


class AnswerBoard(Struct, frozen=True):
    """Areas by what waits longest, answers with the newest first."""

    areas: list[AreaWait]
    answers: list[AnswerRow]


async def answer_board(tx: Tx, actor: Actor, now_ms: int) -> AnswerBoard:
    """Within scope. A topic waits from its opening until its first answer, or until it was closed without one."""
    scope = scoped(actor)
    areas, today = await read_places(tx, actor.project)
    answered = await answers_by_topic(tx, actor.project)
    topics = await list_waiting(tx, scope)
    took: dict[str, list[int]] = {}
    waiting: dict[str, list[int]] = {}
    for topic in topics:
        unit = today.get(topic.area, topic.area)
        unit = topic.area if unit == DIVIDED else unit
        took.setdefault(unit, [])
        if first := answered.get(topic.topic):
            took[unit].append(max(0, first.first_at_ms - topic.created_at_ms))
        elif topic.state not in {"answered", "closed"}:
            waiting.setdefault(unit, []).append(now_ms - topic.created_at_ms)
    names = {code: area.name for code, area in areas.items()}
    waits = [
        AreaWait(
            area=unit,
            area_name=names.get(unit, unit),
            topics=len(times) + len(waiting.get(unit, ())),
            answered=len(times),
            median_ms=int(median(times)) if times else 0,
            slowest_ms=max(times, default=0),
            waiting_ms=max(waiting.get(unit, ()), default=0),
        )
        for unit, times in took.items()
    ]
    items = await list_answers(tx, scope, most=MOST)
    spoken_of = await load_items(tx, actor.project, [("topic", one.state.fields.get("topic", "")) for one in items])
    titles = {name: topic.state.fields.get("title", "") for (_, name), topic in spoken_of.items()}
    reach = await reach_of_answers(
        tx, actor.project, [(one.state.id, one.state.fields.get("topic", "")) for one in items]
    )
    answers = []
    for one in items:
        fields, reached = one.state.fields, reach[one.state.id]
        topic_id = fields.get("topic", "")
        answers.append(
            AnswerRow(
                answer=one.state.id,
                topic=topic_id,
                title=titles.get(topic_id, ""),
                area_name=names.get(one.area, one.area),
                text=fields.get("text", ""),
                answered_by=fields.get("answered_by", ""),
                answered_at_ms=one.created_at_ms,
                reporters=reached.reporters,
                told=reached.told,
                read=reached.read,
            )
        )
    return AnswerBoard(sorted(waits, key=lambda one: -one.waiting_ms), answers)
