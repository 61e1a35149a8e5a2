"""The smallest store that the core can run on: dictionaries instead of tables, one call instead of a transaction.

A reference for tests: what exchange and store do with SQL must come to the same. Times are arguments.
"""

from dataclasses import dataclass, field, replace

from sync.canonical import change_hash
from sync.protocol import Change, Gone, Item, ItemKind, Outcome, Receipt
from sync.push import decide
from sync.ranges import Range, join_ranges, to_ranges
from sync.receipt import LOST, START, advance, extend_chain, gaps
from sync.state import Actor, Decision, Earlier, Effect, Held, ItemState, Rejected, Snapshot

Key = tuple[ItemKind, str]


@dataclass
class Inbox:
    """What the server knows of one replica."""

    judged: dict[int, Earlier] = field(default_factory=dict)
    held: dict[int, Change] = field(default_factory=dict)
    held_outcomes: dict[int, Earlier] = field(default_factory=dict)
    lost: list[Range] = field(default_factory=list)
    quarantined: list[Change] = field(default_factory=list)
    made_up_to: int = 0
    up_to: int = 0
    chain: str = START


@dataclass
class MemoryStore:
    epoch: str = "e1"
    items: dict[Key, ItemState] = field(default_factory=dict)
    positions: dict[Key, int] = field(default_factory=dict)
    head: int = 0
    inboxes: dict[str, Inbox] = field(default_factory=dict)
    opened: dict[str, Key] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    form: str = "open"
    feed: list[tuple[int, Key]] = field(default_factory=list)
    effects: dict[tuple[str, int], int] = field(default_factory=dict)
    """How often each identity changed an item: the checker of I2 reads it."""

    def inbox(self, replica: str) -> Inbox:
        return self.inboxes.setdefault(replica, Inbox())

    def push(self, actor: Actor, change: Change, at_ms: int) -> Outcome:
        inbox = self.inbox(actor.replica)
        inbox.made_up_to = max(inbox.made_up_to, change.sequence)
        earlier = inbox.judged.get(change.sequence) or inbox.held_outcomes.get(change.sequence)
        decision = self._decide(actor, inbox, change, at_ms, earlier, releasing=False)
        self._keep(actor, inbox, change, decision)
        self._release(actor, inbox, at_ms)
        return decision.outcome

    def say_lost(self, actor: Actor, lost: list[Range], at_ms: int) -> None:
        inbox = self.inbox(actor.replica)
        inbox.lost = join_ranges([*inbox.lost, *lost])
        self._release(actor, inbox, at_ms)

    def receipt(self, replica: str, at_ms: int) -> Receipt:
        inbox = self.inbox(replica)
        return Receipt(epoch=self.epoch, replica=replica, up_to=inbox.up_to, chain=inbox.chain, at_ms=at_ms)

    def gaps(self, replica: str) -> list[Range]:
        inbox = self.inbox(replica)
        return gaps(inbox.up_to, to_ranges(inbox.held), inbox.made_up_to, inbox.lost)

    def item(self, key: Key) -> Item | None:
        """As it goes to a phone; None when it goes as Gone."""
        state = self.items[key]
        if state.deleted and not state.conflicts:
            return None
        return Item(
            kind=state.kind,
            id=state.id,
            revision=state.revision,
            position=self.positions[key],
            fields=dict(state.fields),
            conflicts=list(state.conflicts),
            author=state.author,
            deleted=state.deleted,
        )

    def page(self, after: int, most: int) -> tuple[list[Item], list[Gone], int, bool]:
        """Items and tombstones that last changed after a position: at most so many, and whether there are more."""
        latest = sorted((position, key) for key, position in self.positions.items() if position > after)
        items, gone = [], []
        for _, key in latest[:most]:
            item = self.item(key)
            if item is None:
                gone.append(Gone(kind=key[0], id=key[1]))
            else:
                items.append(item)
        more = len(latest) > most
        return items, gone, latest[most - 1][0] if more else self.head, more

    def copy(self) -> "MemoryStore":
        """A backup."""
        return replace(
            self,
            items=dict(self.items),
            positions=dict(self.positions),
            inboxes={
                name: replace(
                    inbox,
                    judged=dict(inbox.judged),
                    held=dict(inbox.held),
                    held_outcomes=dict(inbox.held_outcomes),
                    lost=list(inbox.lost),
                    quarantined=list(inbox.quarantined),
                )
                for name, inbox in self.inboxes.items()
            },
            opened=dict(self.opened),
            closed=set(self.closed),
            feed=list(self.feed),
            effects=dict(self.effects),
        )

    def _decide(
        self, actor: Actor, inbox: Inbox, change: Change, at_ms: int, earlier: Earlier | None, *, releasing: bool
    ) -> Decision:
        key = (change.kind, change.id)
        closed = {name for name in change.settles if name in self.closed and self.opened.get(name) == key}
        snapshot = Snapshot(
            actor=actor,
            at_ms=at_ms,
            received_up_to=inbox.up_to,
            lost=tuple(inbox.lost),
            earlier=earlier,
            releasing=releasing,
            item=self.items.get(key),
            closed=frozenset(closed),
            form=self.form,
        )
        return decide(snapshot, change, change_hash(actor.replica, change))

    def _keep(self, actor: Actor, inbox: Inbox, change: Change, decision: Decision) -> None:
        sequence, stored = change.sequence, Earlier(change_hash(actor.replica, change), decision.outcome)
        if isinstance(decision, Held):
            inbox.held[sequence] = change
            inbox.held_outcomes[sequence] = stored
        elif isinstance(decision, Rejected) and decision.outcome.code == "identity_reused":
            inbox.quarantined.append(change)
        elif isinstance(decision, Rejected):
            inbox.judged[sequence] = stored
        elif isinstance(decision, Effect):
            inbox.judged[sequence] = stored
            self._save(actor, change, decision)

    def _save(self, actor: Actor, change: Change, effect: Effect) -> None:
        key = (change.kind, change.id)
        self.items[key] = effect.item
        identity = (actor.replica, change.sequence)
        self.effects[identity] = self.effects.get(identity, 0) + 1
        if effect.revised:
            self.head += 1
            self.positions[key] = self.head
            self.feed.append((self.head, key))
        for conflict in effect.opened:
            self.opened[conflict.id] = key
        self.closed.update(effect.closed)

    def _release(self, actor: Actor, inbox: Inbox, at_ms: int) -> None:
        """Move over what was judged or lost, and judge what was held behind it."""
        while True:
            reached = advance(inbox.up_to, inbox.judged, inbox.lost)
            hashes = (inbox.judged[n].hash if n in inbox.judged else LOST for n in range(inbox.up_to + 1, reached + 1))
            inbox.chain, inbox.up_to = extend_chain(inbox.chain, hashes), reached
            change = inbox.held.pop(reached + 1, None)
            if change is None:
                return
            earlier = inbox.held_outcomes.pop(change.sequence)
            self._keep(actor, inbox, change, self._decide(actor, inbox, change, at_ms, earlier, releasing=True))
