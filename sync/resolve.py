"""A resolution is a change like any other: it closes the conflicts it names and writes the chosen values.

Every chosen value is stamped even when it already stands, so that two people who resolve at once meet as a conflict
again instead of the second winning unseen; equal choices meet in silence.
Rules: RES-1 closes and writes, RES-2 two at once, RES-3 a deletion is settled in words, RES-4 unknown conflict.
"""

from sync.draft import DELETED, Draft
from sync.merge import write_fields
from sync.protocol import Change
from sync.state import Actor, Effect, ItemState


def resolve(state: ItemState, change: Change, actor: Actor, at_ms: int, closed: frozenset[str]) -> Effect | str:
    """Merge a resolution; or the code of its rejection. `closed`: named conflicts that somebody settled already."""
    known = {conflict.id: conflict for conflict in state.conflicts}
    if not closed.union(known).issuperset(change.settles):
        return "conflict_unknown"
    draft = Draft(state, actor, change, at_ms)
    settled = [known[name] for name in dict.fromkeys(change.settles) if name in known]
    if not _complete(draft, {conflict.field for conflict in settled}):
        return "change_malformed"
    for conflict in settled:
        draft.close(conflict)
    write_fields(draft)
    return draft.finish()


def _complete(draft: Draft, fields: set[str]) -> bool:
    """A choice for each settled field; on an item seen as deleted, first of all whether it stays so."""
    chosen = draft.change.fields
    if DELETED in chosen:
        return chosen[DELETED] is not None or fields.issubset(chosen)
    if draft.deleted and draft.relation(DELETED) == "free":
        return False
    return fields.issubset(chosen)
