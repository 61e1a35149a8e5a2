"""Whom an alert concerns: people in areas and roles, their devices, and how each can be reached.

Areas count with what lies below them and what was merged into them; coordinators and staff also hear what concerns an
area inside their own.
"""

from collections.abc import Sequence

from msgspec import Struct

from server.store.areas import list_areas
from server.store.session import Tx

_LEADING = "('coordinator', 'staff', 'administrator')"


class Target(Struct, frozen=True, kw_only=True):
    """One device of one person, or (device "") a person without any. Times in ms, None where it never happened.

    `proven_at_ms` is when a webpush was last known to have arrived: a self-test, an alert that the phone showed, or
    the last contact of a phone that says so of itself.
    """

    person: str
    name: str
    role: str
    contact: str
    area: str
    device: str
    endpoint: str
    stale_at_ms: int | None
    proven_at_ms: int | None
    last_contact_at_ms: int | None


async def list_targets(tx: Tx, project: str, areas: Sequence[str], roles: Sequence[str]) -> list[Target]:
    """Everyone concerned, by area, name and device; a person bound to several of the areas is named under the first."""
    if not areas or not roles:
        return []
    below, above = await _around(tx, project, areas)
    rows = await tx.fetch(
        "SELECT p.person, p.name, p.role, p.contact, MIN(pa.area) AS area, d.device, s.endpoint, s.stale_at_ms, "
        "s.proven_at_ms, (SELECT MAX(COALESCE(v.confirmed_at_ms, v.shown_at_ms)) FROM deliveries v "
        "WHERE v.project = p.project AND v.device = d.device AND v.accepted_at_ms IS NOT NULL) AS shown_at_ms, "
        "(SELECT MAX(r.last_contact_at_ms) FROM replicas r WHERE r.project = p.project AND r.device = d.device "
        "AND r.webpush = 'proven') AS said_at_ms, "
        "(SELECT MAX(r.last_contact_at_ms) FROM replicas r WHERE r.project = p.project AND r.device = d.device) "
        "AS last_contact_at_ms FROM people p "
        "JOIN person_areas pa ON pa.project = p.project AND pa.person = p.person "
        "LEFT JOIN devices d ON d.project = p.project AND d.person = p.person AND d.revoked_at_ms IS NULL "
        "AND d.wiped_at_ms IS NULL "
        "LEFT JOIN subscriptions s ON s.project = d.project AND s.device = d.device "
        f"WHERE p.project = $1 AND p.active = 1 AND p.role IN {_listed(len(roles), 2)} AND "
        f"(pa.area IN {_listed(len(below), 2 + len(roles))} OR (p.role IN {_LEADING} AND "
        f"pa.area IN {_listed(len(above), 2 + len(roles) + len(below))})) "
        "GROUP BY p.project, p.person, p.name, p.role, p.contact, d.device, s.endpoint, s.stale_at_ms, s.proven_at_ms "
        "ORDER BY 5, p.name, p.person, d.device",
        project,
        *roles,
        *below,
        *above,
    )
    return [
        Target(
            person=row["person"],
            name=row["name"],
            role=row["role"],
            contact=row["contact"],
            area=row["area"],
            device=row["device"] or "",
            endpoint=row["endpoint"] or "",
            stale_at_ms=row["stale_at_ms"],
            proven_at_ms=max(filter(None, (row["proven_at_ms"], row["shown_at_ms"], row["said_at_ms"])), default=None),
            last_contact_at_ms=row["last_contact_at_ms"],
        )
        for row in rows
    ]


async def list_leaders(tx: Tx, project: str, area: str, roles: Sequence[str]) -> list[tuple[str, str, str]]:
    """Devices with a usable subscription, (device, person, area) each: coordinators of the area, staff of any."""
    _, above = await _around(tx, project, [area])
    near = [area, *above]
    rows = await tx.fetch(
        "SELECT d.device, p.person FROM people p JOIN devices d ON d.project = p.project AND d.person = p.person "
        "AND d.revoked_at_ms IS NULL AND d.wiped_at_ms IS NULL JOIN subscriptions s ON s.project = d.project "
        f"AND s.device = d.device AND s.stale_at_ms IS NULL WHERE p.project = $1 AND p.active = 1 AND p.role IN "
        f"{_listed(len(roles), 2)} AND (p.role <> 'coordinator' OR EXISTS (SELECT 1 FROM person_areas pa "
        f"WHERE pa.project = p.project AND pa.person = p.person AND pa.area IN {_listed(len(near), 2 + len(roles))})) "
        "ORDER BY d.device",
        project,
        *roles,
        *near,
    )
    return [(row["device"], row["person"], area) for row in rows]


async def list_reporters(tx: Tx, project: str, topic: str) -> list[tuple[str, str, str]]:
    """Devices with a usable subscription of those who reported on a topic, (device, person, area) each."""
    rows = await tx.fetch(
        "SELECT d.device, d.person, MIN(i.area) AS area FROM items i JOIN devices d ON d.project = i.project "
        "AND d.person = i.author AND d.revoked_at_ms IS NULL AND d.wiped_at_ms IS NULL JOIN subscriptions s "
        "ON s.project = d.project AND s.device = d.device AND s.stale_at_ms IS NULL WHERE i.project = $1 "
        "AND i.topic = $2 AND i.topic <> '' AND i.kind = 'submission' AND i.deleted = 0 "
        "GROUP BY d.device, d.person ORDER BY d.device",
        project,
        topic,
    )
    return [(row["device"], row["person"], row["area"]) for row in rows]


async def _around(tx: Tx, project: str, areas: Sequence[str]) -> tuple[list[str], list[str]]:
    """The areas with all below them, and all above them (an area with no parent above it has none)."""
    known = {area.area: area for area in await list_areas(tx, project)}
    below, above = set(areas), set()
    for area in known:
        line = [area]
        while line[-1] in known and (parent := known[line[-1]].parent) and parent not in line:
            line.append(parent)
        named = [at for at, code in enumerate(line) if code in below]
        if named:
            below.update(line[: named[-1] + 1])
        if area in areas:
            above.update(line[1:])
    for area in tuple(below & known.keys()):
        below.update(known[area].merged_from)
    return sorted(below), sorted(above - below) or [""]


def _listed(count: int, first: int) -> str:
    return "(" + ", ".join(f"${number}" for number in range(first, first + count)) + ")"
