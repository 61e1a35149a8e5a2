"""The feed: one row per position, without holes, in commit order (I4). Pulls read the items themselves by position; the
feed tells those an item moved away from that it left, and proves that no position is missing."""

from collections.abc import Sequence

from msgspec import Struct

from server.store.scope import Scope
from server.store.session import Row, Tx, insert_rows
from sync.protocol import ItemKind


class FeedRow(Struct, frozen=True):
    """`leaves`: the item moved out of this audience and area; it stands elsewhere or nowhere for their readers."""

    position: int
    kind: ItemKind
    item: str
    audience: str
    area: str
    author: str
    leaves: bool = False


_COLUMNS = "position, kind, item_id, audience, area, author, leaves"


async def insert_feed(tx: Tx, project: str, rows: Sequence[FeedRow]) -> None:
    await insert_rows(
        tx,
        "feed",
        ("project", *_COLUMNS.split(", ")),
        [
            (project, row.position, row.kind, row.item, row.audience, row.area, row.author, int(row.leaves))
            for row in rows
        ],
    )


async def read_feed(tx: Tx, project: str, after: int, limit: int = 500) -> list[FeedRow]:
    """In order: for live updates and for whoever proves that it is contiguous."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM feed WHERE project = $1 AND position > $2 ORDER BY position LIMIT $3",
        project,
        after,
        limit,
    )
    return [_row(row) for row in rows]


async def read_left(tx: Tx, scope: Scope, after: int, limit: int) -> list[FeedRow]:
    """Items that moved out of one of the scope's areas beyond a position. They may still stand in another of them."""
    ranges = [(audience, areas) for audience, areas in scope.ranges() if audience != "all"]
    if scope.reads_all or not ranges:
        return []
    args: list[str] = []
    parts = []
    for audience, areas in ranges:
        first = 4 + len(args)
        args += areas
        listed = ", ".join(f"${number}" for number in range(first, first + len(areas)))
        parts.append(
            f"SELECT * FROM (SELECT {_COLUMNS} FROM feed WHERE project = $1 AND leaves = 1 AND audience = '{audience}' "
            f"AND area IN ({listed}) AND position > $2 ORDER BY position LIMIT $3) AS left_{audience}"
        )
    rows = await tx.fetch(f"{' UNION ALL '.join(parts)} ORDER BY position LIMIT $3", scope.project, after, limit, *args)
    return [_row(row) for row in rows]


def _row(row: Row) -> FeedRow:
    position, kind, item, audience, area, author, leaves = row
    return FeedRow(position, kind, item, audience, area, author, bool(leaves))
