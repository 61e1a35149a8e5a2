"""The sync board over HTTP: communes, devices, a person, reminders, saved views, alarm rules, outlines of areas."""

from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post, put
from msgspec import Struct

from server import events
from server.exchange.roster import person_led
from server.http.boards import LEADERS, answer_json
from server.http.body import decode
from server.problems import Problem
from server.reports import sync_status
from server.reports.outlines import check_outline
from server.reports.sync_status import Alarmed, AreaOnBoard, PersonOnBoard
from server.store.actor import Actor
from server.store.audit import append_audit
from server.store.board_settings import (
    Alarm,
    View,
    get_outline,
    list_views,
    save_alarm,
    save_outline,
    save_view,
    usable_devices,
)
from server.store.database import Database
from server.store.outbox import add_events
from server.store.standings import MOST, DeviceStanding, Only, Sort
from server.store.writer import WriteTx

MAX_OUTLINE_BYTES = 4 * 1024 * 1024
OUTLINE = "communes"


class AlarmAsked(Struct, frozen=True):
    """Body of PUT /boards/alarms. 0 days takes the rule away."""

    measure: Literal["unsent", "silent"]
    days: int


class Reminded(Struct, frozen=True):
    """How many devices a reminder goes to; with 0 somebody has to call."""

    devices: int
    contact: str


_ALARM = msgspec.json.Decoder(AlarmAsked)
_VIEW = msgspec.json.Decoder(View)


@get("/boards/areas", opt=LEADERS)
async def board_areas(actor: Actor, database: Database, now_ms: int) -> Response[bytes]:
    """Every unit of today within sight: its devices together, and thirty days of arrivals."""
    found: list[AreaOnBoard] = await database.reader.read(lambda tx: sync_status.area_board(tx, actor, now_ms))
    return answer_json(found)


@get("/boards/sync-status", opt=LEADERS)
async def board_sync_status(
    actor: Actor,
    database: Database,
    now_ms: int,
    *,
    area: str = "",
    only: str = "",
    sort: str = "contact",
    q: str = "",
    after: int = 0,
    most: int = MOST,
) -> Response[bytes]:
    """Devices of the people within sight: last contact, made, received, missing; the longest silent first."""
    try:
        chosen, order = msgspec.convert(only, Only), msgspec.convert(sort, Sort)
    except msgspec.ValidationError:
        raise Problem("query_malformed", fault="only, sort") from None
    if not 0 <= after < 2**31 or not 0 < most <= MOST or len(q) > 200:
        raise Problem("query_malformed", fault="after, most, q")
    found: list[DeviceStanding] = await database.reader.read(
        lambda tx: sync_status.device_board(
            tx, actor, now_ms, area=area, only=chosen, sort=order, q=q, after=after, most=most
        )
    )
    return answer_json(found)


@get("/boards/people/{person:str}", opt=LEADERS)
async def board_person(person: str, actor: Actor, database: Database, now_ms: int) -> Response[bytes]:
    """One person: devices, the last syncs that brought something, thirty days."""
    found: PersonOnBoard = await database.reader.read(lambda tx: sync_status.person_board(tx, actor, person, now_ms))
    return answer_json(found)


@post("/boards/people/{person:str}/remind", status_code=200, opt=LEADERS)
async def remind_person(person: str, actor: Actor, database: Database, now_ms: int) -> Reminded:
    """Let the person's phones say that reports still wait there: at most once an hour."""

    async def unit(tx: WriteTx) -> Reminded:
        led = await person_led(tx, actor, person)
        devices = await usable_devices(tx, actor.project, [person])
        asked = events.ReminderAsked(project=actor.project, person=person, by=actor.person)
        await add_events(tx, [asked], now_ms, f"remind:{person}:{now_ms}")
        await append_audit(tx, actor.project, at_ms=now_ms, actor=actor.person, verb="reminded", subject=person)
        return Reminded(len(devices), led.contact)

    return await database.writer.run(unit, project=actor.project)


@get("/boards/views/{board:str}", opt=LEADERS)
async def get_views(board: str, actor: Actor, database: Database) -> list[View]:
    """The asker's saved ways of looking at a board."""
    return await database.reader.read(lambda tx: list_views(tx, actor.project, actor.person, board))


@put("/boards/views/{board:str}", opt=LEADERS, status_code=204)
async def put_view(
    request: Request[Any, Any, Any], board: str, actor: Actor, database: Database, now_ms: int
) -> Response[None]:
    """Save a view under its name; an empty query removes it."""
    view = decode(_VIEW, await request.body())
    if not 0 < len(view.name.strip()) <= 60 or len(view.query) > 500 or len(board) > 40:
        raise Problem("body_malformed", fault="$.name")
    await database.writer.run(
        lambda tx: save_view(tx, actor.project, actor.person, board, view, now_ms=now_ms), project=actor.project
    )
    return Response(None, status_code=204)


@get("/boards/alarms", opt=LEADERS)
async def get_alarms(actor: Actor, database: Database, now_ms: int) -> list[Alarmed]:
    """The asker's alarm rules with what each finds now."""
    return await database.reader.read(lambda tx: sync_status.alarmed(tx, actor, now_ms))


@put("/boards/alarms", opt=LEADERS)
async def put_alarm(request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int) -> list[Alarmed]:
    """Set a rule such as "oldest unsent more than 3 days"; what it finds already is told with the next look."""
    asked = decode(_ALARM, await request.body())
    if not 0 <= asked.days <= 365:
        raise Problem("body_malformed", fault="$.days")
    rule = Alarm(person=actor.person, measure=asked.measure, days=asked.days)
    await database.writer.run(lambda tx: save_alarm(tx, actor.project, rule, now_ms), project=actor.project)
    return await database.reader.read(lambda tx: sync_status.alarmed(tx, actor, now_ms))


@get("/boards/outline.geojson", opt=LEADERS)
async def get_outlines(actor: Actor, database: Database) -> Response[bytes]:
    """The outlines of communes that an administrator uploaded; an empty collection where there are none."""
    body = await database.reader.read(lambda tx: get_outline(tx, actor.project, OUTLINE))
    content = body or b'{"type":"FeatureCollection","features":[]}'
    return Response(content, media_type="application/json", headers={"Cache-Control": "private, max-age=300"})


@put(
    "/boards/outline.geojson",
    opt={"roles": ("administrator",), "takes": ("application/json", "application/geo+json")},
    request_max_body_size=MAX_OUTLINE_BYTES,
)
async def put_outlines(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int
) -> dict[str, list[str]]:
    """Upload outlines: a FeatureCollection whose features name their unit code. Answers which areas have none."""
    content = await request.body()

    async def unit(tx: WriteTx) -> list[str]:
        outline = await check_outline(tx, actor.project, content)
        await save_outline(tx, actor.project, OUTLINE, outline.body, by=actor.person, now_ms=now_ms)
        await append_audit(tx, actor.project, at_ms=now_ms, actor=actor.person, verb="saved_outline", subject=OUTLINE)
        return outline.missing

    return {"missing": await database.writer.run(unit, project=actor.project)}


ROUTES = [
    board_areas,
    board_sync_status,
    board_person,
    remind_person,
    get_views,
    put_view,
    get_alarms,
    put_alarm,
    get_outlines,
    put_outlines,
]
