"""What the viewer may see, as rows for a file: read page by page, so that a million reports need no more memory
than a few hundred. Personal answers stay apart here as everywhere; a report's files are named, not looked into.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from server.exchange.apart import apart_for
from server.forms.submission import Shape, bare, shape_of_xform
from server.problems import Problem
from server.reports.places import read_places
from server.reports.sync_status import device_board
from server.reports.tables import Cell, moment
from server.reports.topics import topic_board
from server.store.actor import Actor
from server.store.areas import Area
from server.store.database import Database
from server.store.exports import page_submissions
from server.store.forms import get_form_version
from server.store.scope import scoped
from server.store.session import Tx
from server.store.standings import MOST
from sync.attachments import Attachment, attachments_of
from sync.protocol import Item

PAGE = 500
FIXED = (
    "id", "form", "form_version", "area", "area_name", "topic", "author", "submitted_at", "received_at", "revision",
    "open_conflicts",
)  # fmt: skip
_UNUSUAL = re.compile(r"[^\w.-]")
_POINT = re.compile(r"-?\d+(\.\d+)? -?\d+(\.\d+)?( .*)?")


class Asked(Struct, frozen=True, kw_only=True):
    """Which submissions: "" and 0 take all; `since_ms` is by arrival."""

    form: str = ""
    area: str = ""
    since_ms: int = 0


class Exported(Struct, frozen=True):
    """One submission as its reader may have it, with the name of its area."""

    item: Item
    created_at_ms: int
    area_name: str


async def submissions(database: Database, actor: Actor, asked: Asked) -> AsyncIterator[list[Exported]]:
    """Pages in order of id, each one consistent in itself."""
    scope = scoped(actor)
    areas, _ = await database.reader.read(lambda tx: read_places(tx, actor.project))
    apart = await database.reader.read(lambda tx: apart_for(tx, scope))
    after = ""
    while True:
        page = await database.reader.read(
            lambda tx, after=after: page_submissions(  # type: ignore[misc]
                tx, scope, form=asked.form, area=asked.area, since_ms=asked.since_ms, after=after, most=PAGE
            )
        )
        if page:
            yield [Exported(apart.show(one.on_wire()), one.created_at_ms, _name(areas, one.area)) for one in page]
        if len(page) < PAGE:
            return
        after = page[-1].state.id


def _name(areas: Mapping[str, Area], code: str) -> str:
    return areas[code].name if code in areas else code


async def questions_of(tx: Tx, project: str, form: str) -> list[str]:
    """Paths of a form's questions in its order. Problem form_unknown."""
    version = await get_form_version(tx, project, form)
    if version is None:
        raise Problem("form_unknown")
    shape = shape_of_xform(bytes(version.xform))
    return [path for path in _leaves(shape, f"/{shape.tag}") if "/meta/" not in path]


def _leaves(shape: Shape, path: str) -> Iterable[str]:
    if not shape.children:
        yield path
    for child in shape.children.values():
        yield from _leaves(child, f"{path}/{child.tag}")


def header(questions: Sequence[str] | None) -> list[Cell]:
    """Names of the columns; without a form's questions, answers stand together in one."""
    return [*FIXED, *(questions if questions is not None else ["answers"]), "files"]


def row_of(one: Exported, questions: Sequence[str] | None) -> list[Cell]:
    """One submission in a row. Answers of repeats stand in one cell, in order, parted by " | "."""
    item, fields = one.item, one.item.fields
    answers: dict[str, list[str]] = {}
    for name, text in fields.items():
        if name.startswith("/") and not name.endswith("#order"):
            answers.setdefault(bare(name), []).append(text)
    joined = {path: " | ".join(texts) for path, texts in answers.items()}
    said = fields.get("submitted_at_ms", "")
    cells: list[Cell] = [
        item.id,
        fields.get("form", ""),
        fields.get("form_version", ""),
        fields.get("area", ""),
        one.area_name,
        fields.get("topic", ""),
        item.author,
        moment(int(said)) if said.isascii() and said.isdigit() and len(said) < 14 else "",
        moment(one.created_at_ms),
        item.revision,
        len(item.conflicts),
    ]
    if questions is None:
        cells.append(msgspec.json.encode(joined).decode())
    else:
        cells += [joined.get(path, "") for path in questions]
    return [*cells, " ".join(name.removeprefix("file:") for name in fields if name.startswith("file:"))]


def feature_of(one: Exported) -> dict[str, Any]:
    """One submission as a GeoJSON feature: at the first place it names, as coarse as the phone left it."""
    fields = one.item.fields
    place = next((text for name, text in fields.items() if name.startswith("/") and _POINT.fullmatch(text)), "")
    geometry = None
    if place:
        latitude, longitude = (float(part) for part in place.split()[:2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    cells = dict(zip(FIXED, row_of(one, ()), strict=False))
    answers = {name: text for name, text in fields.items() if name.startswith("/")}
    return {"type": "Feature", "id": one.item.id, "geometry": geometry, "properties": {**cells, **answers}}


async def files(database: Database, actor: Actor, asked: Asked) -> AsyncIterator[tuple[str, Attachment]]:
    """(name in the archive, attachment) of every file of every submission: ID/NAME."""
    async for page in submissions(database, actor, asked):
        for one in page:
            for name, attachment in attachments_of(one.item.fields).items():
                yield f"{_UNUSUAL.sub('_', one.item.id)}/{_UNUSUAL.sub('_', name)}", attachment


TOPIC_COLUMNS = (
    "topic", "title", "area", "area_name", "state", "urgency", "owner", "due_at", "summary", "created_at", "updated_at",
    "submissions", "answers", "first_answer_at",
)  # fmt: skip


async def topic_rows(tx: Tx, actor: Actor) -> list[list[Cell]]:
    """Every topic within scope, with the names of the columns first."""
    rows = await topic_board(tx, actor, most=10_000)
    return [list(TOPIC_COLUMNS), *(_cells(row, TOPIC_COLUMNS) for row in rows)]


STANDING_COLUMNS = (
    "person", "person_name", "areas", "device", "device_name", "enrolled_at", "revoked_at", "last_contact_at", "made",
    "received", "missing", "held", "lost", "oldest_unsent_at", "drafts", "attention", "conflicts", "app",
    "storage_used", "storage_quota", "persisted", "webpush", "skew_ms", "repairs",
)  # fmt: skip


async def standing_rows(tx: Tx, actor: Actor, now_ms: int) -> list[list[Cell]]:
    """Every device within sight, with the names of the columns first."""
    rows: list[list[Cell]] = [list(STANDING_COLUMNS)]
    while True:
        page = await device_board(
            tx, actor, now_ms, area="", only="", sort="name", q="", after=len(rows) - 1, most=MOST
        )
        rows += [_cells(one, STANDING_COLUMNS) for one in page]
        if len(page) < MOST:
            return rows


def _cells(one: Struct, columns: Sequence[str]) -> list[Cell]:
    cells: list[Cell] = []
    for name in columns:
        value = getattr(one, f"{name}_ms") if name.endswith("_at") else getattr(one, name)
        if name.endswith("_at"):
            cells.append(moment(value or 0))
        else:
            cells.append(" ".join(value) if isinstance(value, tuple) else value)
    return cells
