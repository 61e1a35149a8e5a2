"""Many people at once: an XLSX compared with the roster and then applied, and a sheet of invitations to print."""

import base64
import io
import secrets
from typing import Any

import msgspec
import segno
from litestar import Request, Response, get, post
from msgspec import Struct

from server.exchange import enrol
from server.exchange.people_import import TEMPLATE, Line, apply, compare
from server.exchange.roster import person_led
from server.http.boards import LEADERS
from server.http.body import decode
from server.http.exports import XLSX
from server.problems import Problem
from server.reports.sheet_rows import sheet_rows
from server.reports.tables import Sheet
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.store.writer import WriteTx

MAX_BYTES = 4 * 1024 * 1024
MOST_INVITED = 60
ADMINISTRATORS = {"roles": ("administrator",)}


class Compared(Struct, frozen=True):
    """Every row with what it would do; `saved` is how many were saved, 0 for a preview."""

    lines: list[Line]
    saved: int


class SheetAsked(Struct, frozen=True):
    """Body of POST /invitations/sheet."""

    people: list[str]


class OnSheet(Struct, frozen=True, kw_only=True):
    """One invitation to print; `picture` is the QR code of its link as an address for an image."""

    person: str
    name: str
    areas: tuple[str, ...]
    link: str
    picture: str
    expires_at_ms: int


_SHEET = msgspec.json.Decoder(SheetAsked)


@post(
    "/people/import",
    status_code=200,
    opt={**ADMINISTRATORS, "takes": (XLSX, "application/octet-stream")},
    request_max_body_size=MAX_BYTES,
)
async def import_people(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int, *, save: bool = False
) -> Compared:
    """Compare an XLSX with the roster; with `save` keep what is new or changed, unless a row has a fault."""
    rows = await sheet_rows(await request.body())
    if not save:
        return Compared(await database.reader.read(lambda tx: compare(tx, actor.project, rows)), 0)

    async def unit(tx: WriteTx) -> Compared:
        lines = await compare(tx, actor.project, rows)
        if any(line.kind == "fault" for line in lines):
            raise Problem("sheet_faulty")
        return Compared(lines, await apply(tx, actor, lines, now_ms))

    return await database.writer.run(unit, project=actor.project)


@get("/people/template.xlsx", opt=ADMINISTRATORS)
async def people_template() -> Response[bytes]:
    """A sheet with the headings and one example."""
    sheet = Sheet("Người")
    sheet.add(TEMPLATE)
    with sheet.finish() as file:
        content = file.read()
    return Response(content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="people.xlsx"'})


@post("/invitations/sheet", status_code=200, opt=LEADERS)
async def invitation_sheet(
    request: Request[Any, Any, Any], *, actor: Actor, database: Database, settings: Settings, now_ms: int
) -> list[OnSheet]:
    """Invite several people whom the asker leads: a QR code each, for fifteen minutes, each for one use."""
    asked = decode(_SHEET, await request.body())
    if not 0 < len(asked.people) <= MOST_INVITED:
        raise Problem("body_malformed", fault=f"1 to {MOST_INVITED} people - at `$.people`")

    async def unit(tx: WriteTx) -> list[OnSheet]:
        sheet = []
        for person in dict.fromkeys(asked.people):
            led = await person_led(tx, actor, person)
            code = secrets.token_urlsafe(16)
            expires_at_ms = await enrol.invite(tx, actor.project, code, person=person, by=actor.person, now_ms=now_ms)
            link = f"{settings.public_url}/#/enrol/{code}"
            sheet.append(
                OnSheet(
                    person=person,
                    name=led.name,
                    areas=led.areas,
                    link=link,
                    picture=_picture(link),
                    expires_at_ms=expires_at_ms,
                )
            )
        return sheet

    return await database.writer.run(unit, project=actor.project)


def _picture(link: str) -> str:
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", border=2, xmldecl=False)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"


ROUTES = [import_people, people_template, invitation_sheet]
