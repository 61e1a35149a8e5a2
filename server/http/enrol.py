"""Enrolment over HTTP: an invitation's code in, a session cookie and everything the phone needs to begin out."""

import secrets
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from server.exchange import enrol as exchange
from server.exchange.enrol import Enrolment, Secrets
from server.http.actor import COOKIE
from server.http.body import decode
from server.keys import Keys, public_jwk, public_point
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.store.enrolment import AreaName, load_area_names, load_project
from server.store.session import Tx
from server.store.writer import WriteTx

SESSION_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie; the device's row is what ends a session."""

_PRIVATE = {"Cache-Control": "no-store"}


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who this device is, and the project's public keys.

    `receipt_key` (JWK, P-256) verifies receipts; `webpush_key` goes into PushManager.subscribe and `seal_key` seals
    courier bundles (both base64url of the 65-byte uncompressed P-256 point).
    """

    project: str
    project_name: str
    epoch: str
    device: str
    person: str
    name: str
    role: str
    areas: list[AreaName]
    receipt_key: dict[str, str]
    webpush_key: str
    seal_key: str


_ENROLMENT = msgspec.json.Decoder(Enrolment)


async def describe(tx: Tx, actor: Actor, keys: Keys) -> Me:
    """Put together what a device is told about itself."""
    project = await load_project(tx, actor.project)
    return Me(
        project=actor.project,
        project_name=project.name,
        epoch=project.epoch,
        device=actor.device,
        person=actor.person,
        name=actor.name,
        role=actor.role,
        areas=await load_area_names(tx, actor.project, actor.areas),
        receipt_key=public_jwk(keys.receipt),
        webpush_key=public_point(keys.webpush),
        seal_key=public_point(keys.seal),
    )


@post("/enrol", opt={"open": True}, request_max_body_size=16 * 1024)
async def enrol(
    request: Request[Any, Any, Any], database: Database, settings: Settings, keys: Keys, now_ms: int
) -> Response[Me]:
    """Use an invitation. 201 with the session cookie; the same phone may repeat it when the answer was lost."""
    asked = decode(_ENROLMENT, await request.body())
    fresh = Secrets(device=secrets.token_hex(8), token=secrets.token_urlsafe(32))

    async def unit(tx: WriteTx) -> Me:
        return await describe(tx, await exchange.enrol(tx, settings.project, asked, fresh, now_ms), keys)

    me = await database.writer.run(unit, project=settings.project)
    return Response(me, status_code=201, cookies=[session_cookie(fresh.token, SESSION_S)], headers=_PRIVATE)


@get("/me")
async def me(actor: Actor, database: Database, keys: Keys) -> Response[Me]:
    """Who this device is."""
    return Response(await database.reader.read(lambda tx: describe(tx, actor, keys)), headers=_PRIVATE)


@post("/leave", status_code=204, opt={"revoked": True})
async def leave(actor: Actor, database: Database, now_ms: int) -> Response[None]:
    """The app erased what it held (its own wish, or because it was revoked): end its session."""

    async def unit(tx: WriteTx) -> None:
        await exchange.leave(tx, actor, now_ms)

    await database.writer.run(unit, project=actor.project)
    return Response(None, status_code=204, cookies=[session_cookie("", 0)])


def session_cookie(token: str, max_age_s: int) -> Cookie:
    """The session cookie: this host only, not for scripts, never sent along from other sites."""
    return Cookie(key=COOKIE, value=token, path="/", secure=True, httponly=True, samesite="strict", max_age=max_age_s)


ROUTES = [enrol, me, leave]
