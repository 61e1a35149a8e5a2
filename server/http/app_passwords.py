"""POST /app-passwords: lets a device in that speaks only OpenRosa. Said once, revoked like any device."""

import secrets
from typing import Any

import msgspec
from litestar import Request, post

from server.exchange.openrosa import PASSWORD_BYTES, give_password
from server.exchange.roster import person_led
from server.forms.collect_settings import settings_qr
from server.http.body import decode
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.store.writer import WriteTx


class PasswordAsked(msgspec.Struct, frozen=True):
    """`name`: of the device, as its owner would say it; `area`: one of the person's areas, empty for their first."""

    person: str
    name: str = "ODK Collect"
    area: str = ""


class PasswordGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What to type into ODK Collect, or `settings_qr` to show as a QR code. The only time the password is said."""

    device: str
    url: str
    username: str
    password: str
    settings_qr: str


_ASKED = msgspec.json.Decoder(PasswordAsked)


@post("/app-passwords")
async def post_app_password(
    request: Request[Any, Any, Any], *, actor: Actor, database: Database, settings: Settings, now_ms: int
) -> PasswordGiven:
    """An app password for oneself, or for a person whom the asker leads. Problems: person_unknown, not_allowed."""
    asked = decode(_ASKED, await request.body())
    device, password = secrets.token_hex(8), secrets.token_urlsafe(PASSWORD_BYTES)

    async def unit(tx: WriteTx) -> None:
        areas = actor.areas
        if asked.person != actor.person:
            areas = (await person_led(tx, actor, asked.person)).areas
        if asked.area and asked.area not in areas:
            raise Problem("not_allowed")
        await give_password(
            tx, actor.project, device=device, password=password, person=asked.person,
            name=" ".join(asked.name.split())[:80], by=actor.person, now_ms=now_ms,
        )  # fmt: skip

    await database.writer.run(unit, project=actor.project)
    username = f"{asked.person}@{asked.area}" if asked.area else asked.person
    url = f"{settings.public_url}/openrosa"
    code = settings_qr(url, username, password, settings.project)
    return PasswordGiven(device=device, url=url, username=username, password=password, settings_qr=code)


ROUTES = [post_app_password]
