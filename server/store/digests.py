"""Sums per cell (audience, area, author) of what phones should hold, kept up to date in every push.

What a scope should hold is a sum of disjoint cells, so an idle sync compares digests without reading any item.
"""

from collections.abc import Iterable

from msgspec import Struct

from server.store.items import StoredItem
from server.store.scope import Scope
from server.store.session import Tx, insert_rows
from sync.digest import EMPTY, Digest, from_sums

HALF = 0xFFFFFFFF
Cell = tuple[str, str, str]
"""Audience, area, author; the author only where it decides who reads (team, own)."""


class Sums(Struct):
    """What one transaction adds to a cell; halves are cut to 32 bits when they are saved."""

    high: int = 0
    low: int = 0
    held: int = 0
    leaving: int = 0


class Holding(Struct, frozen=True):
    """What a scope holds: digest, items, and how many of them may leave a phone over its budget."""

    digest: Digest
    held: int
    leaving: int


def cell_of(item: StoredItem) -> Cell:
    return item.audience, item.area, item.state.author if item.audience in {"team", "own"} else ""


def count_in(sums: dict[Cell, Sums], before: StoredItem | None, after: StoredItem) -> None:
    """Take an item's earlier state out of its cell and put the new one in."""
    if before is not None and not before.gone:
        _move(sums, before, -1)
    if not after.gone:
        _move(sums, after, 1)


def _move(sums: dict[Cell, Sums], item: StoredItem, sign: int) -> None:
    cell = cell_of(item)
    kept = sums.get(cell)
    if kept is None:
        kept = sums[cell] = Sums()
    kept.high += sign * item.digest.high
    kept.low += sign * item.digest.low
    kept.held += sign
    kept.leaving += sign * item.leaving


async def save_sums(tx: Tx, project: str, sums: dict[Cell, Sums]) -> None:
    """Halves of 32 bits are added and cut in SQL."""
    await insert_rows(
        tx,
        "digests",
        ("project", "audience", "area", "author", "high", "low", "held", "leaving"),
        [
            (project, *cell, one.high & HALF, one.low & HALF, one.held, one.leaving)
            for cell, one in sorted(sums.items())
        ],
        " ON CONFLICT (project, audience, area, author) DO UPDATE SET "
        "high = (digests.high + excluded.high) & 4294967295, low = (digests.low + excluded.low) & 4294967295, "
        "held = digests.held + excluded.held, leaving = digests.leaving + excluded.leaving",
    )


async def scope_holding(tx: Tx, scope: Scope) -> Holding:
    """The sum over the scope's cells."""
    if scope.reads_all:
        parts = ["SELECT high, low, held, leaving FROM digests WHERE project = $1"]
        args: list[str] = [scope.project]
    else:
        parts, args = _parts(scope)
    row = await tx.fetch_one(
        "SELECT SUM(high) AS high, SUM(low) AS low, SUM(held) AS held, SUM(leaving) AS leaving FROM "
        f"({' UNION ALL '.join(parts)}) AS cells",
        *args,
    )
    if row is None or row["held"] is None:
        return Holding(EMPTY, 0, 0)
    return Holding(from_sums(int(row["high"]), int(row["low"])), int(row["held"]), int(row["leaving"]))


def _parts(scope: Scope) -> tuple[list[str], list[str]]:
    """Disjoint selections: for everyone, of the areas, by the person, by others in led areas."""
    select = "SELECT high, low, held, leaving FROM digests WHERE project = $1 AND "
    args = [scope.project, scope.person]
    parts = [
        select + "audience = 'all' AND area = '' AND author = ''",
        select + "author = $2 AND audience IN ('team', 'own')",
    ]

    def listed(values: Iterable[str]) -> str:
        start = len(args) + 1
        args.extend(values)
        return ", ".join(f"${number}" for number in range(start, len(args) + 1))

    if scope.reading_areas:
        parts.append(select + f"audience = 'area' AND area IN ({listed(scope.reading_areas)}) AND author = ''")
    if scope.leads and scope.areas:
        parts.append(select + f"audience IN ('team', 'own') AND area IN ({listed(scope.areas)}) AND author <> $2")
    return parts, args
