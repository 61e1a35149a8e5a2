"""The phone's own changes until the server's receipt, and afterwards a while longer, in case a backup is restored.

Pure bookkeeping: what is numbered, sent, judged, released, offered again. The phone keeps a journal's entries in its
storage and writes them in the same transaction as what it learned them from.
Rules: JOUR-1 numbering, JOUR-2 batches, RCPT-2, RCPT-5, PUSH-4 (remake), EPOCH-2 offer again, FORK-1 split.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sync.canonical import change_bytes
from sync.protocol import Change, Intent, Item, ItemKind, Outcome, Value
from sync.ranges import Range, covers, join_ranges, to_ranges, without

KEPT_AFTER_RECEIPT = 200
"""Receipted changes that stay on the phone: a restored backup may ask for them."""

EntryState = Literal["unsent", "judged", "attention", "receipted"]


class Entry(Struct, frozen=True):
    """One own change. unsent: no outcome yet in this epoch · judged: outcome known, receipt missing · attention:
    rejected, stays until a person deals with it · receipted: safe at the server."""

    replica: str
    change: Change
    state: EntryState = "unsent"
    outcome: Outcome | None = None
    stale: bool = False
    """Made in another epoch and unknown to the server: its base must be found anew before it is sent."""


def make_change(
    made_up_to: int,
    held: Item | None,
    *,
    intent: Intent,
    kind: ItemKind,
    item_id: str,
    fields: Mapping[str, Value],
    settles: Sequence[str] = (),
    made_at_ms: int = 0,
) -> Change:
    """The next change of this replica. Its base is the revision as pulled, never one learned from an outcome: between
    the two somebody else may have written what this phone has not seen."""
    known = held.fields if held else {}
    return Change(
        sequence=made_up_to + 1,
        intent=intent,
        kind=kind,
        id=item_id,
        base=held.revision if held and intent != "create" else 0,
        fields=dict(fields),
        before={name: known[name] for name in fields if name in known},
        settles=list(settles),
        made_at_ms=made_at_ms,
    )


def next_batch(entries: Iterable[Entry], replica: str, most: int, most_bytes: int) -> list[Change]:
    """Unsent changes in order, at most so many and so many bytes, but at least one. Nothing overtakes a stale one."""
    batch: list[Change] = []
    used = 0
    for entry in sorted(entries, key=_sequence):
        if entry.replica != replica or entry.state != "unsent":
            continue
        if entry.stale:
            break
        used += len(change_bytes(replica, entry.change))
        if batch and (len(batch) >= most or used > most_bytes):
            break
        batch.append(entry.change)
    return batch


def is_more_to_send(entries: Iterable[Entry], replica: str, outcomes: Iterable[Outcome]) -> bool:
    """Whether to go round once more at once. What this very answer called held waits for its predecessor instead."""
    held = {outcome.sequence for outcome in outcomes if outcome.result == "held"}
    return any(
        entry.state == "unsent" and entry.replica == replica and not entry.stale and entry.change.sequence not in held
        for entry in entries
    )


def take_outcomes(entries: Iterable[Entry], replica: str, outcomes: Iterable[Outcome]) -> list[Entry]:
    """Entries with what the server said of them. `held` and `identity_reused` leave a change unsent."""
    said = {outcome.sequence: outcome for outcome in outcomes}
    taken = []
    for entry in entries:
        outcome = said.get(entry.change.sequence) if entry.replica == replica else None
        if outcome is None or entry.state != "unsent" or outcome.result == "held" or _reused(outcome):
            taken.append(entry)
        else:
            state: EntryState = "attention" if outcome.result == "rejected" else "judged"
            taken.append(replace(entry, state=state, outcome=outcome))
    return taken


def take_receipt(entries: Iterable[Entry], replica: str, up_to: int) -> list[Entry]:
    """Release what a verified receipt covers and an outcome was heard of; the newest of it stays for a while."""
    taken = [
        replace(entry, state="receipted")
        if entry.state == "judged" and entry.replica == replica and entry.change.sequence <= up_to
        else entry
        for entry in entries
    ]
    receipted = sorted((entry for entry in taken if entry.state == "receipted"), key=_identity)
    dropped = {_identity(entry) for entry in receipted[:-KEPT_AFTER_RECEIPT]}
    return [entry for entry in taken if _identity(entry) not in dropped]


def created_items(
    entries: Iterable[Entry], replica: str, outcomes: Iterable[Outcome], *, person: str, name: str, at_ms: int
) -> list[Item]:
    """Items that a lean answer left out, because this phone's own changes say all of them (PULL-7). Author and time are
    what the server wrote: the person of this phone, and the answer's own time."""
    said = {outcome.sequence: outcome for outcome in outcomes if outcome.position}
    items = []
    for entry in entries:
        outcome = said.get(entry.change.sequence) if entry.replica == replica else None
        if outcome is not None:
            change = entry.change
            items.append(
                Item(
                    kind=change.kind,
                    id=change.id,
                    revision=outcome.revision,
                    position=outcome.position,
                    fields={field: value for field, value in change.fields.items() if value is not None},
                    author=person,
                    updated_at_ms=at_ms,
                    updated_by=name,
                )
            )
    return items


def lost_ranges(entries: Iterable[Entry], replica: str, missing: Iterable[Range], made_up_to: int) -> list[Range]:
    """Of what the server misses, what this phone does not send any more: `lost` of its next request. What waits for a
    person's attention is not offered again by itself, not even to a restored server."""
    held = to_ranges(
        entry.change.sequence for entry in entries if entry.replica == replica and entry.state != "attention"
    )
    return join_ranges(part for first, last in missing for part in without(first, min(last, made_up_to), held))


def park(entries: Iterable[Entry], replica: str, sequence: int) -> list[Entry]:
    """The journal when the server could not even read one change: a person looks at it, the rest goes on (LIVE-6). Its
    sequence counts as lost, or whatever comes after it would be held for ever."""
    return [
        replace(entry, state="attention") if (entry.change.sequence, entry.replica) == (sequence, replica) else entry
        for entry in entries
    ]


def is_forked(received_up_to: int, made_up_to: int, outcomes: Iterable[Outcome], receipt_check: str) -> bool:
    """Whether another phone lives under this replica id (one was restored from a copy). Within one epoch only."""
    return received_up_to > made_up_to or receipt_check == "broken" or any(map(_reused, outcomes))


def split_replica(entries: Iterable[Entry], replica: str, fresh: str) -> list[Entry]:
    """The journal when `replica` becomes `fresh`: what was not judged is numbered from 1 and waits for a base (the copy
    may have been made in another epoch); the rest stays as it is."""
    split, number = [], 0
    for entry in sorted(entries, key=_sequence):
        if entry.replica == replica and entry.state == "unsent":
            number += 1
            split.append(replace(entry, replica=fresh, change=replace(entry.change, sequence=number), stale=True))
        else:
            split.append(entry)
    return split


def adopt_epoch(entries: Iterable[Entry], replica: str, missing: Sequence[Range]) -> list[Entry]:
    """The journal in another epoch: everything still held is offered again. What the server misses has a base that
    means nothing there; it waits, stale, until the items are pulled."""
    return [
        replace(entry, state="unsent", outcome=None, stale=entry.stale or covers(missing, entry.change.sequence))
        if entry.state != "attention" and entry.replica == replica
        else entry
        for entry in entries
    ]


def find_bases(entries: Iterable[Entry], items: Mapping[tuple[ItemKind, str], Item]) -> list[Entry]:
    """After the first full pull of an epoch: stale changes get their base there. Where the item still reads as their
    author saw it, its revision; else 0, so that whatever differs is kept as a conflict. `items` by (kind, id)."""
    found = []
    for entry in entries:
        if entry.stale:
            change = entry.change
            item = items.get((change.kind, change.id))
            seen = item is not None and all(item.fields.get(name) == change.before.get(name) for name in change.fields)
            base = item.revision if item is not None and seen and change.intent != "create" else 0
            found.append(replace(entry, change=replace(change, base=base), stale=False))
        else:
            found.append(entry)
    return found


def remake(entry: Entry, made_up_to: int, held: Item | None) -> Change:
    """A rejected change once more, under a new sequence: its old identity keeps its stored outcome for ever."""
    change = entry.change
    return make_change(
        made_up_to,
        held,
        intent=change.intent,
        kind=change.kind,
        item_id=change.id,
        fields=change.fields,
        settles=change.settles,
        made_at_ms=change.made_at_ms,
    )


def view(item: Item | None, entries: Iterable[Entry]) -> Item | None:
    """What the person sees: the pulled item with the own changes over it that no pull has brought back yet."""
    seen = item
    for entry in sorted(entries, key=_sequence):
        if entry.state in ("unsent", "judged") and not _pulled(item, entry):
            seen = _overlay(seen, entry.change)
    return seen


def contested(item: Item | None, entry: Entry) -> list[str]:
    """Fields that somebody else wrote differently since this unsent change was made: a conflict is to be expected."""
    change = entry.change
    if item is None or item.revision <= change.base or change.intent == "create":
        return []
    return [
        name for name, value in change.fields.items() if item.fields.get(name) not in (value, change.before.get(name))
    ]


def _overlay(item: Item | None, change: Change) -> Item | None:
    if item is None:
        if change.intent != "create":
            return None
        item = Item(kind=change.kind, id=change.id, revision=0, position=0)
    fields = dict(item.fields)
    for name, value in change.fields.items():
        if value is None:
            fields.pop(name, None)
        elif name != "deleted" and not name.endswith("]"):
            fields[name] = value
    deleted = change.intent == "delete" or (
        change.fields["deleted"] is not None if "deleted" in change.fields else item.deleted
    )
    conflicts = [conflict for conflict in item.conflicts if conflict.id not in change.settles]
    return replace(item, fields=fields, deleted=deleted, conflicts=conflicts)


def _pulled(item: Item | None, entry: Entry) -> bool:
    return item is not None and entry.outcome is not None and item.revision >= entry.outcome.revision > 0


def _reused(outcome: Outcome) -> bool:
    return outcome.code == "identity_reused"


def _sequence(entry: Entry) -> int:
    return entry.change.sequence


def _identity(entry: Entry) -> tuple[int, str]:
    return (entry.change.sequence, entry.replica)
