"""What judged changes leave behind: gathered in memory, saved with one statement a table.

Everything of one transaction goes through here, phones' changes, board actions and the server's own alike: so history,
conflicts, feed, digests and events follow from one place.
"""

from collections import Counter as Counts

from msgspec import structs

from server import events
from server.store.changes import StoredChange, insert_changes, keep_reused, release_changes
from server.store.conflicts import Closed, Opened, save_closed, save_opened
from server.store.counter import Counter
from server.store.digests import Cell, Sums, count_in, save_sums
from server.store.feed import FeedRow, insert_feed
from server.store.items import Key, StoredItem, insert_items, update_items
from server.store.outbox import add_rows
from server.store.session import Tx
from server.store.tallies import Cell as TallyCell
from server.store.tallies import save_tallies, tally
from sync.protocol import Change
from sync.state import Actor, Effect


class Workspace:
    """Items as they stand in this transaction, and what has to be saved of it."""

    def __init__(self, project: str, counter: Counter, now_ms: int) -> None:
        self.project, self.counter, self.now_ms = project, counter, now_ms
        self.items: dict[Key, StoredItem] = {}
        self.new: set[Key] = set()
        self.touched: dict[Key, StoredItem] = {}
        self.opened: list[Opened] = []
        self.closed: list[Closed] = []
        self.feed: list[FeedRow] = []
        self.sums: dict[Cell, Sums] = {}
        self.tallies: Counts[TallyCell] = Counts()
        self.happened: list[tuple[str, str, events.OutboxRow]] = []
        self.inserted: list[StoredChange] = []
        self.released: list[StoredChange] = []
        self.reused: list[StoredChange] = []

    def take_effect(self, actor: Actor, change: Change, effect: Effect) -> int:
        """Give the change its position in the feed; answers it."""
        key: Key = (change.kind, change.id)
        before = self.items.get(key)
        moved = before is not None and before.area != effect.item.fields.get("area", "")
        if before is not None and moved and before.audience != "all" and not before.gone:
            self.feed.append(FeedRow(self.counter.next(), *key, before.audience, before.area, author="", leaves=True))
        position = self.counter.next()
        after = StoredItem(
            state=effect.item,
            position=position,
            created_at_ms=before.created_at_ms if before is not None else self.now_ms,
            updated_at_ms=self.now_ms,
            updated_by=actor.name,
        )
        if before is None:
            self.new.add(key)
        self.items[key] = self.touched[key] = after
        self.feed.append(FeedRow(position, *key, after.audience, after.area, after.state.author))
        self.opened += [Opened(*key, conflict, position, self.now_ms) for conflict in effect.opened]
        self.closed += [
            Closed(conflict, position, self.now_ms, actor.replica, change.sequence) for conflict in effect.closed
        ]
        count_in(self.sums, before, after)
        tally(self.tallies, before, after)
        self._tell(actor, change, before, after)
        return position

    def share(self, effect: Effect) -> None:
        """The change said what stands already: nothing to see, but who holds the value must be kept (MERGE-3)."""
        key: Key = (effect.item.kind, effect.item.id)
        before = self.items[key]
        if before.state.stamps != effect.item.stamps:
            self.items[key] = self.touched[key] = structs.replace(before, state=effect.item)

    def _tell(self, actor: Actor, change: Change, before: StoredItem | None, after: StoredItem) -> None:
        happened = events.of_item(
            self.project,
            change.kind,
            change.id,
            revision=after.state.revision,
            before=before.state.fields if before is not None else {},
            after=after.state.fields,
            person=actor.person,
        )
        for number, event in enumerate(happened):
            key = f"{actor.replica}:{change.sequence}:{number}"
            self.happened.append((self.project, key, events.to_row(event, self.now_ms)))

    async def save(self, tx: Tx) -> None:
        """Write everything; the counter itself is the writer's last statement."""
        await insert_changes(tx, self.project, self.inserted)
        if self.released:
            await release_changes(tx, self.project, self.released)
        if self.reused:
            await keep_reused(tx, self.project, self.reused)
        await insert_items(tx, self.project, [item for key, item in self.touched.items() if key in self.new])
        await update_items(tx, self.project, [item for key, item in self.touched.items() if key not in self.new])
        await insert_feed(tx, self.project, self.feed)
        await save_opened(tx, self.project, self.opened)
        await save_closed(tx, self.project, self.closed)
        await save_sums(tx, self.project, self.sums)
        await save_tallies(tx, self.project, self.tallies)
        await add_rows(tx, self.happened, are_new=True)
