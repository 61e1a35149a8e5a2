"""What boards list: submissions and topics within a scope. Newest first, paged by key."""

from msgspec import Struct

from server.store.items import COLUMNS, StoredItem, from_rows
from server.store.scope import Scope
from server.store.session import Tx

MOST = 200


class Wanted(Struct, frozen=True, kw_only=True):
    """Which items of a kind: "" takes all; `before` is the position where the last page ended, 0 at first."""

    kind: str
    topic: str = ""
    area: str = ""
    form: str = ""
    before: int = 0
    most: int = MOST


async def list_board_items(tx: Tx, scope: Scope, wanted: Wanted) -> list[StoredItem]:
    """Items within scope, the newest change first."""
    where, args = scope.where("i", 7)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.kind = $1 AND i.deleted = 0 AND i.position < CAST($2 AS BIGINT) "
        "AND ($3 = '' OR i.topic = $3) AND ($4 = '' OR i.area = $4) AND ($5 = '' OR i.form = $5) "
        f"AND {where} ORDER BY i.position DESC LIMIT $6",
        wanted.kind,
        wanted.before or 2**62,
        wanted.topic,
        wanted.area,
        wanted.form,
        min(wanted.most, MOST),
        *args,
    )
    return await from_rows(tx, scope.project, rows)


async def count_own_by_topic(tx: Tx, project: str, person: str) -> dict[str, int]:
    """A person's own submissions per topic."""
    rows = await tx.fetch(
        "SELECT topic, COUNT(*) AS submissions FROM items WHERE project = $1 AND author = $2 AND kind = 'submission' "
        "AND deleted = 0 AND topic <> '' GROUP BY topic",
        project,
        person,
    )
    return {row["topic"]: row["submissions"] for row in rows}
