"""Random histories whose outcome both languages must agree on to the last byte: `python -m tests.sync.generate` writes
sync/vectors/generated.json anew. Only hashes of the outcome are kept; a test regenerates the file, so a change of what
merging means shows as a change of this file.
"""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import msgspec

from sync.canonical import canonical
from sync.protocol import Change
from sync.state import ItemState
from tests.sync.memory_store import MemoryStore
from tests.sync.vector_calls import actors, push_all

FILE = Path("sync/vectors/generated.json")
HISTORIES = 150
NAMES = ["/data/x", "/data/y", "/data/end", "/data/r[a]/q", "/data/r[b]/q", "/data/r[b]/s[u]/q", "/data/r[c]/q"]
ORDERS = ["a b", "b a", "b", "a b c", "c b a", "a c", ""]
ACTORS = {"P": {}, "Q": {"role": "coordinator"}, "R": {"role": "staff"}}


def pruned(value: Any) -> Any:
    """Without members that have their default: languages differ in which of those they spell out."""
    if isinstance(value, dict):
        kept = {name: pruned(member) for name, member in value.items()}
        return {
            name: member
            for name, member in kept.items()
            if member not in (None, False, 0, "") and member not in ([], {})
        }
    return [pruned(member) for member in value] if isinstance(value, list) else value


def outcome_hash(vector: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(pruned(push_all(vector)))).hexdigest()


def history(seed: int) -> dict[str, Any]:
    """One vector: about a dozen changes of three replicas on one submission, in an order that nobody planned."""
    dice, live = random.Random(seed), MemoryStore()
    people = actors({"actors": ACTORS})
    born = {"form": "f", "area": "c1", "/data/x": "1", "/data/r#order": "a b", "/data/r[a]/q": "1", "/data/r[b]/q": "2"}
    pushes: list[dict[str, Any]] = [{"by": "P", "change": _change(1, "create", fields=born), "at_ms": 1}]
    live.push(people["P"], msgspec.convert(pushes[0]["change"], Change), 1)
    made = {"P": 1, "Q": 0, "R": 0}
    for at_ms in range(2, dice.randint(6, 16)):
        who = dice.choice("PQR")
        made[who] += 2 if dice.random() < 0.03 else 1
        change = _random_change(dice, made[who], live.items["submission", "s1"])
        live.push(people[who], msgspec.convert(change, Change), at_ms)
        pushes.append({"by": who, "change": change, "at_ms": at_ms})
        if dice.random() < 0.1:
            pushes.append({**dice.choice(pushes), "at_ms": at_ms})
        if dice.random() < 0.05:
            pushes.append({"by": who, "lost": [[1, made[who]]]})
    if dice.random() < 0.2:
        first, second = dice.sample(range(1, len(pushes)), 2)
        pushes[first], pushes[second] = pushes[second], pushes[first]
    vector = {
        "rule": "CONF-1",
        "description": f"history {seed}",
        "given": {"actors": ACTORS},
        "when": {"call": "push_hash", "pushes": pushes},
    }
    return {**vector, "then": {"hash": outcome_hash(vector)}}


def write() -> str:
    lines = [json.dumps(history(seed), ensure_ascii=False, separators=(",", ":")) for seed in range(HISTORIES)]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _random_change(dice: random.Random, sequence: int, item: ItemState) -> dict[str, Any]:
    """Made by somebody who saw the item as it is, or as it was a while ago."""
    seen = item.revision if dice.random() < 0.4 else dice.randint(0, item.revision)
    if dice.random() < 0.06:
        return _change(sequence, "delete", base=seen)
    names = dice.sample(NAMES, dice.randint(1, 3))
    fields: dict[str, Any] = {name: dice.choice(("1", "2", "3", None)) for name in names}
    if dice.random() < 0.3:
        fields["/data/r#order"] = dice.choice(ORDERS) or None
    if not item.conflicts or dice.random() < 0.6:
        return _change(sequence, "edit", base=seen, fields=fields)
    settled = dice.sample(item.conflicts, dice.randint(1, len(item.conflicts)))
    chosen = {conflict.field: dice.choice((conflict.arriving, conflict.standing, "3")) for conflict in settled}
    if item.deleted or "deleted" in chosen:
        chosen["deleted"] = dice.choice(("1", None))
    return _change(sequence, "resolve", base=seen, fields=chosen, settles=[conflict.id for conflict in settled])


def _change(sequence: int, intent: str, **members: Any) -> dict[str, Any]:
    kept = {name: member for name, member in members.items() if member}
    return {"sequence": sequence, "intent": intent, "kind": "submission", "id": "s1", **kept}


if __name__ == "__main__":
    FILE.write_text(write())
