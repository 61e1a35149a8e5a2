"""Who is asking: the person and device behind a session, read anew at every request so that revocation holds at once.

The cookie holds a random token; only its SHA-256 is stored, on the device's row.
"""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx

Role = Literal["collaborator", "coordinator", "staff", "administrator"]


class Actor(Struct, frozen=True, kw_only=True):
    """A person, at one of their devices. `areas` are those given to the person, not their descendants."""

    project: str
    person: str
    name: str
    role: Role
    device: str = ""
    areas: tuple[str, ...] = ()
    below: frozenset[str] = frozenset()
    """Own areas, their descendants, and the units these came from (a queued report may name an old one)."""
    above: frozenset[str] = frozenset()
    """Ancestors of own areas: what concerns the province concerns its communes."""
    revoked: bool = False
    """Revoked, erased or no longer active: may read nothing, what it sends is quarantined."""


def hash_secret(secret: str) -> str:
    """Hex SHA-256 of a session token or an invitation code: random and long, so a plain hash does."""
    return hashlib.sha256(secret.encode()).hexdigest()


_DEVICE = """
SELECT d.project, d.device, d.person, d.revoked_at_ms, d.wiped_at_ms, p.name, p.role, p.active
FROM devices d JOIN people p ON p.project = d.project AND p.person = d.person
WHERE {device}
"""
_BY_SESSION = _DEVICE.format(device="d.session_hash = $1 AND d.session_hash <> ''")
_BY_DEVICE = _DEVICE.format(device="d.project = $1 AND d.device = $2")
_BY_PERSON = """
SELECT p.project, '' AS device, p.person, NULL AS revoked_at_ms, NULL AS wiped_at_ms, p.name, p.role, p.active
FROM people p WHERE p.project = $1 AND p.person = $2
"""


async def load_actor(tx: Tx, token: str) -> Actor | None:
    """The actor of a session token; None when no device has it."""
    return await _actor(tx, await tx.fetch_one(_BY_SESSION, hash_secret(token)))


async def load_device_actor(tx: Tx, project: str, device: str) -> Actor | None:
    """The actor that a device stands for, without a session (couriers, jobs); None when there is no such device."""
    return await _actor(tx, await tx.fetch_one(_BY_DEVICE, project, device))


async def load_person_actor(tx: Tx, project: str, person: str) -> Actor | None:
    """A person at no device (command line, OpenRosa); None when there is no such person."""
    return await _actor(tx, await tx.fetch_one(_BY_PERSON, project, person))


async def _actor(tx: Tx, row: Row | None) -> Actor | None:
    if row is None:
        return None
    sides = await _around(tx, row["project"], row["person"])
    return Actor(
        project=row["project"],
        person=row["person"],
        name=row["name"],
        role=row["role"],
        device=row["device"],
        areas=tuple(sorted(sides["own"])),
        below=frozenset(sides["below"]),
        above=frozenset(sides["above"] - sides["own"]),
        revoked=row["revoked_at_ms"] is not None or row["wiped_at_ms"] is not None or not row["active"],
    )


_AROUND = """
WITH RECURSIVE own(area) AS (SELECT area FROM person_areas WHERE project = $1 AND person = $2),
below(area) AS (
  SELECT area FROM own UNION SELECT a.area FROM below b JOIN areas a ON a.project = $1 AND a.parent = b.area
), above(area) AS (
  SELECT area FROM own
  UNION SELECT a.parent FROM above b JOIN areas a ON a.project = $1 AND a.area = b.area WHERE a.parent <> ''
)
SELECT 'own' AS side, area, NULL AS merged_from FROM own
UNION ALL SELECT 'below', b.area, a.merged_from FROM below b LEFT JOIN areas a ON a.project = $1 AND a.area = b.area
UNION ALL SELECT 'above', area, NULL FROM above
"""


async def _around(tx: Tx, project: str, person: str) -> dict[str, set[str]]:
    """Codes of the person's areas (own), under and around them (below), over them (above; with own)."""
    sides: dict[str, set[str]] = {"own": set(), "below": set(), "above": set()}
    for side, area, merged_from in await tx.fetch(_AROUND, project, person):
        sides[side].add(area)
        if merged_from:
            sides["below"].update(msgspec.json.decode(merged_from, type=list[str]))
    return sides
