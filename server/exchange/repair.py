"""Settling what a digest found to differ, bucket by bucket, without a full resync. Rules: DIG-3, SCOPE-5.

First the phone sends its digest of every bucket and hears which differ; then it names what it holds of one of those,
and gets what it lacks and what it has to remove. The buckets are of what the phone should hold at the head of the feed.
"""

from server.exchange.apart import apart_for
from server.exchange.budget import Floors
from server.exchange.pull import size_of
from server.store.items import Key, load_items
from server.store.listing import scope_items
from server.store.projects import Project
from server.store.scope import Scope
from server.store.session import Tx
from sync.digest import EMPTY, add, bucket_of, from_signed, to_text
from sync.protocol import DIGEST_BUCKETS, Gone, Item, RepairRequest, RepairResponse
from sync.pull import Cursor, cut_page, pack_cursor, page_budget


async def repair(tx: Tx, project: Project, scope: Scope, asked: RepairRequest, floors: Floors) -> RepairResponse:
    """Answer one step in the caller's snapshot."""
    floor, _ = await floors.holding(tx, project, scope)
    expected = await scope_items(tx, scope, floor)
    cursor = pack_cursor(Cursor(project.epoch, scope.hash, project.position))
    if asked.bucket < 0:
        sums = [EMPTY] * DIGEST_BUCKETS
        for (kind, name), _, digest in expected:
            bucket = bucket_of(kind, name)
            sums[bucket] = add(sums[bucket], from_signed(digest))
        theirs = [*asked.buckets, *[""] * DIGEST_BUCKETS]
        return RepairResponse(
            differing=[bucket for bucket in range(DIGEST_BUCKETS) if to_text(sums[bucket]) != theirs[bucket]],
            cursor=cursor,
        )
    should = {key: digest for key, _, digest in expected if bucket_of(*key) == asked.bucket}
    items, gone, more = await _difference(tx, project.project, asked, should)
    apart = await apart_for(tx, scope)
    return RepairResponse(items=[apart.show(item) for item in items], gone=gone, more=more, cursor=cursor)


async def _difference(
    tx: Tx, project: str, asked: RepairRequest, should: dict[Key, int]
) -> tuple[list[Item], list[Gone], bool]:
    """What to take and what to remove. An item is sent again when its revision differs; when only its conflicts do, the
    phone cannot have the same revision."""
    held = {(one.kind, one.id): one.revision for one in asked.held}
    gone = [Gone(kind=kind, id=name) for kind, name in held if (kind, name) not in should]
    stored = await load_items(tx, project, should)
    lacking = [stored[key].on_wire() for key in should if key in stored and held.get(key) != stored[key].state.revision]
    taken = cut_page([size_of(item) for item in lacking], page_budget(asked.page_bytes))
    return lacking[:taken], gone, taken < len(lacking)
