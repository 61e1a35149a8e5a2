"""Changes as they came, with their stored outcomes: the history of every item, and why a push may be repeated."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from server.store.session import Row, Tx, fetch_wanted, insert_rows
from sync.protocol import Change, ItemKind, Outcome

Status = Literal["judged", "held", "quarantined"]

_encode = msgspec.json.Encoder().encode
_outcome = msgspec.json.Decoder(Outcome).decode


class Body(Struct, frozen=True):
    """Canonical JSON of this is what a change's hash covers, and what is stored."""

    change: Change
    replica: str


_body = msgspec.json.Decoder(Body).decode


class StoredChange(Struct, frozen=True, kw_only=True):
    """`body` is canonical JSON (sync.canonical.change_bytes), `hash` its hex SHA-256; position None without effect."""

    replica: str
    sequence: int
    hash: str
    kind: str
    item: str
    body: bytes
    outcome: Outcome
    status: Status = "judged"
    position: int | None = None
    person: str = ""
    device: str = ""
    received_at_ms: int = 0

    @property
    def change(self) -> Change:
        return _body(self.body).change


_COLUMNS = "replica, sequence, hash, kind, item_id, body, outcome, status, position, person, device, received_at_ms"


async def load_changes(
    tx: Tx, project: str, wanted: Iterable[tuple[str, int, int]]
) -> dict[str, dict[int, StoredChange]]:
    """What is stored of each (replica, first, last), sequences inclusive."""
    rows = await fetch_wanted(
        tx,
        {"name": "text", "first": "bigint", "last": "bigint"},
        sorted(set(wanted)),
        f"{_COLUMNS} FROM changes c WHERE c.project = $1 AND c.replica = w.name "
        "AND c.sequence BETWEEN w.first AND w.last",
        project,
    )
    return _by_replica(rows)


async def held_changes(tx: Tx, project: str, replicas: Iterable[str]) -> dict[str, dict[int, StoredChange]]:
    """Those that wait for an earlier sequence, per replica."""
    rows = await fetch_wanted(
        tx,
        {"name": "text"},
        [(replica,) for replica in sorted(set(replicas))],
        f"{_COLUMNS} FROM changes c WHERE c.project = $1 AND c.replica = w.name AND c.status = 'held'",
        project,
    )
    return _by_replica(rows)


def _by_replica(rows: Iterable[Row]) -> dict[str, dict[int, StoredChange]]:
    found: dict[str, dict[int, StoredChange]] = {}
    for row in rows:
        found.setdefault(row["replica"], {})[row["sequence"]] = _stored(row)
    return found


async def held_sequences(tx: Tx, project: str, replica: str) -> tuple[int, ...]:
    rows = await tx.fetch(
        "SELECT sequence FROM changes WHERE project = $1 AND replica = $2 AND status = 'held' ORDER BY sequence",
        project,
        replica,
    )
    return tuple(row["sequence"] for row in rows)


async def insert_changes(tx: Tx, project: str, changes: Sequence[StoredChange]) -> None:
    """Errors: the driver's, when an identity is taken."""
    await insert_rows(tx, "changes", ("project", *_COLUMNS.split(", ")), [_values(project, one) for one in changes])


def _values(project: str, one: StoredChange) -> tuple[Any, ...]:
    return (
        project,
        one.replica,
        one.sequence,
        one.hash,
        one.kind,
        one.item,
        one.body,
        _encode(one.outcome),
        one.status,
        one.position,
        one.person,
        one.device,
        one.received_at_ms,
    )


async def release_changes(tx: Tx, project: str, changes: Iterable[StoredChange]) -> None:
    """Held or quarantined changes that were judged now."""
    await tx.executemany(
        "UPDATE changes SET outcome = $4, status = $5, position = $6 "
        "WHERE project = $1 AND replica = $2 AND sequence = $3",
        [(project, one.replica, one.sequence, _encode(one.outcome), one.status, one.position) for one in changes],
    )


async def quarantine_changes(tx: Tx, project: str, changes: Sequence[StoredChange]) -> None:
    """Kept apart, not judged; what is stored already stays as it is."""
    apart = [structs.replace(one, status="quarantined", position=None) for one in changes]
    columns = ("project", *_COLUMNS.split(", "))
    await insert_rows(tx, "changes", columns, [_values(project, one) for one in apart], " ON CONFLICT DO NOTHING")


async def free_quarantined(tx: Tx, project: str, replica: str) -> int:
    """Let quarantined changes wait as held ones; answers how many."""
    return await tx.execute(
        "UPDATE changes SET status = 'held' WHERE project = $1 AND replica = $2 AND status = 'quarantined'",
        project,
        replica,
    )


async def keep_reused(tx: Tx, project: str, reused: Iterable[StoredChange]) -> None:
    """Changes whose identity was taken by other content: both are kept."""
    await tx.executemany(
        "INSERT INTO reused (project, replica, sequence, hash, body, device, received_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        [(project, one.replica, one.sequence, one.hash, one.body, one.device, one.received_at_ms) for one in reused],
    )


async def quarantined(tx: Tx, project: str, limit: int = 500) -> list[tuple[str, StoredChange]]:
    """(replica, change) of what revoked devices sent too late, oldest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM changes WHERE project = $1 AND status = 'quarantined' "
        "ORDER BY received_at_ms, replica, sequence LIMIT $2",
        project,
        limit,
    )
    return [(row["replica"], _stored(row)) for row in rows]


async def item_history(tx: Tx, project: str, kind: ItemKind, item: str) -> list[tuple[str, StoredChange]]:
    """(replica, change) of every change of an item, in order of effect; those without effect last."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM changes WHERE project = $1 AND kind = $2 AND item_id = $3 "
        "ORDER BY CASE WHEN position IS NULL THEN 1 ELSE 0 END, position, received_at_ms, sequence",
        project,
        kind,
        item,
    )
    return [(row["replica"], _stored(row)) for row in rows]


def _stored(row: Row) -> StoredChange:
    return StoredChange(
        replica=row["replica"],
        sequence=row["sequence"],
        hash=row["hash"],
        kind=row["kind"],
        item=row["item_id"],
        body=bytes(row["body"]),
        outcome=_outcome(row["outcome"]),
        status=row["status"],
        position=row["position"],
        person=row["person"],
        device=row["device"],
        received_at_ms=row["received_at_ms"],
    )
