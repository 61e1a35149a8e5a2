"""How far a replica has come: its changes are judged in order, held ones when their gap fills, lost ones passed over.

One Judging serves one replica inside one transaction; all of them share the transaction's working set. Rules: PUSH-1 to
PUSH-3, PUSH-7, RCPT-1, RCPT-5.
"""

from msgspec import Struct, structs

from server.exchange.items import Workspace
from server.store.changes import StoredChange
from server.store.forms import Door, is_for
from server.store.replicas import Replica
from sync import state
from sync.protocol import Change, Outcome
from sync.push import decide
from sync.ranges import Range, covers, join_ranges
from sync.receipt import LOST, extend_chain


class Facts(Struct, frozen=True):
    """What decisions need besides items: forms by id, closed conflicts among those named."""

    forms: dict[str, Door]
    closed: dict[str, tuple[str, str]]


class Judging:
    """Judges changes one after another; knows how far the replica has come."""

    def __init__(
        self,
        work: Workspace,
        speaker: state.Actor,
        standing: Replica,
        *,
        stored: dict[int, StoredChange],
        waiting: dict[int, StoredChange],
        facts: Facts,
    ) -> None:
        self.work, self.speaker, self.standing, self.lost = work, speaker, standing, standing.lost
        self.stored, self.waiting, self.facts = stored, waiting, facts
        self.made_up_to = standing.made_up_to
        self.received_up_to, self.chain = standing.received_up_to, standing.chain
        self.above: frozenset[str] = frozenset()
        self.forked = False

    def come(self, made_up_to: int, lost: list[Range]) -> None:
        """Before the changes of one push: how far the replica counts, and what it lost."""
        self.made_up_to = made_up_to
        if lost:
            self.lost = tuple(join_ranges([*self.lost, *lost]))
        self.pass_lost()
        self.release()

    def take(self, change: Change, arrived: StoredChange) -> Outcome:
        """Judge an arriving change, then the held ones that waited for it."""
        earlier = self.stored.get(change.sequence)
        decision = decide(self._snapshot(change, earlier), change, arrived.hash)
        outcome = decision.outcome
        if isinstance(decision, state.Duplicate):
            return outcome
        if earlier is not None and outcome.code == "identity_reused":
            self.work.reused.append(arrived)
            self.forked = True
            return outcome
        if isinstance(decision, state.Held):
            kept = structs.replace(arrived, outcome=outcome, status="held")
            self.waiting[change.sequence] = kept
        else:
            kept = self._judged(change, arrived, decision)
        self.stored[change.sequence] = kept
        self.work.inserted.append(kept)
        self.release()
        return outcome

    def release(self) -> None:
        """Judge held changes whose gap is filled."""
        while kept := self.waiting.pop(self.received_up_to + 1, None):
            change = kept.change
            decision = decide(self._snapshot(change, kept, releasing=True), change, kept.hash)
            judged = self._judged(change, kept, decision)
            self.stored[change.sequence] = judged
            if kept in self.work.inserted:
                self.work.inserted[self.work.inserted.index(kept)] = judged
            else:
                self.work.released.append(judged)

    def pass_lost(self) -> None:
        """Step over sequences that can no longer come."""
        while self.lost and covers(self.lost, self.received_up_to + 1):
            self._step(LOST)

    def replica(self) -> Replica:
        """Where the replica stands now."""
        forked_at_ms = self.work.now_ms if self.forked else self.standing.forked_at_ms
        return structs.replace(
            self.standing,
            made_up_to=self.made_up_to,
            received_up_to=self.received_up_to,
            held=len(self.waiting),
            chain=self.chain,
            lost=self.lost,
            last_contact_at_ms=self.work.now_ms,
            forked_at_ms=forked_at_ms,
        )

    def _judged(self, change: Change, kept: StoredChange, decision: state.Decision) -> StoredChange:
        position = None
        if isinstance(decision, state.Effect) and decision.revised:
            position = self.work.take_effect(self.speaker, change, decision)
        elif isinstance(decision, state.Effect):
            self.work.share(decision)
        self.pass_lost()
        if change.sequence == self.received_up_to + 1:
            self._step(kept.hash)
            self.pass_lost()
        return structs.replace(kept, outcome=decision.outcome, status="judged", position=position)

    def _step(self, link: str) -> None:
        self.received_up_to += 1
        self.chain = extend_chain(self.chain, (link,))

    def _snapshot(self, change: Change, earlier: StoredChange | None, *, releasing: bool = False) -> state.Snapshot:
        key = (change.kind, change.id)
        item = self.work.items.get(key)
        closed_here = {one.conflict for one in self.work.closed} if change.settles else ()
        return state.Snapshot(
            actor=self.speaker,
            at_ms=self.work.now_ms,
            received_up_to=self.received_up_to,
            lost=self.lost,
            earlier=state.Earlier(earlier.hash, earlier.outcome) if earlier is not None else None,
            releasing=releasing,
            item=item.state if item is not None else None,
            closed=frozenset(
                name for name in change.settles if name in closed_here or self.facts.closed.get(name) == key
            ),
            form=self._form_state(change.fields.get("form") or ""),
        )

    def _form_state(self, form: str) -> str:
        door, speaker = self.facts.forms.get(form), self.speaker
        if door is None:
            return "unknown"
        if speaker.server or is_for(
            speaker.role, lambda: speaker.areas | self.above, areas=door.areas, roles=door.roles
        ):
            return door.state
        return "elsewhere"
