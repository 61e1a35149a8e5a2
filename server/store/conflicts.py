"""Conflicts: opened and closed at a position, never removed, so that the losing value stays restorable (I7)."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx, fetch_wanted
from sync.protocol import Conflict, ItemKind

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Conflict).decode


class Opened(Struct, frozen=True):
    """A conflict that a change opened at a feed position; `at_ms` by the server's clock."""

    kind: ItemKind
    item: str
    conflict: Conflict
    position: int
    at_ms: int


class Closed(Struct, frozen=True):
    """A conflict that a change closed."""

    conflict: str
    position: int
    at_ms: int
    replica: str
    sequence: int


class StoredConflict(Struct, frozen=True, kw_only=True):
    """With when it was closed and by which change; None while it is open."""

    kind: ItemKind
    item: str
    conflict: Conflict
    opened_at_ms: int
    closed_at_ms: int | None
    closed_by_replica: str
    closed_by_sequence: int | None


async def open_conflicts(
    tx: Tx, project: str, keys: Iterable[tuple[ItemKind, str]]
) -> dict[tuple[ItemKind, str], tuple[Conflict, ...]]:
    """The open ones per item, oldest first."""
    found: dict[tuple[ItemKind, str], list[Conflict]] = {}
    rows = await fetch_wanted(
        tx,
        {"kind": "text", "id": "text"},
        sorted(set(keys)),
        "c.kind, c.item_id, c.id, c.body FROM conflicts c "
        "WHERE c.project = $1 AND c.kind = w.kind AND c.item_id = w.id AND c.closed_position IS NULL\n"
        "ORDER BY c.opened_position, c.place",
        project,
    )
    seen: set[str] = set()
    for kind, item, name, body in rows:
        if name not in seen:
            seen.add(name)
            found.setdefault((kind, item), []).append(_decode(body))
    return {key: tuple(conflicts) for key, conflicts in found.items()}


async def closed_among(tx: Tx, project: str, ids: Sequence[str]) -> dict[str, tuple[ItemKind, str]]:
    """Those of `ids` that are closed, with their item."""
    rows = await fetch_wanted(
        tx,
        {"id": "text"},
        [(name,) for name in sorted(set(ids))],
        "c.id, c.kind, c.item_id FROM conflicts c "
        "WHERE c.project = $1 AND c.id = w.id AND c.closed_position IS NOT NULL",
        project,
    )
    return {row["id"]: (row["kind"], row["item_id"]) for row in rows}


async def save_opened(tx: Tx, project: str, opened: Sequence[Opened]) -> None:
    if opened:
        await tx.executemany(
            "INSERT INTO conflicts (project, id, kind, item_id, field, body, opened_position, opened_at_ms, place) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                (
                    project,
                    one.conflict.id,
                    one.kind,
                    one.item,
                    one.conflict.field,
                    _encode(one.conflict),
                    one.position,
                    one.at_ms,
                    place,
                )
                for place, one in enumerate(opened)
            ],
        )


async def save_closed(tx: Tx, project: str, closed: Sequence[Closed]) -> None:
    if closed:
        await tx.executemany(
            "UPDATE conflicts SET closed_position = $3, closed_at_ms = $4, closed_by_replica = $5, "
            "closed_by_sequence = $6 WHERE project = $1 AND id = $2 AND closed_position IS NULL",
            [(project, one.conflict, one.position, one.at_ms, one.replica, one.sequence) for one in closed],
        )


async def item_conflicts(tx: Tx, project: str, kind: ItemKind, item: str) -> list[StoredConflict]:
    """All of an item's, open and closed, oldest first: its history."""
    rows = await tx.fetch(
        "SELECT * FROM conflicts WHERE project = $1 AND kind = $2 AND item_id = $3 ORDER BY opened_position, place",
        project,
        kind,
        item,
    )
    return [_stored(row) for row in rows]


async def count_conflicts(tx: Tx, project: str) -> tuple[int, int]:
    """How many were ever opened, how many are still open."""
    row = await tx.fetch_one(
        "SELECT COUNT(*) AS opened, COUNT(*) - COUNT(closed_position) AS open FROM conflicts WHERE project = $1",
        project,
    )
    return (0, 0) if row is None else (int(row["opened"]), int(row["open"]))


def _stored(row: Row) -> StoredConflict:
    return StoredConflict(
        kind=row["kind"],
        item=row["item_id"],
        conflict=_decode(row["body"]),
        opened_at_ms=row["opened_at_ms"],
        closed_at_ms=row["closed_at_ms"],
        closed_by_replica=row["closed_by_replica"],
        closed_by_sequence=row["closed_by_sequence"],
    )
