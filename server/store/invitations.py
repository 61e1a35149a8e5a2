"""Invitations: single use, short-lived, bound to a person. Only the hash of the code rests here."""

from msgspec import Struct

from server.store.session import Row, Tx


class Invitation(Struct, frozen=True, kw_only=True):
    """`code_hash`: hex SHA-256 of the code."""

    project: str
    code_hash: str
    person: str
    created_at_ms: int = 0
    created_by: str = ""
    expires_at_ms: int = 0
    used_at_ms: int | None = None
    device: str = ""


async def add_invitation(tx: Tx, invitation: Invitation) -> None:
    await tx.execute(
        "INSERT INTO invitations (project, code_hash, person, created_at_ms, created_by, expires_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        invitation.project,
        invitation.code_hash,
        invitation.person,
        invitation.created_at_ms,
        invitation.created_by,
        invitation.expires_at_ms,
    )


async def find_invitation(tx: Tx, code_hash: str) -> Invitation | None:
    """In any project, used or expired ones too: the caller says why it refuses."""
    row = await tx.fetch_one("SELECT * FROM invitations WHERE code_hash = $1", code_hash)
    return None if row is None else _invitation(row)


async def use_invitation(tx: Tx, project: str, code_hash: str, device: str, at_ms: int) -> bool:
    """False when it was used or has expired meanwhile: exactly one enrolment wins."""
    touched = await tx.execute(
        "UPDATE invitations SET used_at_ms = $4, device = $3 "
        "WHERE project = $1 AND code_hash = $2 AND used_at_ms IS NULL AND expires_at_ms > $4",
        project,
        code_hash,
        device,
        at_ms,
    )
    return touched > 0


async def list_invitations(tx: Tx, project: str, person: str = "") -> list[Invitation]:
    rows = await tx.fetch(
        "SELECT * FROM invitations WHERE project = $1 AND ($2 = '' OR person = $2) ORDER BY created_at_ms DESC",
        project,
        person,
    )
    return [_invitation(row) for row in rows]


def _invitation(row: Row) -> Invitation:
    return Invitation(**{name: row[name] for name in Invitation.__struct_fields__})
