"""Devices: the phone people see. One revocable row holds the hash of its session and its public key."""

from msgspec import Struct

from server.store.session import Row, Tx


class Device(Struct, frozen=True, kw_only=True):
    """`public_key` is the phone's JWK as text; `session_hash` hex SHA-256 of the session cookie's value."""

    project: str
    device: str
    person: str
    name: str = ""
    public_key: str = ""
    session_hash: str = ""
    enrolled_at_ms: int = 0
    revoked_at_ms: int | None = None
    revoked_by: str = ""
    wiped_at_ms: int | None = None
    """When the phone said that it erased itself after the revocation."""


async def add_device(tx: Tx, device: Device) -> None:
    await tx.execute(
        "INSERT INTO devices (project, device, person, name, public_key, session_hash, enrolled_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        device.project,
        device.device,
        device.person,
        device.name,
        device.public_key,
        device.session_hash,
        device.enrolled_at_ms,
    )


async def device_of_session(tx: Tx, session_hash: str) -> Device | None:
    """Also a revoked one: the caller answers it with its own problem."""
    row = await tx.fetch_one("SELECT * FROM devices WHERE session_hash = $1 AND session_hash <> ''", session_hash)
    return None if row is None else _device(row)


async def get_device(tx: Tx, project: str, device: str) -> Device | None:
    row = await tx.fetch_one("SELECT * FROM devices WHERE project = $1 AND device = $2", project, device)
    return None if row is None else _device(row)


async def list_devices(tx: Tx, project: str, *, person: str = "") -> list[Device]:
    rows = await tx.fetch(
        "SELECT * FROM devices WHERE project = $1 AND ($2 = '' OR person = $2) ORDER BY enrolled_at_ms, device",
        project,
        person,
    )
    return [_device(row) for row in rows]


async def revoke_device(tx: Tx, project: str, device: str, at_ms: int, by: str) -> bool:
    """False when it was revoked before or does not exist."""
    touched = await tx.execute(
        "UPDATE devices SET revoked_at_ms = $3, revoked_by = $4 "
        "WHERE project = $1 AND device = $2 AND revoked_at_ms IS NULL",
        project,
        device,
        at_ms,
        by,
    )
    return touched > 0


async def note_wiped(tx: Tx, project: str, device: str, at_ms: int) -> None:
    await tx.execute(
        "UPDATE devices SET wiped_at_ms = $3 WHERE project = $1 AND device = $2 AND wiped_at_ms IS NULL",
        project,
        device,
        at_ms,
    )


def _device(row: Row) -> Device:
    return Device(**{name: row[name] for name in Device.__struct_fields__})
