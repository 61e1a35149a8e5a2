"""Items of a scope by position: each (audience, area) range and the person's own are walks along an index."""

from collections.abc import Sequence
from typing import NamedTuple

from server.store.items import COLUMNS, Key, StoredItem, from_rows, load_items
from server.store.scope import Scope
from server.store.session import Tx
from sync.digest import Digest, from_sums


class Place(NamedTuple):
    """Where an item stands in the feed."""

    position: int
    key: Key


async def items_after(tx: Tx, scope: Scope, after: int, limit: int) -> list[Place]:
    """The first `limit` items of the scope beyond a position, tombstones too, in order."""
    if scope.reads_all:
        rows = await tx.fetch(
            "SELECT f.position, f.kind, f.item_id AS id FROM feed f CROSS JOIN items i WHERE i.project = f.project "
            "AND i.kind = f.kind AND i.id = f.item_id AND i.position = f.position "
            "AND f.project = $1 AND f.position > $2 ORDER BY f.position LIMIT $3",
            scope.project,
            after,
            limit,
        )
    else:
        sql, args = walks(scope, "position > $2 ORDER BY position LIMIT $3", "position, kind, id")
        rows = await tx.fetch(f"{sql} ORDER BY position LIMIT $3", scope.project, after, limit, *args)
    return [Place(position, (kind, name)) for position, kind, name in rows]


def walks(scope: Scope, tail: str, columns: str) -> tuple[str, list[str]]:
    """A UNION over the scope's index ranges, `tail` at the end of each; $1 is the project, $2 and $3 are the tail's.
    An item in two ranges (one's own in a led area) appears once."""
    args = [scope.person]
    ranges = ["author = $4 AND audience IN ('team', 'own')"]
    for audience, areas in scope.ranges():
        first = 4 + len(args)
        args += areas
        listed = ", ".join(f"${number}" for number in range(first, first + len(areas)))
        ranges.append(f"audience = '{audience}' AND area IN ({listed})")
    parts = [
        f"SELECT * FROM (SELECT {columns} FROM items WHERE project = $1 AND {one} AND {tail}) AS walk{number}"
        for number, one in enumerate(ranges)
    ]
    return " UNION ".join(parts), args


async def load_page(tx: Tx, project: str, keys: Sequence[Key]) -> dict[Key, StoredItem]:
    return await load_items(tx, project, keys) if keys else {}


async def leaving_floor(tx: Tx, scope: Scope, kept: int) -> int:
    """Position of the newest item that has to leave when `kept` of those that may leave stay; 0 when none has to."""
    where, args = scope.where("i")
    row = await tx.fetch_one(
        f"SELECT i.position FROM items i WHERE {where} AND i.closed = 1 "
        f"ORDER BY i.position DESC LIMIT 1 OFFSET ${len(args) + 1}",
        *args,
        kept,
    )
    return 0 if row is None else int(row["position"])


async def digest_down_to(tx: Tx, scope: Scope, floor: int) -> Digest:
    """Digest of the scope's items without those that leave at this floor."""
    where, args = scope.where("i")
    row = await tx.fetch_one(
        "SELECT SUM((i.digest >> 32) & 4294967295) AS high, SUM(i.digest & 4294967295) AS low FROM items i "
        f"WHERE {where} AND NOT (i.deleted = 1 AND i.open_conflicts = 0) "
        f"AND NOT (i.closed = 1 AND i.position <= ${len(args) + 1})",
        *args,
        floor,
    )
    return from_sums(int(row["high"] or 0), int(row["low"] or 0)) if row is not None else from_sums(0, 0)


async def scope_items(tx: Tx, scope: Scope, floor: int) -> list[tuple[Key, int, int]]:
    """(key, revision, digest as a signed integer) of everything a phone of this scope should hold: for repair only."""
    where, args = scope.where("i")
    rows = await tx.fetch(
        f"SELECT i.kind, i.id, i.revision, i.digest FROM items i WHERE {where} "
        "AND NOT (i.deleted = 1 AND i.open_conflicts = 0) "
        f"AND NOT (i.closed = 1 AND i.position <= ${len(args) + 1}) ORDER BY i.position",
        *args,
        floor,
    )
    return [((kind, name), revision, digest) for kind, name, revision, digest in rows]


async def list_items(tx: Tx, scope: Scope, kind: str, *, before: int = 0, limit: int = 100) -> list[StoredItem]:
    """Newest first, of one kind, without tombstones; `before` a position continues a listing."""
    where, args = scope.where("i")
    first = len(args) + 1
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE {where} AND i.kind = ${first} AND i.deleted = 0 "
        f"AND (${first + 1} = 0 OR i.position < ${first + 1}) ORDER BY i.position DESC LIMIT ${first + 2}",
        *args,
        kind,
        before,
        limit,
    )
    return await from_rows(tx, scope.project, rows)
