"""The ledger of an alert as boards read it: counted by the database, so that ten thousand rows cost no ten thousand.

A delivery has come as far as the phone itself says; what the push service took is only that. `areas` None reads all.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from server.store.session import Row, Tx

_REACHED = "COALESCE(v.shown_at_ms, v.opened_at_ms, v.confirmed_at_ms)"


class AreaCount(Struct, frozen=True, kw_only=True):
    """One bar: devices by how far the alert came, each counted at its furthest stage and at those before."""

    area: str
    name: str
    queued: int
    accepted: int
    shown: int
    opened: int
    confirmed: int


class PeopleCount(Struct, frozen=True, kw_only=True):
    """People concerned, those of whom a device showed the alert, those who confirmed it."""

    people: int
    reached: int
    confirmed: int


class LedgerLine(Struct, frozen=True, kw_only=True):
    """One device, or a person without one (`device` is then `person:PERSON`). Times in ms."""

    person: str
    name: str
    area: str
    device: str
    problem: str
    attempts: int
    queued_at_ms: int
    accepted_at_ms: int | None
    shown_at_ms: int | None
    opened_at_ms: int | None
    confirmed_at_ms: int | None
    next_try_at_ms: int | None


class UnreachedLine(Struct, frozen=True, kw_only=True):
    """A person none of whose devices showed the alert, with how to call them."""

    person: str
    name: str
    area: str
    area_name: str
    contact: str
    problem: str
    is_accepted: bool
    last_contact_at_ms: int | None


async def count_stages(tx: Tx, project: str, alert: str, areas: Sequence[str] | None) -> list[AreaCount]:
    """By area."""
    where, args = _where(project, alert, areas)
    rows = await tx.fetch(
        "SELECT v.area, COALESCE(MIN(a.name), v.area) AS name, COUNT(*) AS queued, "
        f"COUNT(COALESCE(v.accepted_at_ms, {_REACHED})) AS accepted, COUNT({_REACHED}) AS shown, "
        "COUNT(COALESCE(v.opened_at_ms, v.confirmed_at_ms)) AS opened, COUNT(v.confirmed_at_ms) AS confirmed "
        f"FROM deliveries v LEFT JOIN areas a ON a.project = v.project AND a.area = v.area WHERE {where} "
        "GROUP BY v.area ORDER BY v.area",
        *args,
    )
    return [AreaCount(**_values(AreaCount, row)) for row in rows]


async def count_people(tx: Tx, project: str, alert: str, areas: Sequence[str] | None) -> PeopleCount:
    """Each person once, however many devices they have."""
    where, args = _where(project, alert, areas)
    row = await tx.fetch_one(
        "SELECT COUNT(*) AS people, COUNT(reached) AS reached, COUNT(confirmed) AS confirmed FROM ("
        f"SELECT v.person, MAX({_REACHED}) AS reached, MAX(v.confirmed_at_ms) AS confirmed FROM deliveries v "
        f"WHERE {where} GROUP BY v.person) theirs",
        *args,
    )
    return PeopleCount(**_values(PeopleCount, row))


async def list_lines(tx: Tx, project: str, alert: str, areas: Sequence[str] | None, limit: int) -> list[LedgerLine]:
    """By area, person and device."""
    where, args = _where(project, alert, areas)
    rows = await tx.fetch(
        "SELECT v.*, COALESCE(p.name, v.person) AS name FROM deliveries v "
        f"LEFT JOIN people p ON p.project = v.project AND p.person = v.person WHERE {where} "
        f"ORDER BY v.area, v.person, v.device LIMIT ${len(args) + 1}",
        *args,
        limit,
    )
    return [LedgerLine(**_values(LedgerLine, row)) for row in rows]


async def list_unreached(
    tx: Tx, project: str, alert: str, areas: Sequence[str] | None, limit: int
) -> list[UnreachedLine]:
    """By area and name."""
    where, args = _where(project, alert, areas)
    rows = await tx.fetch(
        "SELECT t.person, COALESCE(p.name, t.person) AS name, t.area, COALESCE(a.name, t.area) AS area_name, "
        "COALESCE(p.contact, '') AS contact, t.problem, t.accepted, (SELECT MAX(r.last_contact_at_ms) FROM replicas r "
        "WHERE r.project = $1 AND r.person = t.person) AS last_contact_at_ms FROM ("
        "SELECT v.person, MIN(v.area) AS area, MAX(v.problem) AS problem, MAX(v.accepted_at_ms) AS accepted "
        f"FROM deliveries v WHERE {where} GROUP BY v.person HAVING MAX({_REACHED}) IS NULL) t "
        "LEFT JOIN people p ON p.project = $1 AND p.person = t.person "
        "LEFT JOIN areas a ON a.project = $1 AND a.area = t.area "
        f"ORDER BY t.area, name, t.person LIMIT ${len(args) + 1}",
        *args,
        limit,
    )
    return [
        UnreachedLine(
            person=row["person"],
            name=row["name"],
            area=row["area"],
            area_name=row["area_name"],
            contact=row["contact"],
            problem=row["problem"],
            is_accepted=row["accepted"] is not None,
            last_contact_at_ms=row["last_contact_at_ms"],
        )
        for row in rows
    ]


def _where(project: str, alert: str, areas: Sequence[str] | None) -> tuple[str, list[str]]:
    where, args = "v.project = $1 AND v.alert = $2", [project, alert]
    if areas is None:
        return where, args
    listed = ", ".join(f"${number}" for number in range(3, 3 + len(areas)))
    return f"{where} AND v.area IN ({listed or 'NULL'})", [*args, *areas]


def _values(kind: type[Struct], row: Row) -> dict[str, Any]:
    return {name: row[name] for name in kind.__struct_fields__}
