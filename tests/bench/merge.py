"""Cost of judging one change, in both languages, without any I/O.

Cases: a report of eight answers is created; one of its answers is amended; the same meets another's amendment and
becomes a conflict; the conflict is settled. Floor of each: reading the item's JSON and writing it back (the change's
for a creation), as whoever keeps it must. Best of five batches: other work on the machine is not the merge's cost.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sync.canonical import change_hash
from sync.protocol import Change, Value
from sync.push import decide
from sync.state import Actor, Effect, ItemState, Snapshot
from tests.bench.registry import Figure, bench

ROUNDS = 20_000
ROOT = Path(__file__).parents[2]
AUTHOR = Actor(replica="P", person="p", name="P", device="d", areas=frozenset({"c1"}))
LEADER = Actor(replica="Q", person="q", name="Q", role="coordinator", areas=frozenset({"c1"}))


class Case(NamedTuple):
    item: ItemState | None
    change: Change


def make_cases() -> dict[str, Case]:
    answers: dict[str, Value] = {f"/data/group/question_{number}": f"câu trả lời số {number}" for number in range(8)}
    born = Change(
        sequence=1, intent="create", kind="submission", id="s1", fields={"form": "f", "area": "c1", **answers}
    )
    fresh = _judge(AUTHOR, None, born)
    name = "/data/group/question_3"
    amended = _judge(LEADER, fresh, _edit(1, {name: "mười hai"}))
    disputed = _judge(AUTHOR, amended, _edit(2, {name: "hai mươi"}))
    settle = Change(
        sequence=3,
        intent="resolve",
        kind="submission",
        id="s1",
        base=disputed.revision,
        fields={name: "hai mươi"},
        settles=[conflict.id for conflict in disputed.conflicts],
    )
    return {
        "create": Case(None, born),
        "edit": Case(fresh, _edit(2, {name: "hai mươi"})),
        "conflict": Case(amended, _edit(2, {name: "hai mươi"})),
        "resolve": Case(disputed, settle),
    }


@bench("merge")
def merge() -> Iterator[Figure]:
    """Changes per second."""
    cases = make_cases()
    for name, case in cases.items():
        value, floor = _python(case)
        yield Figure(name=f"merge.python.{name}", n=ROUNDS, value=value, floor=floor, unit="changes/s")
    hashed = _per_second(lambda: change_hash("P", cases["create"].change))
    yield Figure(name="merge.python.hash", n=ROUNDS, value=hashed, unit="changes/s")
    for name, rate in typescript(cases, ROUNDS).items():
        yield Figure(
            name=f"merge.typescript.{name}", n=ROUNDS, value=rate["value"], floor=rate["floor"], unit="changes/s"
        )


def typescript(cases: dict[str, Case], rounds: int) -> dict[str, dict[str, float]]:
    """Bundle merge.ts with the PWA's own bundler and run it in Node."""
    given = msgspec.json.encode({"rounds": rounds, "cases": {name: _plain(case) for name, case in cases.items()}})
    with tempfile.TemporaryDirectory() as folder:
        bundle = str(Path(folder, "merge.mjs"))
        rolldown = str(ROOT / "pwa/node_modules/.bin/rolldown")
        command = [rolldown, "tests/bench/merge.ts", "--file", bundle, "--format", "esm", "--platform", "node"]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        ran = subprocess.run(["node", bundle], input=given, check=True, capture_output=True)
    rates: dict[str, dict[str, float]] = json.loads(ran.stdout)
    return rates


def _plain(case: Case) -> dict[str, Any]:
    item = None
    if case.item is not None:
        item = msgspec.to_builtins(case.item, str_keys=True)
        item = {"deleted": False, "conflicts": [], **item}
        item["stamps"] = {"fields": {}, "writes": {}, "holders": {}, **item["stamps"]}
    return {"item": item, "change": case.change}


def _python(case: Case) -> tuple[float, float]:
    item, change = case
    snapshot = Snapshot(actor=AUTHOR, at_ms=1, received_up_to=change.sequence - 1, item=item)
    stored = msgspec.json.encode(item or change)
    decoder = msgspec.json.Decoder(ItemState if item else Change)
    value = _per_second(lambda: decide(snapshot, change, "hash"))
    return value, _per_second(lambda: msgspec.json.encode(decoder.decode(stored)))


def _per_second(work: Callable[[], object]) -> float:
    for _ in range(ROUNDS // 5):
        work()
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(ROUNDS // 5):
            work()
        best = min(best, time.perf_counter() - began)
    return ROUNDS / 5 / best


def _judge(actor: Actor, item: ItemState | None, change: Change) -> ItemState:
    snapshot = Snapshot(actor=actor, at_ms=1, received_up_to=change.sequence - 1, item=item)
    decision = decide(snapshot, change, "hash")
    if not isinstance(decision, Effect):
        raise TypeError(f"the bench measures a refusal: {decision}")
    return decision.item


def _edit(sequence: int, fields: dict[str, Value]) -> Change:
    return Change(sequence=sequence, intent="edit", kind="submission", id="s1", base=1, fields=fields)
