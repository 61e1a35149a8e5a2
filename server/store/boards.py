"""What boards list: submissions and topics within a scope. Newest first, paged by key."""

from msgspec import Struct

from server.store.items import COLUMNS, StoredItem, from_rows, load_items
from server.store.scope import AUDIENCES, Scope
from server.store.session import Tx
from sync.protocol import ItemKind

MOST = 200


class Wanted(Struct, frozen=True, kw_only=True):
    """Which items of a kind: "" takes all; `before` is the position where the last page ended, 0 at first."""

    kind: ItemKind
    topic: str = ""
    area: str = ""
    form: str = ""
    before: int = 0
    most: int = MOST


async def list_board_items(tx: Tx, scope: Scope, wanted: Wanted) -> list[StoredItem]:
    """Items within scope, the newest change first."""
    if scope.reads_all and not wanted.topic and not wanted.area:
        return await _walk_back(tx, scope, wanted)
    where, args = scope.where("i", 7)
    area = f" AND i.audience = '{AUDIENCES[wanted.kind]}'" if wanted.area else ""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.kind = $1 AND i.deleted = 0 AND i.position < CAST($2 AS BIGINT) "
        f"{_only('i.topic', 3, wanted.topic)}{_only('i.area', 4, wanted.area)}{area} AND ($5 = '' OR i.form = $5) "
        f"AND i.project = $7 AND {where} ORDER BY i.position DESC LIMIT $6",
        wanted.kind,
        wanted.before or 2**62,
        wanted.topic,
        wanted.area,
        wanted.form,
        min(wanted.most, MOST),
        *args,
    )
    return await from_rows(tx, scope.project, rows)


async def _walk_back(tx: Tx, scope: Scope, wanted: Wanted) -> list[StoredItem]:
    """Back along the feed, which is in order already, until there are enough: an item counts at its last position."""
    found: list[StoredItem] = []
    before, step, most = wanted.before or 2**62, min(wanted.most, MOST), min(wanted.most, MOST)
    while len(found) < most:
        places = await tx.fetch(
            "SELECT position, item_id FROM feed WHERE project = $1 AND kind = $2 AND position < CAST($3 AS BIGINT) "
            "ORDER BY position DESC LIMIT $4",
            scope.project,
            wanted.kind,
            before,
            step,
        )
        items = await load_items(tx, scope.project, [(wanted.kind, row["item_id"]) for row in places])
        for position, name in places:
            item = items.get((wanted.kind, name))
            is_here = item is not None and item.position == position and not item.state.deleted
            if item is not None and is_here and wanted.form in {"", item.state.fields.get("form", "")}:
                found.append(item)
        if len(places) < step:
            break
        before, step = places[-1]["position"], min(step * 2, 2_000)
    return found[:most]


def _only(column: str, place: int, value: str) -> str:
    """A condition that an index can serve; a value that is not asked for is only named."""
    return f"AND {column} = ${place} AND {column} <> '' " if value else f"AND CAST(${place} AS TEXT) = '' "


async def count_own_by_topic(tx: Tx, project: str, person: str) -> dict[str, int]:
    """A person's own submissions per topic."""
    rows = await tx.fetch(
        "SELECT topic, COUNT(*) AS submissions FROM items WHERE project = $1 AND author = $2 AND kind = 'submission' "
        "AND deleted = 0 AND topic <> '' GROUP BY topic",
        project,
        person,
    )
    return {row["topic"]: row["submissions"] for row in rows}
