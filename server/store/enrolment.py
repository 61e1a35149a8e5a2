"""Invitations, devices and sessions, as rows. Every function stands in the caller's transaction.

Secrets come in as text and are stored as hashes only.
"""

from msgspec import Struct

from server.store.session import Row, Tx


class Invitation(Struct, frozen=True, kw_only=True):
    """One single-use invitation; `device` is the device that used it, "" before."""

    person: str
    expires_at_ms: int
    used_at_ms: int | None
    device: str


class Device(Struct, frozen=True, kw_only=True):
    """One enrolled phone or laptop. `public_key` as the phone gave it. Times in ms; None where it did not happen."""

    device: str
    person: str
    person_name: str
    name: str
    public_key: str
    enrolled_at_ms: int
    revoked_at_ms: int | None
    revoked_by: str
    wiped_at_ms: int | None


async def save_invitation(
    tx: Tx, project: str, code_hash: str, *, person: str, created_by: str, now_ms: int, expires_at_ms: int
) -> None:
    """Store a new invitation; earlier unused ones of the person stay valid until they expire."""
    await tx.execute(
        "INSERT INTO invitations (project, code_hash, person, created_at_ms, created_by, expires_at_ms, device) "
        "VALUES ($1, $2, $3, $4, $5, $6, '')",
        project,
        code_hash,
        person,
        now_ms,
        created_by,
        expires_at_ms,
    )


async def load_invitation(tx: Tx, project: str, code_hash: str) -> Invitation | None:
    """The invitation with this code; in a writing transaction its row is locked until COMMIT."""
    lock = " FOR UPDATE" if tx.engine == "postgres" else ""
    row = await tx.fetch_one(
        "SELECT person, expires_at_ms, used_at_ms, device FROM invitations "
        f"WHERE project = $1 AND code_hash = $2{lock}",
        project,
        code_hash,
    )
    if row is None:
        return None
    return Invitation(
        person=row["person"], expires_at_ms=row["expires_at_ms"], used_at_ms=row["used_at_ms"], device=row["device"]
    )


async def use_invitation(tx: Tx, project: str, code_hash: str, *, device: str, now_ms: int) -> None:
    """Mark an invitation as used by a device."""
    await tx.execute(
        "UPDATE invitations SET used_at_ms = $3, device = $4 WHERE project = $1 AND code_hash = $2",
        project,
        code_hash,
        now_ms,
        device,
    )


async def save_device(
    tx: Tx, project: str, device: str, *, person: str, name: str, public_key: str, session_hash: str, now_ms: int
) -> None:
    """Store a newly enrolled device with its session."""
    await tx.execute(
        "INSERT INTO devices (project, device, person, name, public_key, session_hash, enrolled_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        project,
        device,
        person,
        name,
        public_key,
        session_hash,
        now_ms,
    )


async def replace_session(tx: Tx, project: str, device: str, session_hash: str) -> None:
    """Give a device another session; the former one is worth nothing from now on."""
    await tx.execute(
        "UPDATE devices SET session_hash = $3 WHERE project = $1 AND device = $2", project, device, session_hash
    )


async def revoke_device(tx: Tx, project: str, device: str, *, by: str, now_ms: int) -> bool:
    """Take a device's access. False when it was revoked before or does not exist."""
    touched = await tx.execute(
        "UPDATE devices SET revoked_at_ms = $3, revoked_by = $4 "
        "WHERE project = $1 AND device = $2 AND revoked_at_ms IS NULL",
        project,
        device,
        now_ms,
        by,
    )
    return touched > 0


async def end_session(tx: Tx, project: str, device: str, now_ms: int) -> None:
    """The app erased itself: its session is worth nothing from now on, `wiped_at_ms` says since when."""
    await tx.execute(
        "UPDATE devices SET session_hash = '', wiped_at_ms = COALESCE(wiped_at_ms, $3) "
        "WHERE project = $1 AND device = $2",
        project,
        device,
        now_ms,
    )


_DEVICES = """
SELECT d.device, d.person, p.name AS person_name, d.name, d.public_key, d.enrolled_at_ms, d.revoked_at_ms, d.revoked_by,
  d.wiped_at_ms
FROM devices d JOIN people p ON p.project = d.project AND p.person = d.person
WHERE d.project = $1"""


async def load_device(tx: Tx, project: str, device: str) -> Device | None:
    """One device; None when there is none of this id."""
    row = await tx.fetch_one(f"{_DEVICES} AND d.device = $2", project, device)
    return None if row is None else _device(row)


async def list_devices(tx: Tx, project: str, people: list[str] | None) -> list[Device]:
    """Devices of these people (of everybody where None), the newest enrolment first."""
    rows = await tx.fetch(f"{_DEVICES} ORDER BY d.enrolled_at_ms DESC, d.device", project)
    return [_device(row) for row in rows if people is None or row["person"] in people]


def _device(row: Row) -> Device:
    return Device(**{name: row[name] for name in Device.__struct_fields__})


class ProjectName(Struct, frozen=True):
    """A project's name and its epoch (another one after a restore)."""

    name: str
    epoch: str


class AreaName(Struct, frozen=True):
    """An area as phones show it."""

    code: str
    name: str


async def load_project(tx: Tx, project: str) -> ProjectName:
    """Errors: LookupError when there is no such project."""
    row = await tx.fetch_one("SELECT name, epoch FROM projects WHERE project = $1", project)
    if row is None:
        raise LookupError(f"no project is called {project}")
    return ProjectName(row["name"], row["epoch"])


async def load_area_names(tx: Tx, project: str, areas: tuple[str, ...]) -> list[AreaName]:
    """Names of these areas, in the same order; an area without a row is named by its code."""
    names = {}
    for area in areas:
        row = await tx.fetch_one("SELECT name FROM areas WHERE project = $1 AND area = $2", project, area)
        names[area] = area if row is None else str(row["name"])
    return [AreaName(code, name) for code, name in names.items()]
