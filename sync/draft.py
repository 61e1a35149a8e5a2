"""One item under one arriving change: the copy that merge, resolve and repeats write into, and nobody else sees.

It knows three relations of a field to the change (`relation`): `free` (the change's author had seen what stands, or
wrote it), `concurrent` (somebody else wrote unseen), `late` (the same replica wrote later: the change arrived after a
gap). Rules: MERGE-1 what is concurrent, CONF-1 both values kept, CONF-2 a replica's later write takes its earlier one's
place, CONF-3 a conflict closes when the standing value becomes equal.
"""

from typing import Literal

from sync.protocol import Change, Conflict, Outcome, Result, Value
from sync.state import Actor, Applied, Conflicted, Effect, ItemState, Merged, Stamps, Write

Relation = Literal["free", "concurrent", "late"]
DELETED = "deleted"
"""The deletion as a field: "1" or absent."""


def author_of(conflict: Conflict) -> tuple[str, int]:
    """(replica, sequence) of the change that opened a conflict, out of its id."""
    replica, _, sequence = conflict.id[: -len(conflict.field) - 1].rpartition(":")
    return replica, int(sequence)


class Draft:
    def __init__(self, state: ItemState, actor: Actor, change: Change, at_ms: int) -> None:
        self.state, self.actor, self.change, self.at_ms = state, actor, change, at_ms
        self.base = change.base if change.base <= state.revision else 0
        """A base that the item never reached comes from another history: nothing of this one was seen."""
        self.revision = state.revision + 1
        self.fields = dict(state.fields)
        self.stamped = dict(state.stamps.fields)
        self.writes = state.stamps.writes
        self.shared = dict(state.stamps.holders)
        self.deleted = state.deleted
        self.open = list(state.conflicts)
        self.opened: list[Conflict] = []
        self.closed: list[str] = []
        self.touched = False

    def relation(self, name: str) -> Relation:
        revision = self.stamped.get(name, 0)
        if revision <= self.base or revision == self.revision:
            return "free"
        holders = self._holders(name)
        own = holders.get(self.actor.replica, 0)
        if own > self.change.sequence:
            return "late"
        return "free" if own and len(holders) == 1 else "concurrent"

    def _holders(self, name: str) -> dict[str, int]:
        """Whose last word is what stands in a written field: replica -> sequence."""
        if name in self.shared:
            return self.shared[name]
        write = self.writes[self.stamped[name]]
        return {write.replica: write.sequence}

    def own_sequence(self, conflict: Conflict) -> int | None:
        """Sequence of the change that opened the conflict, when this replica made it."""
        replica, sequence = author_of(conflict)
        return sequence if replica == self.actor.replica else None

    def unseen(self, conflict: Conflict) -> bool:
        """Whether somebody else's conflict was opened after what the change's author saw."""
        return conflict.revision > self.base and self.own_sequence(conflict) is None

    def outrun(self, name: str) -> bool:
        """Whether a later change of this replica already keeps a conflict on the field."""
        return any(conflict.field == name and self.later(conflict) for conflict in self.open)

    def later(self, conflict: Conflict) -> bool:
        return (self.own_sequence(conflict) or 0) > self.change.sequence

    def standing(self, name: str) -> Value:
        return ("1" if self.deleted else None) if name == DELETED else self.fields.get(name)

    def set(self, name: str, value: Value) -> None:
        if name == DELETED:
            self.deleted = value is not None
        elif value is None:
            self.fields.pop(name, None)
        else:
            self.fields[name] = value
        self.stamp(name)
        if self.open:
            self.withdraw(name)
            self._agree(name, value)

    def stamp(self, name: str) -> None:
        self.stamped[name] = self.revision
        self.shared.pop(name, None)
        self.touched = True

    def share(self, name: str) -> None:
        """Somebody else wrote the same: from now on neither may overwrite it unseen."""
        if name in self.stamped:
            self.shared[name] = {**self._holders(name), self.actor.replica: self.change.sequence}
        if self.open:
            self.withdraw(name)

    def keep_both(self, name: str, arriving: Value) -> None:
        self.withdraw(name)
        if self.actor.replica in self.shared.get(name, ()):
            others = {who: last for who, last in self.shared[name].items() if who != self.actor.replica}
            self.shared[name] = others
        write = self.writes.get(self.stamped.get(DELETED if self.deleted else name, 0))
        conflict = Conflict(
            id=f"{self.actor.replica}:{self.change.sequence}:{name}",
            field=name,
            before=self.change.before.get(name),
            standing=self.standing(name),
            standing_by=write.by if write else "",
            standing_at_ms=write.at_ms if write else 0,
            standing_deleted=self.deleted and name != DELETED,
            arriving=arriving,
            arriving_by=self.actor.name,
            arriving_at_ms=self.at_ms,
            revision=self.revision,
        )
        self.open.append(conflict)
        self.opened.append(conflict)
        self.touched = True

    def close(self, conflict: Conflict) -> None:
        self.open.remove(conflict)
        self.closed.append(conflict.id)
        self.touched = True

    def withdraw(self, name: str | None = None) -> None:
        """Close this replica's own earlier conflicts on a field, or on the whole item."""
        for conflict in list(self.open):
            own = self.own_sequence(conflict)
            if (name is None or conflict.field == name) and own is not None and own < self.change.sequence:
                self.close(conflict)

    def finish(self) -> Effect:
        revision = self.revision if self.touched else self.state.revision
        kind, result = self._result()
        return kind(
            outcome=Outcome(
                sequence=self.change.sequence,
                result=result,
                revision=revision,
                conflicts=[conflict.id for conflict in self.opened],
            ),
            item=ItemState(
                kind=self.state.kind,
                id=self.state.id,
                revision=revision,
                author=self.state.author,
                fields=self.fields,
                stamps=self._stamps(),
                deleted=self.deleted,
                conflicts=tuple(self.open),
            ),
            revised=self.touched,
            opened=tuple(self.opened),
            closed=tuple(self.closed),
        )

    def _agree(self, name: str, value: Value) -> None:
        for conflict in list(self.open):
            if conflict.field == name and conflict.arriving == value:
                self.close(conflict)
                replica, sequence = author_of(conflict)
                own = {self.actor.replica: self.change.sequence}
                self.shared[name] = {replica: sequence, **self.shared.get(name, own)}

    def _result(self) -> tuple[type[Effect], Result]:
        if self.opened:
            return Conflicted, "conflicted"
        base, replica = self.base, self.actor.replica
        others = any(revision > base and write.replica != replica for revision, write in self.writes.items())
        others = others or any(self.unseen(conflict) for conflict in self.state.conflicts)
        return (Merged, "merged") if others or not self.touched else (Applied, "applied")

    def _stamps(self) -> Stamps:
        writes = self.writes
        if self.touched:
            named = set(self.stamped.values())
            writes = {revision: write for revision, write in writes.items() if revision in named}
            if self.revision in named:
                change, actor = self.change, self.actor
                writes[self.revision] = Write(actor.replica, change.sequence, self.at_ms, actor.name)
        return Stamps(fields=self.stamped, writes=writes, holders=self.shared)
