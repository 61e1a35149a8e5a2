"""What becomes of one change. Outcomes are values; each change is judged on its own, so a poisoned one blocks nothing.

The server calls `decide` once per change, in order of sequence, inside one transaction, and saves what it answers.
Rules: PUSH-1 order and held, PUSH-2 stored outcome again, PUSH-3 identity reused, PUSH-4 rejected with advice, PUSH-5
creation of what exists, PUSH-6 malformed.
"""

from sync.draft import DELETED, Draft
from sync.merge import create, merge
from sync.permit import refusal
from sync.protocol import REJECTIONS, Change, Outcome
from sync.ranges import Range, without
from sync.resolve import resolve
from sync.state import Decision, Duplicate, Effect, Held, ItemState, Merged, Rejected, Snapshot

MAX_ID = 200
MAX_NAME = 500
MAX_FIELDS = 5_000
MAX_CHANGE_CHARACTERS = 500_000


def decide(snapshot: Snapshot, change: Change, change_hash: str) -> Decision:
    """Judge one change. `change_hash`: canonical.change_hash(replica, change)."""
    earlier = snapshot.earlier
    if earlier is not None and earlier.hash != change_hash:
        return reject(change, "identity_reused")
    if earlier is not None and not snapshot.releasing:
        return Duplicate(outcome=_again(earlier.outcome))
    missing = missing_before(change.sequence, snapshot.received_up_to, snapshot.lost)
    if missing:
        return Held(outcome=Outcome(sequence=change.sequence, result="held", retry="later"), missing=missing)
    code = fault(change) or ("" if snapshot.item or change.intent == "create" else "item_unknown")
    code = code or refusal(snapshot.actor, snapshot.item, change)
    if code:
        return reject(change, code)
    judged = _judge(snapshot, change)
    return reject(change, judged) if isinstance(judged, str) else judged


def reject(change: Change, code: str) -> Rejected:
    outcome = Outcome(sequence=change.sequence, result="rejected", code=code, retry=REJECTIONS[code])
    return Rejected(outcome=outcome)


def missing_before(sequence: int, received_up_to: int, lost: tuple[Range, ...]) -> tuple[Range, ...]:
    """What a change waits for: earlier sequences that were not judged and are not known to be lost."""
    if sequence <= received_up_to + 1:
        return ()
    return tuple(without(received_up_to + 1, sequence - 1, lost))


def fault(change: Change) -> str:
    """The code of what is wrong with the change itself, or ""."""
    fields, creates = change.fields, change.intent == "create"
    names, values = "".join(fields), "".join(filter(None, fields.values()))
    well_formed = (
        change.sequence > 0
        and 0 < len(change.id) <= MAX_ID
        and change.base >= 0
        and not (creates and change.base)
        and len(fields) <= MAX_FIELDS
        and "" not in fields
        and max(map(len, fields), default=0) <= MAX_NAME
        and not any("\0" in text for text in (change.id, names, values, *change.settles))
        and not (change.intent == "delete" and fields)
        and (change.intent == "resolve") == bool(change.settles)
        and not (creates and None in fields.values())
        and (change.intent == "resolve" or fields.get(DELETED) is None)
    )
    if not well_formed:
        return "change_malformed"
    size = len(names) + len(values) + sum(map(len, filter(None, change.before.values())))
    return "change_too_large" if size > MAX_CHANGE_CHARACTERS else ""


_SHUT = {"closed": "form_closed", "elsewhere": "out_of_scope"}


def _judge(snapshot: Snapshot, change: Change) -> Effect | str:
    item, actor, at_ms = snapshot.item, snapshot.actor, snapshot.at_ms
    if item is None:
        if change.kind == "submission" and snapshot.form != "open":
            return _SHUT.get(snapshot.form, "form_unknown")
        return create(change, actor, at_ms)
    if change.intent == "create":
        if change.kind == "delivery":
            return merge(item, change, actor, at_ms)
        same = item.author == actor.person and not item.deleted and change.fields.items() <= item.fields.items()
        unchanged = Outcome(sequence=change.sequence, result="merged", revision=item.revision)
        return Merged(outcome=unchanged, item=item, revised=False) if same else "item_exists"
    form = item.fields.get("form")
    if change.kind == "submission" and change.fields.get("form", form) != form:
        return "change_malformed"
    if change.intent == "resolve":
        return resolve(item, change, actor, at_ms, snapshot.closed)
    if (
        item.deleted
        and change.intent == "edit"
        and DELETED not in change.fields
        and _deletion_seen(item, snapshot, change)
    ):
        return "item_deleted"
    return merge(item, change, actor, at_ms)


def _deletion_seen(item: ItemState, snapshot: Snapshot, change: Change) -> bool:
    """Whether the change's author knew that the item was deleted."""
    return Draft(item, snapshot.actor, change, snapshot.at_ms).relation(DELETED) == "free"


def _again(outcome: Outcome) -> Outcome:
    return Outcome(
        sequence=outcome.sequence,
        result=outcome.result,
        revision=outcome.revision,
        conflicts=outcome.conflicts,
        code=outcome.code,
        retry=outcome.retry,
        duplicate=True,
    )
