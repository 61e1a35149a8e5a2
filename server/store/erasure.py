"""Personal answers and their traces, as rows: which forms state any, whose time is up, and blanking them everywhere.

Blanking takes the values out of items, changes, conflicts and instances that OpenRosa devices sent. Hashes of changes
stay as they were: they name what was said without saying it.
"""

from collections.abc import Callable, Collection, Mapping

import msgspec

from server.store.session import Row, Tx
from sync.canonical import canonical

_texts = msgspec.json.Decoder(tuple[str, ...]).decode


async def stated_warnings(tx: Tx, project: str) -> list[tuple[str, tuple[str, ...]]]:
    """(form, kept warnings) of every version that states a retention."""
    rows = await tx.fetch(
        "SELECT form, warnings FROM form_versions WHERE project = $1 AND retention_days IS NOT NULL", project
    )
    return [(row["form"], _texts(row["warnings"])) for row in rows]


async def stated_versions(tx: Tx, project: str) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """(form, version, retention in days, kept warnings) of every version that states a retention."""
    rows = await tx.fetch(
        "SELECT form, version, retention_days, warnings FROM form_versions "
        "WHERE project = $1 AND retention_days IS NOT NULL ORDER BY form, version",
        project,
    )
    return [(row["form"], row["version"], row["retention_days"], _texts(row["warnings"])) for row in rows]


Hide = Callable[[Mapping[str, str | None]], Collection[str]]
"""Which of some fields are to be blanked."""


async def blank_traces(tx: Tx, project: str, item: str, hide: Hide) -> None:
    """Take values of a submission out of its history: those of the fields that `hide` names."""
    changes = await tx.fetch(
        "SELECT replica, sequence, body FROM changes WHERE project = $1 AND kind = 'submission' AND item_id = $2",
        project,
        item,
    )
    for row in changes:
        await _blank_change(tx, project, row, hide)
        key = (project, row["replica"], row["sequence"])
        await tx.execute("DELETE FROM reused WHERE project = $1 AND replica = $2 AND sequence = $3", *key)
    conflicts = await tx.fetch(
        "SELECT id, field, body FROM conflicts WHERE project = $1 AND kind = 'submission' AND item_id = $2",
        project,
        item,
    )
    for row in conflicts:
        if hide({row["field"]: ""}):
            body = msgspec.json.decode(bytes(row["body"])) | {"before": None, "standing": None, "arriving": None}
            await tx.execute(
                "UPDATE conflicts SET body = $3 WHERE project = $1 AND id = $2", project, row["id"], canonical(body)
            )
    await tx.execute(
        "UPDATE openrosa_instances SET xml = $3 WHERE project = $1 AND item = $2", project, item, b"<erased/>"
    )


async def blank_without_effect(tx: Tx, project: str, since_ms: int, before_ms: int, hide: Hide) -> int:
    """The same for changes that never had an effect (rejected, held, quarantined), received between moments (ms)."""
    rows = await tx.fetch(
        "SELECT replica, sequence, body FROM changes WHERE project = $1 AND kind = 'submission' AND position IS NULL "
        "AND received_at_ms >= $2 AND received_at_ms < $3",
        project,
        since_ms,
        before_ms,
    )
    return sum([await _blank_change(tx, project, row, hide) for row in rows])


async def _blank_change(tx: Tx, project: str, row: Row, hide: Hide) -> bool:
    """False when there was nothing to blank."""
    body = msgspec.json.decode(bytes(row["body"]))
    found = False
    for part in ("fields", "before"):
        fields = body["change"].get(part, {})
        if blanked := hide(fields):
            found = True
            body["change"][part] = {name: value for name, value in fields.items() if name not in blanked}
    key = (project, row["replica"], row["sequence"])
    if found:
        await tx.execute(
            "UPDATE changes SET body = $4 WHERE project = $1 AND replica = $2 AND sequence = $3", *key, canonical(body)
        )
        await tx.execute("DELETE FROM reused WHERE project = $1 AND replica = $2 AND sequence = $3", *key)
    return found


async def is_named_elsewhere(tx: Tx, project: str, item: str, sha256: str) -> bool:
    """Does another submission name the file of this address?"""
    found = "instr(fields, $3) > 0" if tx.engine == "sqlite" else "position($3 IN fields) > 0"
    row = await tx.fetch_one(
        f"SELECT 1 AS one FROM items WHERE project = $1 AND kind = 'submission' AND id <> $2 AND {found} LIMIT 1",
        project,
        item,
        sha256.encode(),
    )
    return row is not None


async def blank_tombstone(tx: Tx, project: str, item: str, fields: dict[str, str]) -> None:
    """A deleted submission, which no phone holds any more, keeps these fields only."""
    await tx.execute(
        "UPDATE items SET fields = $3 WHERE project = $1 AND kind = 'submission' AND id = $2",
        project,
        item,
        msgspec.json.encode(fields),
    )
