"""One page of what changed within an actor's scope, and what their phone should hold at its end.

Items are read by position through the scope's index ranges, so a page costs the same after a thousand items as after a
million. Rules: PULL-1 to PULL-4, SCOPE-5, TOMB-3, DIG-2.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from server.exchange.apart import apart_for
from server.exchange.budget import Floors
from server.store.feed import read_left
from server.store.items import Key, StoredItem
from server.store.listing import Place, items_after, load_page
from server.store.projects import Project
from server.store.scope import Scope
from server.store.session import Tx
from sync.digest import to_text
from sync.protocol import Gone, Item
from sync.pull import Cursor, begin, cut_page, next_position, pack_cursor, page_budget

MOST_ITEMS = 500
"""The most items of one page."""


class Page(Struct, frozen=True, kw_only=True):
    """A page of the feed; `digest` of everything the phone should hold, "" while there is more."""

    items: list[Item] = []
    gone: list[Gone] = []
    cursor: str = ""
    more: bool = False
    floor: int = 0
    digest: str = ""
    known: list[Key] = []
    """Items of this page that the phone itself created: left out."""


class Entry(NamedTuple):
    """Something at a position that the phone must hear of."""

    position: int
    key: Key


async def pull(
    tx: Tx,
    project: Project,
    scope: Scope,
    cursor: str,
    *,
    page_bytes: int,
    floors: Floors,
    created: Mapping[Key, int] | None = None,
) -> Page:
    """Read one page in the caller's snapshot. `created`: items, by position, that need not be sent (PULL-7)."""
    made = created or {}
    start = begin(cursor, project.epoch, scope.hash, project.position, project.horizon)
    floor, digest = await floors.holding(tx, project, scope)
    entries: list[Entry] = []
    if start.after < project.position:
        places = await items_after(tx, scope, start.after, MOST_ITEMS + 1)
        left = await read_left(tx, scope, start.after, MOST_ITEMS + 1) if start.after else []
        entries = _merged(places, [(row.position, (row.kind, row.item)) for row in left])
    chosen = entries[:MOST_ITEMS]
    known = {entry for entry in chosen if made.get(entry.key) == entry.position > floor}
    items = await load_page(tx, project.project, [entry.key for entry in chosen if entry not in known])
    page, more = _page(chosen, items, scope, floor, page_budget(page_bytes), fresh=start.after == 0, known=known)
    more = more or len(entries) > len(chosen)
    apart = await apart_for(tx, scope)
    position = next_position(start.after, [entry.position for entry in page.entries], more, project.position)
    return Page(
        items=[apart.show(item) for item in page.items] if apart.forms else page.items,
        gone=page.gone,
        cursor=pack_cursor(Cursor(project.epoch, scope.hash, position)),
        more=more,
        floor=floor,
        digest="" if more else to_text(digest),
        known=[entry.key for entry in page.entries if entry in known],
    )


def _merged(places: Iterable[Place], left: Iterable[tuple[int, Key]]) -> list[Entry]:
    entries = {Entry(place.position, place.key) for place in places}
    entries.update(Entry(position, key) for position, key in left)
    return sorted(entries)


class _Chosen(NamedTuple):
    entries: list[Entry]
    items: list[Item]
    gone: list[Gone]


def _page(
    entries: Sequence[Entry],
    found: dict[Key, StoredItem],
    scope: Scope,
    floor: int,
    budget: int,
    *,
    fresh: bool,
    known: Collection[Entry] = (),
) -> tuple[_Chosen, bool]:
    """What the entries mean now: an item that stands elsewhere in the page's future is left to its own position."""
    wire: list[Item | Gone | None] = []
    for entry in entries:
        item = found.get(entry.key)
        if entry in known:
            wire.append(None)
        elif item is None or item.gone or not scope.reads(item.audience, item.area, item.state.author):
            wire.append(None if fresh else Gone(kind=entry.key[0], id=entry.key[1]))
        elif item.position != entry.position or (item.leaving and item.position <= floor):
            wire.append(None)
        else:
            wire.append(item.on_wire())
    sizes = [size_of(one) for one in wire]
    taken = cut_page(sizes, budget)
    sent = wire[:taken]
    return (
        _Chosen(
            list(entries[:taken]),
            [one for one in sent if isinstance(one, Item)],
            [one for one in sent if isinstance(one, Gone)],
        ),
        taken < len(entries),
    )


def size_of(one: Item | Gone | None) -> int:
    """About how many bytes it takes on the wire."""
    if one is None:
        return 0
    if isinstance(one, Gone):
        return 40 + len(one.id)
    text = sum(map(len, one.fields)) + sum(map(len, one.fields.values()))
    return 160 + text + 8 * len(one.fields) + 400 * len(one.conflicts)
