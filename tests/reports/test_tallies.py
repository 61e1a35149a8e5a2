"""Tallies say at every moment what counting the items would say: after edits, moves, deletions, and an upgrade."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from server.store.tallies import cells_of
from tests.http.conftest import Phone, report
from tests.http.test_boards import act, topic

PhoneOf = Callable[[str], Awaitable[Phone]]
COUNTED = "SELECT measure, name, period, area, part, submissions FROM tallies WHERE submissions <> 0"


async def counted_again(db: Any) -> Counter[Any]:
    from server.store.items import COLUMNS, from_rows

    async def look(tx: Any) -> Any:
        return await from_rows(tx, "an-giang", await tx.fetch(f"SELECT {COLUMNS} FROM items i"))

    found: Counter[Any] = Counter()
    for item in await db.reader.read(look):
        found.update(cells_of(item))
    return found


async def test_tallies_follow_every_change(phone_of: PhoneOf, db: Any) -> None:
    alice, stan = await phone_of("alice"), await phone_of("stan")
    await alice.sync(*(report(n, f"r{n}", **{"/data/viec/chu_de": "dien"}) for n in range(1, 5)))
    await act(stan, topic("t1"), topic("t2"))
    edit = {"intent": "edit", "kind": "submission", "base": 1}
    outcomes = await act(
        stan,
        {**edit, "id": "r1", "fields": {"topic": "t1"}},
        {**edit, "id": "r1", "fields": {"topic": "t2"}},
        {**edit, "id": "r2", "fields": {"area": "30003", "topic": "t1"}},
        {**edit, "id": "r3", "fields": {"/data/viec/chu_de": "y_te"}},
        {**edit, "id": "r4", "intent": "delete"},
    )
    assert {one["result"] for one in outcomes} == {"applied"}
    stored = {tuple(row)[:5]: row["submissions"] for row in await db.reader.fetch(COUNTED)}
    assert stored == dict(await counted_again(db))
    assert sum(count for (measure, *_), count in stored.items() if measure == "day") == 3
