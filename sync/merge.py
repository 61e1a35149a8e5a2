"""Three-way merge of one change into one item, field by field. The outcome never depends on a phone's clock.

Not concurrent: the arriving value is written. Concurrent and equal: nothing. Concurrent and different: the standing
value stays, the arriving one is kept beside it as a conflict. Deletion is the field `deleted`.
Rules: MERGE-1 to MERGE-4, TOMB-1 (edit meets deletion), TOMB-2 (deletion meets edit), REP-1 to REP-4.
"""

from sync.draft import DELETED, Draft
from sync.protocol import Change, Outcome, Value
from sync.repeats import (
    ORDER,
    gone_unseen,
    instances_around,
    is_instance,
    is_order,
    merge_order,
    remove_instance,
    seat,
    touched_inside,
)
from sync.state import Actor, Applied, Effect, ItemState, Stamps, Write

QUIET_NAMES = frozenset(
    {
        "submitted_at_ms",
        "form_version",
        "shown_at_ms",
        "opened_at_ms",
        "confirmed_at_ms",
        "/data/start",
        "/data/end",
        "/data/today",
        "/data/deviceid",
    }
)
QUIET_PREFIXES = ("/data/meta/",)


def is_quiet(name: str) -> bool:
    """Fields that describe the filling, not the answer: the later arrival wins, nobody is asked (MERGE-4)."""
    return name in QUIET_NAMES or name.startswith(QUIET_PREFIXES)


def create(change: Change, actor: Actor, at_ms: int) -> Effect:
    """A new item out of its first change."""
    names = "".join(change.fields)
    if "]" not in names and ORDER not in names and DELETED not in change.fields:
        return _create_plainly(change, actor, at_ms)
    draft = Draft(ItemState(kind=change.kind, id=change.id, revision=0, author=actor.person), actor, change, at_ms)
    write_fields(draft)
    draft.touched = True
    return draft.finish()


def _create_plainly(change: Change, actor: Actor, at_ms: int) -> Effect:
    """The same as the draft would say, without repeats: most changes there are."""
    fields = {name: value for name, value in change.fields.items() if value is not None}
    write = Write(actor.replica, change.sequence, at_ms, actor.name)
    stamps = Stamps(fields=dict.fromkeys(change.fields, 1), writes={1: write} if fields else {})
    item = ItemState(kind=change.kind, id=change.id, revision=1, author=actor.person, fields=fields, stamps=stamps)
    return Applied(outcome=Outcome(sequence=change.sequence, result="applied", revision=1), item=item)


def merge(state: ItemState, change: Change, actor: Actor, at_ms: int) -> Effect:
    """Merge an edit or a deletion."""
    draft = Draft(state, actor, change, at_ms)
    if change.intent == "delete":
        write_deletion(draft, "1")
    else:
        write_fields(draft)
    return draft.finish()


def write_fields(draft: Draft) -> None:
    """Write every field of the change: the deletion first, then orders (structure), then the rest."""
    fields = draft.change.fields
    if DELETED in fields:
        write_deletion(draft, fields[DELETED])
    if draft.deleted and draft.relation(DELETED) == "late":
        return
    for name in sorted(filter(is_order, fields), key=len):
        if not draft.deleted and not _inside_kept(draft, name):
            merge_order(draft, name, fields[name])
    for name, value in fields.items():
        if name != DELETED and not is_order(name):
            _write(draft, name, value)


def write_deletion(draft: Draft, value: Value) -> None:
    """Delete ("1") or restore (null). Deleting what others changed unseen is a conflict, and so is the reverse."""
    relation = draft.relation(DELETED)
    if relation == "late" or draft.outrun(DELETED):
        return
    draft.withdraw(None if value else DELETED)
    if draft.standing(DELETED) == value and relation == "concurrent":
        draft.share(DELETED)
    elif relation == "concurrent" or (value and not draft.deleted and _touched_unseen(draft)):
        draft.keep_both(DELETED, value)
    else:
        draft.set(DELETED, value)
        if value:
            for conflict in list(draft.open):
                if not draft.unseen(conflict) and not draft.later(conflict):
                    draft.close(conflict)


def _touched_unseen(draft: Draft) -> bool:
    written = any(not is_quiet(name) and draft.relation(name) == "concurrent" for name in draft.stamped)
    return written or any(draft.unseen(conflict) for conflict in draft.open)


def _write(draft: Draft, name: str, value: Value) -> None:
    if is_instance(name):
        _write_instance(draft, name, value)
        return
    around = instances_around(name) if "]" in name else []
    relation = draft.relation(name)
    if relation == "late" or (draft.open and draft.outrun(name)):
        return
    if around and _inside_kept(draft, name):
        return
    if draft.deleted:
        if not is_quiet(name):
            draft.keep_both(name, value)
        return
    if relation == "free" and any(gone_unseen(draft, instance) for instance in around):
        relation = "concurrent"
    if relation == "free" or is_quiet(name):
        draft.set(name, value)
        if value is not None and around:
            seat(draft, name)
    elif draft.fields.get(name) == value:
        draft.share(name)
    else:
        draft.keep_both(name, value)


def _inside_kept(draft: Draft, name: str) -> bool:
    """Whether the change wanted to remove an instance around the field and only opened a conflict about it."""
    return any(is_instance(conflict.field) and name.startswith(conflict.field + "/") for conflict in draft.opened)


def _write_instance(draft: Draft, instance: str, value: Value) -> None:
    """The choice about a removed instance: null takes it away, anything else keeps it."""
    if value is not None:
        draft.stamp(instance)
    elif touched_inside(draft, instance):
        draft.keep_both(instance, None)
    else:
        remove_instance(draft, instance)
