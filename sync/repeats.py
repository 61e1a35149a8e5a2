"""Repeat instances: which field lies inside which instance, and how two orders become one.

An instance is known by its stable id (`/data/repeat[ID]`), never by its place. The order field names the instances; it
never makes a conflict by itself. Removing an instance in which somebody else wrote unseen is one conflict on the
instance; writing into an instance that somebody else removed is a conflict per field. Ties go to keeping.
Rules: REP-1 union of orders, REP-2 removal, REP-3 removal against a write inside, REP-4 what has answers has a place.
"""

import re

from sync.draft import Draft

ORDER = "#order"
ADDED = "#added"
"""Stamped, never a field: since when an instance has its place. Without it nobody could tell a removal from an order
that was written before the instance was added."""
_INSTANCE = re.compile(r"\[([^\[\]]+)\]")


def is_order(name: str) -> bool:
    return name.endswith(ORDER)


def is_instance(name: str) -> bool:
    return name.endswith("]")


def instances_around(name: str) -> list[str]:
    """`/data/a[1]/b[2]/q` lies inside `/data/a[1]` and `/data/a[1]/b[2]`."""
    return [name[: found.end()] for found in _INSTANCE.finditer(name) if found.end() < len(name)]


def read_order(text: str | None) -> list[str]:
    """Ids in order, each once."""
    return list(dict.fromkeys((text or "").split()))


def write_order(ids: list[str]) -> str | None:
    return " ".join(ids) or None


def merge_order(draft: Draft, name: str, arriving: str | None) -> None:
    """Merge one order field. The instances that the change removes lose their fields, or stay with a conflict."""
    relation = draft.relation(name)
    if relation == "late":
        return
    repeat = name.removesuffix(ORDER)
    standing, wanted = read_order(draft.fields.get(name)), read_order(arriving)
    kept = [key for key in standing if key in wanted or not _remove(draft, f"{repeat}[{key}]", relation == "free")]
    added = [key for key in wanted if key not in standing and not gone_unseen(draft, f"{repeat}[{key}]")]
    if relation == "free" and set(kept) <= set(wanted):
        merged = [key for key in wanted if key in kept or key in added]
    else:
        merged = _weave(kept, wanted, added)
    for key in added:
        draft.stamp(f"{repeat}[{key}]{ADDED}")
    if relation == "free" or merged != standing:
        draft.set(name, write_order(merged))


def seat(draft: Draft, name: str) -> None:
    """Give the instances around a written field a place in their orders."""
    for instance in instances_around(name):
        repeat, _, key = instance[:-1].rpartition("[")
        order = read_order(draft.fields.get(repeat + ORDER))
        if key not in order:
            draft.set(repeat + ORDER, write_order([*order, key]))
            draft.stamp(instance)
            draft.stamp(instance + ADDED)


def remove_instance(draft: Draft, instance: str) -> None:
    """Take an instance and everything inside it away, its settled conflicts too."""
    for name in [name for name in draft.fields if name.startswith(instance + "/")]:
        draft.set(name, None)
    for conflict in [conflict for conflict in draft.open if conflict.field.startswith(instance)]:
        draft.close(conflict)
    repeat, _, key = instance[:-1].rpartition("[")
    order = read_order(draft.fields.get(repeat + ORDER))
    if key in order:
        draft.set(repeat + ORDER, write_order([other for other in order if other != key]))
    draft.stamp(instance)


def touched_inside(draft: Draft, instance: str) -> bool:
    """Whether somebody else wrote, or disagreed, inside the instance unseen."""
    return any(
        (name == instance or name.startswith(instance + "/")) and draft.relation(name) == "concurrent"
        for name in draft.stamped
    ) or any(conflict.field.startswith(instance) and draft.unseen(conflict) for conflict in draft.open)


def gone_unseen(draft: Draft, instance: str) -> bool:
    """Whether somebody else removed the instance unseen."""
    if draft.relation(instance) != "concurrent":
        return False
    repeat, _, key = instance[:-1].rpartition("[")
    return key not in read_order(draft.fields.get(repeat + ORDER))


def _remove(draft: Draft, instance: str, order_seen: bool) -> bool:
    """True when the instance goes. False: it stays, new from somebody else or with a conflict."""
    seen = draft.relation(instance + ADDED) == "free" if instance + ADDED in draft.stamped else order_seen
    if not seen:
        return False
    if touched_inside(draft, instance):
        draft.keep_both(instance, None)
        return False
    remove_instance(draft, instance)
    return True


def _weave(kept: list[str], wanted: list[str], added: list[str]) -> list[str]:
    """The standing order with each addition after the neighbour it was written behind."""
    woven = list(kept)
    for key in added:
        before = [other for other in wanted[: wanted.index(key)] if other in woven]
        woven.insert(woven.index(before[-1]) + 1 if before else 0 if not woven else len(woven), key)
    return woven
