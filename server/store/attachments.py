"""Files by their SHA-256: what is known of each; the bytes lie in DATA/attachments."""

from typing import Literal

from msgspec import Struct

from server.store.session import Row, Tx, fetch_wanted


class Attachment(Struct, frozen=True, kw_only=True):
    """`received`: bytes that rest on disk so far; complete when it equals `size` and the hash was checked."""

    project: str
    sha256: str
    size: int
    type: str = ""
    received: int = 0
    state: Literal["partial", "complete", "refused", "erased"] = "partial"
    device: str = ""
    created_at_ms: int = 0
    completed_at_ms: int | None = None


async def add_attachment(tx: Tx, attachment: Attachment) -> bool:
    """False when it is known already (deduplicated)."""
    touched = await tx.execute(
        "INSERT INTO attachments (project, sha256, size, type, received, state, device, created_at_ms, "
        "completed_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        attachment.project,
        attachment.sha256,
        attachment.size,
        attachment.type,
        attachment.received,
        attachment.state,
        attachment.device,
        attachment.created_at_ms,
        attachment.completed_at_ms,
    )
    return touched > 0


async def get_attachment(tx: Tx, project: str, sha256: str) -> Attachment | None:
    row = await tx.fetch_one("SELECT * FROM attachments WHERE project = $1 AND sha256 = $2", project, sha256)
    return None if row is None else _attachment(row)


async def note_received(tx: Tx, project: str, sha256: str, received: int) -> None:
    await tx.execute(
        "UPDATE attachments SET received = $3 WHERE project = $1 AND sha256 = $2 AND state = 'partial'",
        project,
        sha256,
        received,
    )


async def complete_attachment(tx: Tx, project: str, sha256: str, *, size: int, media_type: str, at_ms: int) -> None:
    """Everything is here and verified; size and type as the device that finished it said them."""
    await tx.execute(
        "UPDATE attachments SET state = 'complete', size = $3, received = $3, type = $4, completed_at_ms = $5 "
        "WHERE project = $1 AND sha256 = $2",
        project,
        sha256,
        size,
        media_type,
        at_ms,
    )


async def set_attachment_state(tx: Tx, project: str, sha256: str, state: str, at_ms: int) -> None:
    """complete | refused | erased (ms)."""
    await tx.execute(
        "UPDATE attachments SET state = $3, completed_at_ms = $4 WHERE project = $1 AND sha256 = $2",
        project,
        sha256,
        state,
        at_ms,
    )


async def missing_attachments(tx: Tx, project: str, hashes: list[str]) -> set[str]:
    """Those of `hashes` that are not completely here."""
    missing = set(hashes)
    rows = await fetch_wanted(
        tx,
        {"sha256": "text"},
        [(sha256,) for sha256 in sorted(missing)],
        "a.sha256 FROM attachments a WHERE a.project = $1 AND a.sha256 = w.sha256 AND a.state = 'complete'",
        project,
    )
    missing.difference_update(row["sha256"] for row in rows)
    return missing


def _attachment(row: Row) -> Attachment:
    return Attachment(**{name: row[name] for name in Attachment.__struct_fields__})
