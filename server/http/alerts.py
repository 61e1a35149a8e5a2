"""Alerts over HTTP: compose with a forecast, approve, undo, update, cancel, and see how far each came.

Decodes, authorises by role, encodes; what an alert is and who may do what to it is in exchange/alerts.py.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post

from server.exchange import alerts as exchange
from server.exchange import cap
from server.exchange.alert_draft import ROLES, Compose
from server.exchange.alert_ledger import Forecast, Ledger, forecast, ledger
from server.exchange.alert_templates import TEMPLATES, Template
from server.http.body import decode
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor, Role
from server.store.alerts import Alert, get_alert, list_alerts
from server.store.areas import list_areas
from server.store.database import Database
from server.store.projects import get_project
from server.store.session import Tx
from server.store.writer import WriteTx

LEADERS = {"roles": exchange.MAY_COMPOSE}
_BODY = 128 * 1024


class ForecastAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /alerts/forecast."""

    areas: list[str]
    roles: list[Role] = msgspec.field(default_factory=lambda: list(ROLES))
    severity: str = ""


class Reason(msgspec.Struct, frozen=True):
    """Body of POST /alerts/{alert}/cancel."""

    reason: str = ""


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as boards show it. `state` is its life in the system, `fields` what it says (CAP words, `status` among
    them: actual, exercise or test). Times in ms."""

    alert: str
    root: str
    revision: int
    references: tuple[str, ...]
    message_type: str
    state: str
    topic: str
    areas: tuple[str, ...]
    severity: str
    fields: dict[str, str]
    created_at_ms: int
    created_by: str
    approved_by: str
    send_at_ms: int | None
    sent_at_ms: int | None
    expires_at_ms: int


_FORECAST = msgspec.json.Decoder(ForecastAsked)
_COMPOSE = msgspec.json.Decoder(Compose)
_REASON = msgspec.json.Decoder(Reason)


@get("/alerts/templates", opt=LEADERS)
async def templates() -> list[Template]:
    """Kinds of emergency with their defaults in both languages."""
    return list(TEMPLATES.values())


@post("/alerts/forecast", status_code=200, opt=LEADERS, request_max_body_size=_BODY)
async def post_forecast(
    request: Request[Any, Any, Any], actor: Actor, database: Database, settings: Settings, now_ms: int
) -> Forecast:
    """Who would be reached, before anything is sent."""
    asked = decode(_FORECAST, await request.body())
    exchange.must_answer_for(actor, asked.areas)
    return await database.reader.read(
        lambda tx: forecast(
            tx,
            actor.project,
            asked.areas,
            asked.roles,
            severity=asked.severity,
            rules=settings.alerts,
            now_ms=now_ms,
        )
    )


@post("/alerts", opt=LEADERS, request_max_body_size=_BODY)
async def post_alert(
    request: Request[Any, Any, Any], actor: Actor, database: Database, settings: Settings, now_ms: int
) -> AlertView:
    """Compose: the alert waits for a second person, or for its undo window."""
    draft = decode(_COMPOSE, await request.body())
    new_id = _new_id(request, actor)
    return await _write(
        database,
        actor,
        lambda tx: exchange.compose(tx, actor, draft, new_id=new_id, rules=settings.alerts, now_ms=now_ms),
    )


@get("/alerts")
async def get_alerts(actor: Actor, database: Database) -> list[AlertView]:
    """The newest alerts within scope, newest first."""
    return [view(alert) for alert in await database.reader.read(lambda tx: exchange.read_alerts(tx, actor))]


@get("/alerts/{alert:str}")
async def get_one(alert: str, actor: Actor, database: Database) -> AlertView:
    """One alert."""
    return view(await database.reader.read(lambda tx: exchange.read_alert(tx, actor, alert)))


@post("/alerts/{alert:str}/approve", status_code=200, opt=LEADERS)
async def approve(alert: str, actor: Actor, database: Database, settings: Settings, now_ms: int) -> AlertView:
    """The second pair of eyes."""
    return await _write(
        database, actor, lambda tx: exchange.approve(tx, actor, alert, rules=settings.alerts, now_ms=now_ms)
    )


@post("/alerts/{alert:str}/undo", status_code=200, opt=LEADERS)
async def undo(alert: str, actor: Actor, database: Database, now_ms: int) -> AlertView:
    """Take it back before anybody has seen it."""
    return await _write(database, actor, lambda tx: exchange.undo(tx, actor, alert, now_ms=now_ms))


@post("/alerts/{alert:str}/cancel", opt=LEADERS, request_max_body_size=_BODY)
async def cancel(
    request: Request[Any, Any, Any], alert: str, actor: Actor, database: Database, now_ms: int
) -> AlertView:
    """Cancel a sent alert by a message that says so, at once. Answers that message."""
    body = await request.body()
    reason = decode(_REASON, body).reason if body else ""
    new_id = f"a-{secrets.token_hex(8)}"
    return await _write(
        database, actor, lambda tx: exchange.cancel(tx, actor, alert, reason, new_id=new_id, now_ms=now_ms)
    )


@post("/alerts/{alert:str}/update", opt=LEADERS, request_max_body_size=_BODY)
async def update(
    request: Request[Any, Any, Any],
    alert: str,
    *,
    actor: Actor,
    database: Database,
    settings: Settings,
    now_ms: int,
) -> AlertView:
    """Say something newer about a sent alert; fields left out stay as they were. Answers the new message."""
    draft = decode(_COMPOSE, await request.body())
    new_id = _new_id(request, actor)
    return await _write(
        database,
        actor,
        lambda tx: exchange.update(tx, actor, alert, draft, new_id=new_id, rules=settings.alerts, now_ms=now_ms),
    )


@get("/alerts/{alert:str}/ledger", opt=LEADERS)
async def get_ledger(alert: str, actor: Actor, database: Database, area: str = "") -> Ledger:
    """How far the alert came, by area and device, who is not reached and how to call them; `?area=` for one area."""

    async def look(tx: Tx) -> Ledger:
        return await ledger(tx, await exchange.read_alert(tx, actor, alert), actor, area=area)

    return await database.reader.read(look)


@get("/alerts/{alert:str}/cap.xml")
async def get_cap(alert: str, actor: Actor, database: Database, settings: Settings) -> Response[bytes]:
    """The alert as CAP 1.2."""

    async def look(tx: Tx) -> bytes:
        return await _cap(tx, await exchange.read_alert(tx, actor, alert), settings)

    return Response(await database.reader.read(look), media_type=cap.MEDIA_TYPE)


@get("/public/alerts/{alert:str}/cap.xml", opt={"open": True})
async def get_public_cap(alert: str, database: Database, settings: Settings) -> Response[bytes]:
    """A public alert as CAP 1.2, for everybody, while the feed is switched on."""

    async def look(tx: Tx) -> bytes:
        found = await get_alert(tx, settings.project, alert) if settings.alerts.feed else None
        if found is None or not _is_public(found):
            raise Problem("alert_unknown")
        return await _cap(tx, found, settings)

    return Response(await database.reader.read(look), media_type=cap.MEDIA_TYPE)


@get("/alerts.atom", opt={"open": True})
async def get_feed(database: Database, settings: Settings, now_ms: int) -> Response[bytes]:
    """Public alerts as an Atom feed, while it is switched on."""
    if not settings.alerts.feed:
        raise Problem("address_unknown")

    async def look(tx: Tx) -> bytes:
        alerts = [one for one in await list_alerts(tx, settings.project) if _is_public(one)]
        source = await _source(tx, settings)
        updated = max((one.sent_at_ms or 0 for one in alerts), default=now_ms)
        return cap.write_feed(alerts, source, address=settings.public_url, updated_at_ms=updated)

    return Response(await database.reader.read(look), media_type="application/atom+xml")


def view(alert: Alert) -> AlertView:
    """An alert for the board."""
    return AlertView(
        alert=alert.alert,
        root=alert.root,
        revision=alert.revision,
        references=alert.references,
        message_type=alert.message_type,
        state=alert.status,
        topic=alert.topic,
        areas=alert.areas,
        severity=alert.severity,
        fields=alert.body,
        created_at_ms=alert.created_at_ms,
        created_by=alert.created_by,
        approved_by=alert.approved_by,
        send_at_ms=alert.send_at_ms,
        sent_at_ms=alert.sent_at_ms,
        expires_at_ms=alert.expires_at_ms,
    )


async def _write(database: Database, actor: Actor, use: Callable[[WriteTx], Awaitable[Alert]]) -> AlertView:
    async def unit(tx: WriteTx) -> Alert:
        return await use(tx)

    return view(await database.writer.run(unit, project=actor.project))


def _new_id(request: Request[Any, Any, Any], actor: Actor) -> str:
    """A random id; with the header `Idempotency-Key` always the same one, so that an alert whose answer was lost on a
    bad network is not sent twice when it is asked for again."""
    key = request.headers.get("idempotency-key", "")
    if not key:
        return f"a-{secrets.token_hex(8)}"
    said = "\n".join((actor.project, actor.person, request.url.path, key))
    return f"a-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _is_public(alert: Alert) -> bool:
    return alert.body.get("public") == "yes" and alert.sent_at_ms is not None


async def _cap(tx: Tx, alert: Alert, settings: Settings) -> bytes:
    earlier = [await get_alert(tx, alert.project, reference) for reference in alert.references]
    return cap.write_alert(alert, [one for one in earlier if one is not None], await _source(tx, settings))


async def _source(tx: Tx, settings: Settings) -> cap.Source:
    project = await get_project(tx, settings.project)
    return cap.Source(
        sender=f"{settings.project}@{urlsplit(settings.public_url).hostname or 'localhost'}",
        name=project.name if project else settings.project,
        areas={area.area: area.name for area in await list_areas(tx, settings.project)},
        utc_offset_minutes=settings.alerts.utc_offset_minutes,
    )


ROUTES = [
    templates,
    post_forecast,
    post_alert,
    get_alerts,
    get_one,
    approve,
    undo,
    cancel,
    update,
    get_ledger,
    get_cap,
    get_public_cap,
    get_feed,
]
