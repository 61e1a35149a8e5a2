"""Checkers of the invariants I1 to I10 (DESIGN, section 10) that can be read off plain facts, for every kind of test.

Each takes what was observed, knows nothing of how, and answers a list of violations in words; empty when it holds.
A change is named (replica, sequence); hashes are canonical.change_hash.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from sync.digest import hash_held, to_text, total
from sync.protocol import Item
from sync.repeats import ORDER, instances_around, read_order
from sync.state import ItemState

Identity = tuple[str, int]


def nothing_receipted_is_lost(receipted: Mapping[Identity, str], stored: Mapping[Identity, str]) -> list[str]:
    """I1: what a verified receipt of this epoch covers is stored with the very content that was sent."""
    return [
        f"I1: {identity} was receipted and is {'gone' if identity not in stored else 'another change'}"
        for identity, change_hash in receipted.items()
        if stored.get(identity) != change_hash
    ]


def effects_are_single(effects: Mapping[Identity, int]) -> list[str]:
    """I2: no change had its effect twice."""
    return [f"I2: {identity} had {times} effects" for identity, times in effects.items() if times > 1]


def outcomes_are_repeated(heard: Mapping[Identity, set[str]]) -> list[str]:
    """I2: whoever pushed a change again heard the same outcome (as text without its `duplicate` mark)."""
    return [f"I2: {identity} heard {sorted(said)}" for identity, said in heard.items() if len(said) > 1]


def unreceipted_stays(made: Iterable[Identity], receipted: Iterable[Identity], held: Iterable[Identity]) -> list[str]:
    """I3: what has no receipt is still on the phone. Leave out of `made` what a person or a test destroyed."""
    return [f"I3: {identity} has no receipt and is not on the phone" for identity in set(made) - {*receipted, *held}]


def positions_are_contiguous(positions: Sequence[int]) -> list[str]:
    """I4: the feed in order of commit counts 1, 2, 3."""
    return [
        f"I4: position {position} where {expected} belongs"
        for expected, position in enumerate(positions, start=1)
        if position != expected
    ][:3]


def cursors_never_go_back(cursors: Sequence[tuple[str, int]]) -> list[str]:
    """I5: (epoch, position) of the cursors that one phone saved, in order."""
    return [
        f"I5: cursor went from {before} to {after}"
        for before, after in pairwise(cursors)
        if before[0] == after[0] and after[1] < before[1]
    ]


def both_hold_the_same(name: str, phone: Iterable[Item], server: Iterable[Item]) -> list[str]:
    """I6 and I8: after quiet the phone holds what the server would send it, whole items compared, not only digests."""
    held = {(item.kind, item.id): item for item in phone}
    meant = {(item.kind, item.id): item for item in server}
    found = [f"I6: {name} misses {key}" for key in meant.keys() - held.keys()]
    found += [f"I6: {name} still holds {key}" for key in held.keys() - meant.keys()]
    for key in held.keys() & meant.keys():
        mine, theirs = held[key], meant[key]
        if (mine.revision, mine.fields, mine.deleted) != (theirs.revision, theirs.fields, theirs.deleted):
            found.append(f"I6: {name} reads {key} as {mine}, the server as {theirs}")
    if not found and to_text(total(map(hash_held, held.values()))) != to_text(total(map(hash_held, meant.values()))):
        found.append(f"I6: {name} holds the same items under another digest")
    return found


def conflicts_balance(opened: int, closed: int, still_open: int) -> list[str]:
    """I7: opened = closed + open."""
    return [] if opened == closed + still_open else [f"I7: {opened} opened, {closed} closed, {still_open} open"]


def queues_are_empty(waiting: Mapping[str, Iterable[Identity]]) -> list[str]:
    """I9: with the network healed nothing waits on any phone (what needs attention is parked, not waiting)."""
    return [f"I9: {name} still waits with {sorted(left)}" for name, left in waiting.items() if list(left)]


def clocks_are_only_data(right: object, wrong: object) -> list[str]:
    """I10: the same history under other phone clocks came to the same."""
    return [] if right == wrong else [f"I10: {wrong!r} under other clocks instead of {right!r}"]


def nothing_outside(name: str, items: Iterable[Item], may_read: Callable[[Item], bool]) -> list[str]:
    """I12: every item on a phone is in its person's scope."""
    return [f"I12: {name} holds {item.kind} {item.id}" for item in items if not may_read(item)]


def state_is_sound(state: ItemState) -> list[str]:
    """What is true of every stored item, whatever happened to it."""
    named, found = [conflict.id for conflict in state.conflicts], []
    if len(set(named)) != len(named):
        found.append("I7: a conflict is open twice")
    if unknown := set(state.stamps.fields.values()) - state.stamps.writes.keys():
        found.append(f"revisions {unknown} have no author")
    if max(state.stamps.fields.values(), default=0) > state.revision:
        found.append("a field is newer than its item")
    for conflict in state.conflicts:
        if not (conflict.standing_deleted or state.deleted) and conflict.arriving == state.fields.get(conflict.field):
            about_structure = conflict.field.endswith("]") or conflict.field == "deleted"
            found += [] if about_structure else [f"{conflict.id} keeps what already stands"]
    for name in state.fields:
        for instance in instances_around(name):
            repeat, _, key = instance[:-1].rpartition("[")
            if key not in read_order(state.fields.get(repeat + ORDER)):
                found.append(f"REP-4: {name} has no place in its order")
    return found
