"""A sheet of people against the roster: what would be new, what would change, what is wrong in which row. Pure but for
reading and saving the roster."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, structs

from server.reports.places import fold
from server.store.actor import Actor, Role
from server.store.areas import list_areas
from server.store.audit import append_audit
from server.store.people import Person, list_people, save_person
from server.store.session import Tx
from server.store.writer import WriteTx

COLUMNS = {
    "person": ("ma nguoi", "person", "code"),
    "name": ("ho ten", "ho va ten", "name"),
    "role": ("vai tro", "role"),
    "areas": ("ma dia ban", "dia ban", "areas", "area"),
    "contact": ("lien he", "so dien thoai", "contact", "phone"),
}
ROLES: Mapping[str, Role] = {
    "cong tac vien": "collaborator", "collaborator": "collaborator", "": "collaborator",
    "dieu phoi vien": "coordinator", "coordinator": "coordinator",
    "can bo tinh": "staff", "staff": "staff",
    "quan tri vien": "administrator", "administrator": "administrator",
}  # fmt: skip
TEMPLATE = (
    ("Mã người", "Họ tên", "Vai trò", "Mã địa bàn", "Liên hệ"),
    ("nguyen-van-an", "Nguyễn Văn An", "Cộng tác viên", "30307", ""),
)
Fault = Literal["name_missing", "role_unknown", "area_unknown", "area_missing", "person_twice", "columns_missing"]


class Line(Struct, frozen=True, kw_only=True):
    """One row of the sheet (`row` as the spreadsheet counts). `changes`: field -> [before, after]."""

    row: int
    kind: Literal["new", "changed", "same", "fault"]
    person: str
    name: str
    role: str
    areas: tuple[str, ...]
    contact: str
    fault: Fault | Literal[""] = ""
    detail: str = ""
    changes: dict[str, tuple[str, str]] = {}


async def compare(tx: Tx, project: str, rows: Sequence[Sequence[str]]) -> list[Line]:
    """Every row that is not blank; columns are known by their heading, in Vietnamese or English, marks or not."""
    places = _places(rows[0] if rows else ())
    if not {"name", "areas"} <= places.keys():
        return [
            _fault(1, "columns_missing", detail=", ".join(name for name in ("name", "areas") if name not in places))
        ]
    known = {person.person: person for person in await list_people(tx, project)}
    standing = [area for area in await list_areas(tx, project) if area.valid_to_ms is None]
    codes = {area.area: area.area for area in standing}
    by_name: dict[str, list[str]] = {}
    for area in standing:
        by_name.setdefault(fold(area.name), []).append(area.area)
    codes |= {name: found[0] for name, found in by_name.items() if len(found) == 1}
    seen: set[str] = set()
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if any(cells.values()):
            lines.append(_line(number, cells, known, codes, seen))
    return lines


async def apply(tx: WriteTx, actor: Actor, lines: Sequence[Line], now_ms: int) -> int:
    """Save what is new or changed; answers how many."""
    known = {person.person: person for person in await list_people(tx, actor.project)}
    saved = 0
    for line in lines:
        if line.kind not in {"new", "changed"}:
            continue
        former = known.get(line.person) or Person(
            project=actor.project, person=line.person, name="", role="collaborator", created_at_ms=now_ms
        )
        await save_person(
            tx,
            structs.replace(former, name=line.name, role=ROLES[line.role], areas=line.areas, contact=line.contact),
        )
        saved += 1
    await append_audit(
        tx, actor.project, at_ms=now_ms, actor=actor.person, verb="imported_people", subject=str(saved)
    )  # fmt: skip
    return saved


def _places(heading: Sequence[str]) -> dict[str, int]:
    found = {fold(text.strip()): place for place, text in enumerate(heading)}
    return {
        name: found[word] for name, words in COLUMNS.items() if (word := next((w for w in words if w in found), None))
    }


def _line(
    number: int, cells: Mapping[str, str], known: Mapping[str, Person], codes: Mapping[str, str], seen: set[str]
) -> Line:
    name, role = cells["name"], ROLES.get(fold(cells.get("role", "")))
    asked = [part.strip() for part in re.split(r"[,;\n]", cells["areas"]) if part.strip()]
    person = cells.get("person") or _free(_slug(name), known, seen)
    if not name:
        return _fault(number, "name_missing", person=person)
    if role is None:
        return _fault(number, "role_unknown", person=person, name=name, detail=cells.get("role", ""))
    areas = [codes.get(part, codes.get(fold(part), "")) for part in asked]
    if not areas:
        return _fault(number, "area_missing", person=person, name=name)
    if "" in areas:
        return _fault(number, "area_unknown", person=person, name=name, detail=asked[areas.index("")])
    if person in seen:
        return _fault(number, "person_twice", person=person, name=name)
    seen.add(person)
    former = known.get(person)
    contact = cells.get("contact", "") or (former.contact if former else "")
    after = {"name": name, "role": role, "areas": ", ".join(sorted(set(areas))), "contact": contact}
    before = {} if former is None else {
        "name": former.name, "role": former.role, "areas": ", ".join(former.areas), "contact": former.contact,
    }  # fmt: skip
    changes = {field: (before.get(field, ""), text) for field, text in after.items() if before.get(field, "") != text}
    kind: Literal["new", "changed", "same"] = "new" if former is None else "changed" if changes else "same"
    return Line(
        row=number,
        kind=kind,
        person=person,
        name=name,
        role=role,
        areas=tuple(sorted(set(areas))),
        contact=contact,
        changes=changes if kind == "changed" else {},
    )


def _fault(number: int, fault: Fault, *, person: str = "", name: str = "", detail: str = "") -> Line:
    return Line(
        row=number, kind="fault", person=person, name=name, role="", areas=(), contact="", fault=fault, detail=detail
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "nguoi"


def _free(slug: str, known: Mapping[str, Person], seen: set[str]) -> str:
    name, number = slug, 2
    while name in known or name in seen:
        name, number = f"{slug}-{number}", number + 1
    return name
