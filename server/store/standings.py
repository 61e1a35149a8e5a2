"""How every device stands, and every commune: read from one row per replica, never from the changes themselves."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from server.store.session import Row, Tx
from server.store.tallies import within

DAY_MS = 86_400_000
SILENT_MS = 3 * DAY_MS
"""A device not heard of for so long is called silent; what is unsent for so long is called old."""
MOST = 500
Only = Literal["", "silent", "never", "missing", "old", "lost", "drafts", "attention", "skew", "unproven", "conflicts"]
Sort = Literal["contact", "missing", "oldest", "drafts", "attention", "storage", "repairs", "name"]


class DeviceStanding(Struct, frozen=True, kw_only=True):
    """How one replica of one device stands. Times in ms by the server's clock; 0 or null where it never happened.

    `missing`: changes that the phone made and the server neither has nor knows to be lost. `conflicts`: open ones on
    what the person wrote.
    """

    person: str
    person_name: str
    contact: str
    areas: tuple[str, ...]
    device: str
    device_name: str
    enrolled_at_ms: int
    revoked_at_ms: int | None
    replica: str
    last_contact_at_ms: int
    made: int
    received: int
    missing: int
    held: int
    lost: int
    oldest_unsent_at_ms: int
    drafts: int
    attention: int
    conflicts: int
    app: str
    storage_used: int
    storage_quota: int
    persisted: int | None
    webpush: str
    skew_ms: int
    repairs: int
    forked_at_ms: int | None


class Wanted(Struct, frozen=True, kw_only=True):
    """Which devices. `areas` None takes every area, `people` None everybody; `asker` always sees the own ones."""

    areas: Sequence[str] | None
    asker: str
    only: Only = ""
    sort: Sort = "contact"
    people: Sequence[str] | None = None
    after: int = 0
    most: int = MOST


class AreaStanding(Struct, frozen=True, kw_only=True):
    """The devices of one area together; `silent` of `devices` were not heard of for SILENT_MS. 0 where nothing is."""

    area: str
    people: int
    devices: int
    silent: int
    last_contact_at_ms: int
    missing: int
    lost: int
    oldest_unsent_at_ms: int
    old: int
    drafts: int
    attention: int
    proven: int
    repairs: int


ONLY: dict[Only, str] = {
    "": "1 = 1",
    "silent": "COALESCE(r.last_contact_at_ms, 0) < $3",
    "never": "r.replica IS NULL",
    "missing": "r.missing > 0",
    "old": "r.oldest_unsent_at_ms > 0 AND r.oldest_unsent_at_ms < $3",
    "lost": "r.lost_count > 0",
    "drafts": "r.drafts > 0",
    "attention": "r.attention > 0",
    "skew": "(r.skew_ms > 60000 OR r.skew_ms < -60000)",
    "unproven": "COALESCE(r.webpush, '') <> 'proven'",
    "conflicts": "r.person IN (SELECT i.author FROM conflicts c JOIN items i ON i.project = c.project "
    "AND i.kind = c.kind AND i.id = c.item_id WHERE c.project = $1 AND c.closed_position IS NULL)",
}
SORTS: dict[Sort, str] = {
    "contact": "COALESCE(r.last_contact_at_ms, 0)",
    "missing": "COALESCE(r.missing, 0) DESC, COALESCE(r.last_contact_at_ms, 0)",
    "oldest": "CASE WHEN COALESCE(r.oldest_unsent_at_ms, 0) = 0 THEN 1 ELSE 0 END, r.oldest_unsent_at_ms",
    "drafts": "COALESCE(r.drafts, 0) DESC",
    "attention": "COALESCE(r.attention, 0) DESC",
    "storage": "COALESCE(r.storage_used, 0) DESC",
    "repairs": "COALESCE(r.repairs, 0) DESC",
    "name": "p.name",
}
_SELECT = """
SELECT d.person, p.name AS person_name, p.contact, d.device, d.name AS device_name, d.enrolled_at_ms, d.revoked_at_ms,
  COALESCE(r.replica, '') AS replica, COALESCE(r.last_contact_at_ms, 0) AS last_contact_at_ms,
  COALESCE(r.made_up_to, 0) AS made, COALESCE(r.received_up_to, 0) AS received, COALESCE(r.missing, 0) AS missing,
  COALESCE(r.held, 0) AS held, COALESCE(r.lost_count, 0) AS lost,
  COALESCE(r.oldest_unsent_at_ms, 0) AS oldest_unsent_at_ms, COALESCE(r.drafts, 0) AS drafts,
  COALESCE(r.attention, 0) AS attention, COALESCE(r.app, '') AS app, COALESCE(r.storage_used, 0) AS storage_used,
  COALESCE(r.storage_quota, 0) AS storage_quota, r.persisted, COALESCE(r.webpush, '') AS webpush,
  COALESCE(r.skew_ms, 0) AS skew_ms, COALESCE(r.repairs, 0) AS repairs, r.forked_at_ms
"""
_FROM = """
FROM devices d JOIN people p ON p.project = d.project AND p.person = d.person
LEFT JOIN replicas r ON r.project = d.project AND r.device = d.device AND r.replica NOT LIKE 'board:%'
WHERE d.project = $1
"""


def find_standings(wanted: Wanted, project: str, now_ms: int) -> tuple[str, list[Any]]:
    """The one query behind the list of devices, and its values."""
    args: list[Any] = [project, wanted.asker, now_ms - SILENT_MS, min(wanted.most, MOST), wanted.after]
    seen, areas = within("pa.area", wanted.areas, 6)
    args += areas
    chosen, people = within("d.person", wanted.people, len(args) + 1)
    args += people
    sight = (
        f"AND ($2 = '' OR d.person = $2 OR EXISTS (SELECT 1 FROM person_areas pa WHERE pa.project = d.project "
        f"AND pa.person = d.person{seen}))"
        if wanted.areas is not None
        else "AND CAST($2 AS TEXT) = $2"
    )
    sql = (
        f"{_SELECT}{_FROM}{sight} AND CAST($3 AS BIGINT) = $3 AND {ONLY[wanted.only]}{chosen} "
        f"ORDER BY {SORTS[wanted.sort]}, d.person, d.device, replica LIMIT $4 OFFSET $5"
    )
    return sql, args


async def list_standings(tx: Tx, project: str, wanted: Wanted, *, now_ms: int) -> list[DeviceStanding]:
    """Devices as asked for, with the areas of their people and the conflicts open on what these wrote."""
    sql, args = find_standings(wanted, project, now_ms)
    rows = await tx.fetch(sql, *args)
    people = sorted({row["person"] for row in rows})
    areas = await _areas_of(tx, project, people)
    conflicts = await open_conflicts_by(tx, project, "author")
    return [
        DeviceStanding(
            **{name: row[name] for name in _NAMES},
            areas=areas.get(row["person"], ()),
            conflicts=conflicts.get(row["person"], 0),
        )
        for row in rows
    ]


_NAMES = [name for name in DeviceStanding.__struct_fields__ if name not in {"areas", "conflicts"}]


async def _areas_of(tx: Tx, project: str, people: Sequence[str]) -> dict[str, tuple[str, ...]]:
    listed, args = within("person", people, 2)
    rows = await tx.fetch(
        f"SELECT person, area FROM person_areas WHERE project = $1{listed} ORDER BY person, area", project, *args
    )
    found: dict[str, tuple[str, ...]] = {}
    for person, area in rows:
        found[person] = (*found.get(person, ()), area)
    return found


async def open_conflicts_by(tx: Tx, project: str, column: Literal["author", "area"]) -> dict[str, int]:
    """Open conflicts by the author or the area of their item."""
    rows = await tx.fetch(
        f"SELECT i.{column}, COUNT(*) AS conflicts FROM conflicts c JOIN items i ON i.project = c.project "
        f"AND i.kind = c.kind AND i.id = c.item_id WHERE c.project = $1 AND c.closed_position IS NULL "
        f"GROUP BY i.{column}",
        project,
    )
    return {row[0]: row[1] for row in rows}


AREAS = """
SELECT pa.area, COUNT(DISTINCT pa.person) AS people, COUNT(d.device) AS devices,
  SUM(CASE WHEN d.device IS NOT NULL AND COALESCE(r.last_contact_at_ms, 0) < $2 THEN 1 ELSE 0 END) AS silent,
  COALESCE(MAX(r.last_contact_at_ms), 0) AS last_contact_at_ms, COALESCE(SUM(r.missing), 0) AS missing,
  COALESCE(SUM(r.lost_count), 0) AS lost,
  COALESCE(MIN(CASE WHEN r.oldest_unsent_at_ms > 0 THEN r.oldest_unsent_at_ms END), 0) AS oldest_unsent_at_ms,
  SUM(CASE WHEN r.oldest_unsent_at_ms > 0 AND r.oldest_unsent_at_ms < $2 THEN 1 ELSE 0 END) AS old,
  COALESCE(SUM(r.drafts), 0) AS drafts, COALESCE(SUM(r.attention), 0) AS attention,
  SUM(CASE WHEN r.webpush = 'proven' THEN 1 ELSE 0 END) AS proven, COALESCE(SUM(r.repairs), 0) AS repairs
FROM person_areas pa JOIN people p ON p.project = pa.project AND p.person = pa.person AND p.active = 1
LEFT JOIN devices d ON d.project = pa.project AND d.person = pa.person AND d.revoked_at_ms IS NULL
  AND d.wiped_at_ms IS NULL
LEFT JOIN replicas r ON r.project = d.project AND r.device = d.device AND r.replica NOT LIKE 'board:%'
WHERE pa.project = $1
"""


async def list_area_standings(
    tx: Tx, project: str, areas: Sequence[str] | None, *, now_ms: int
) -> dict[str, AreaStanding]:
    """Every area that people are bound to, by code."""
    listed, args = within("pa.area", areas, 3)
    rows = await tx.fetch(f"{AREAS}{listed} GROUP BY pa.area", project, now_ms - SILENT_MS, *args)
    return {row["area"]: _area(row) for row in rows}


def _area(row: Row) -> AreaStanding:
    numbers = {name: int(row[name]) for name in AreaStanding.__struct_fields__ if name != "area"}
    return AreaStanding(area=row["area"], **numbers)


class SyncSeen(Struct, frozen=True):
    """One sync that brought something: when, which sequences, how many of them wait or are quarantined."""

    replica: str
    at_ms: int
    changes: int
    first: int
    last: int
    waiting: int


async def list_syncs(tx: Tx, project: str, replica: str, *, changes: int = 1_000, most: int = 60) -> list[SyncSeen]:
    """The last syncs of a replica that brought changes, the newest first; looks at so many changes at most."""
    rows = await tx.fetch(
        "SELECT received_at_ms, COUNT(*) AS changes, MIN(sequence) AS first, MAX(sequence) AS last, "
        "SUM(CASE WHEN status = 'judged' THEN 0 ELSE 1 END) AS waiting FROM (SELECT received_at_ms, sequence, status "
        "FROM changes WHERE project = $1 AND replica = $2 ORDER BY sequence DESC LIMIT $3) AS latest "
        "GROUP BY received_at_ms ORDER BY received_at_ms DESC LIMIT $4",
        project,
        replica,
        changes,
        most,
    )
    return [
        SyncSeen(replica, row["received_at_ms"], row["changes"], row["first"], row["last"], int(row["waiting"]))
        for row in rows
    ]
