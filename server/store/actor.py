"""Who is asking: the person and device behind a session, read anew at every request so that revocation holds at once.

The cookie holds a random token; only its SHA-256 is stored, on the device's row.
"""

import hashlib
from typing import Literal

from msgspec import Struct

from server.store.session import Row, Tx

Role = Literal["collaborator", "coordinator", "staff", "administrator"]


class Actor(Struct, frozen=True, kw_only=True):
    """One enrolled device and its person. `areas` are those given to the person, not their descendants."""

    project: str
    person: str
    name: str
    role: Role
    device: str
    areas: tuple[str, ...] = ()
    revoked: bool = False
    """Revoked or asked to wipe itself: may read nothing, what it sends is quarantined."""
    wipe: bool = False


def hash_secret(secret: str) -> str:
    """Hex SHA-256 of a session token or an invitation code: random and long, so a plain hash does."""
    return hashlib.sha256(secret.encode()).hexdigest()


_DEVICE = """
SELECT d.project, d.device, d.person, d.revoked_at_ms, d.wiped_at_ms, p.name, p.role, p.active, a.area
FROM devices d
JOIN people p ON p.project = d.project AND p.person = d.person
LEFT JOIN person_areas a ON a.project = d.project AND a.person = d.person
WHERE {device}
ORDER BY a.area
"""
_BY_SESSION = _DEVICE.format(device="d.session_hash = $1 AND d.session_hash <> ''")
_BY_DEVICE = _DEVICE.format(device="d.project = $1 AND d.device = $2")


async def load_actor(tx: Tx, token: str) -> Actor | None:
    """The actor of a session token; None when no device has it."""
    return _actor(await tx.fetch(_BY_SESSION, hash_secret(token)))


async def load_device_actor(tx: Tx, project: str, device: str) -> Actor | None:
    """The actor that a device stands for, without a session (couriers, jobs); None when there is no such device."""
    return _actor(await tx.fetch(_BY_DEVICE, project, device))


def _actor(rows: list[Row]) -> Actor | None:
    if not rows:
        return None
    row = rows[0]
    return Actor(
        project=row["project"],
        person=row["person"],
        name=row["name"],
        role=row["role"],
        device=row["device"],
        areas=tuple(one["area"] for one in rows if one["area"] is not None),
        revoked=row["revoked_at_ms"] is not None or row["wiped_at_ms"] is not None or not row["active"],
        wipe=row["wiped_at_ms"] is not None,
    )
