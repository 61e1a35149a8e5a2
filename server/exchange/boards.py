"""What boards list, put together within the reader's scope: submissions with their missing files, topics with how many
reported, the history of an item. Figures are the business of reports."""

from msgspec import Struct

from server.exchange.apart import apart_for
from server.store.actor import Actor
from server.store.attachments import missing_attachments
from server.store.boards import Wanted, count_own_by_topic, list_board_items
from server.store.changes import item_history
from server.store.items import StoredItem, get_item
from server.store.scope import scoped
from server.store.session import Tx
from server.store.tallies import count_by_topic
from sync import attachments
from sync.protocol import Change, Item, ItemKind, Outcome


class SubmissionOnBoard(Struct, frozen=True, kw_only=True):
    """A submission with the names of files that have not fully arrived: complete only when there are none (I11)."""

    item: Item
    created_at_ms: int
    missing_files: list[str]


class TopicOnBoard(Struct, frozen=True, kw_only=True):
    """A topic with how many submissions within the reader's scope it gathers."""

    item: Item
    created_at_ms: int
    submissions: int


class Step(Struct, frozen=True, kw_only=True):
    """One change in the history of an item, and what became of it. `position` is null when it had no effect."""

    replica: str
    person: str
    change: Change
    outcome: Outcome
    position: int | None
    received_at_ms: int


async def submissions(tx: Tx, actor: Actor, wanted: Wanted) -> list[SubmissionOnBoard]:
    """One page, the newest change first."""
    scope = scoped(actor)
    items, apart = await list_board_items(tx, scope, wanted), await apart_for(tx, scope)
    named = {one.key: attachments.attachments_of(one.state.fields) for one in items}
    hashes = sorted({file.sha256 for files in named.values() for file in files.values()})
    missing = await missing_attachments(tx, actor.project, hashes) if hashes else set()
    return [
        SubmissionOnBoard(
            item=apart.show(one.on_wire()),
            created_at_ms=one.created_at_ms,
            missing_files=sorted(name for name, file in named[one.key].items() if file.sha256 in missing),
        )
        for one in items
    ]


async def topics(tx: Tx, actor: Actor, wanted: Wanted) -> list[TopicOnBoard]:
    """One page, the newest change first."""
    scope = scoped(actor)
    if scope.reads_all or scope.leads:
        gathered = await count_by_topic(tx, scope.project, None if scope.reads_all else scope.areas)
    else:
        gathered = await count_own_by_topic(tx, scope.project, scope.person)
    return [
        TopicOnBoard(item=one.on_wire(), created_at_ms=one.created_at_ms, submissions=gathered.get(one.state.id, 0))
        for one in await list_board_items(tx, scope, wanted)
    ]


async def history(tx: Tx, actor: Actor, kind: ItemKind, item: str) -> list[Step] | None:
    """Every change of an item in order of effect, so that a losing value can be put back; None out of scope."""
    found: StoredItem | None = await get_item(tx, actor.project, kind, item)
    scope = scoped(actor)
    if found is None or not scope.reads(found.audience, found.area, found.state.author):
        return None
    apart, standing = await apart_for(tx, scope), found.on_wire()
    return [
        Step(
            replica=replica,
            person=one.person,
            change=apart.show_change(one.change, standing),
            outcome=one.outcome,
            position=one.position,
            received_at_ms=one.received_at_ms,
        )
        for replica, one in await item_history(tx, actor.project, kind, item)
    ]
