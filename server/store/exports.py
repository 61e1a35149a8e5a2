"""Submissions of a scope in order of their id, page by page along the primary key: for exports only."""

from server.store.items import COLUMNS, StoredItem, from_rows
from server.store.scope import Scope
from server.store.session import Tx


async def page_submissions(
    tx: Tx, scope: Scope, *, form: str, area: str, since_ms: int, after: str, most: int
) -> list[StoredItem]:
    """The next ones beyond an id; "" and 0 leave a condition out."""
    where, args = scope.where("i", 7)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.project = $1 AND i.kind = 'submission' AND i.id > $2 AND i.deleted = 0 "
        "AND ($3 = '' OR i.form = $3) AND ($4 = '' OR i.area = $4) AND i.created_at_ms >= CAST($5 AS BIGINT) "
        f"AND {where} ORDER BY i.id LIMIT $6",
        scope.project,
        after,
        form,
        area,
        since_ms,
        most,
        *args,
    )
    return await from_rows(tx, scope.project, rows)
