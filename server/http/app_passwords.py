"""App passwords let devices in that speak only OpenRosa. Said once, revoked like any device.

POST /app-passwords   a new one      GET /app-passwords   who has one (POST /devices/{device}/revoke ends it)
"""

import secrets
from typing import Any

import msgspec
import segno
from litestar import Request, get, post

from server.exchange.openrosa import PASSWORD_BYTES, give_password
from server.exchange.roster import people_seen, person_led
from server.forms.collect_settings import settings_qr
from server.http.body import decode
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.store.enrolment import Device, list_devices
from server.store.session import Tx
from server.store.writer import WriteTx


class PasswordAsked(msgspec.Struct, frozen=True):
    """`name`: of the device, as its owner would say it; `area`: one of the person's areas, empty for their first."""

    person: str
    name: str = "ODK Collect"
    area: str = ""


class PasswordGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What to type into ODK Collect, or `settings_qr` to show as a QR code; `picture` is that code as the address of an
    image. The only time the password is said.
    """

    device: str
    url: str
    username: str
    password: str
    settings_qr: str
    picture: str


class PasswordListed(msgspec.Struct, frozen=True, kw_only=True):
    """A device that came in by an app password; times in ms, null where it did not happen."""

    device: str
    name: str
    person: str
    person_name: str
    given_at_ms: int
    revoked_at_ms: int | None


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
    picture = segno.make(code, error="l", micro=False).svg_data_uri(border=2, scale=4, light="#fff")
    return PasswordGiven(
        device=device, url=url, username=username, password=password, settings_qr=code, picture=picture
    )


@get("/app-passwords")
async def get_app_passwords(actor: Actor, database: Database) -> list[PasswordListed]:
    """App passwords of the people within sight, the newest first, revoked ones too."""

    async def look(tx: Tx) -> list[Device]:
        return await list_devices(tx, actor.project, [person.person for person in await people_seen(tx, actor)])

    devices = await database.reader.read(look)
    return [
        PasswordListed(
            device=one.device,
            name=one.name,
            person=one.person,
            person_name=one.person_name,
            given_at_ms=one.enrolled_at_ms,
            revoked_at_ms=one.revoked_at_ms,
        )
        for one in devices
        if not one.public_key
    ]


ROUTES = [post_app_password, get_app_passwords]
