"""What is independent does not depend on the order of arrival (I7), nor on any phone's clock (I10)."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.protocol import Change, Value
from sync.state import Actor, ItemState
from tests.sync.invariants import clocks_are_only_data, conflicts_balance, state_is_sound
from tests.sync.memory_store import MemoryStore

BORN = {"form": "f", "area": "c1", "/data/x": "1", "/data/y": "2"}
AUTHOR = Actor(replica="A", person="a", name="A", areas=frozenset({"c1"}))
Edit = tuple[str, dict[str, Value]]


def _staff(replica: str) -> Actor:
    return Actor(replica=replica, person=replica, name=replica, role="staff")


def _run(born: dict[str, Value], changes: Sequence[tuple[str, Change]]) -> tuple[MemoryStore, ItemState]:
    store = MemoryStore()
    store.push(AUTHOR, Change(sequence=1, intent="create", kind="submission", id="s", fields=born), 0)
    for replica, change in changes:
        assert store.push(_staff(replica), change, 1).result != "rejected"
        assert state_is_sound(store.items["submission", "s"]) == []
    state = store.items["submission", "s"]
    assert conflicts_balance(len(store.opened), len(store.closed), len(state.conflicts)) == []
    return store, state


def _claims(state: ItemState, field: str) -> set[Value]:
    """Every value that somebody stands for: the standing one and the kept ones."""
    standing = ("1" if state.deleted else None) if field == "deleted" else state.fields.get(field)
    return {standing} | {conflict.arriving for conflict in state.conflicts if conflict.field == field}


values = st.sampled_from(["1", "2", "a", "b", None])
edits = st.dictionaries(st.sampled_from(["/data/x", "/data/y", "/data/z"]), values, min_size=1)
phones = st.dictionaries(st.sampled_from(["P", "Q", "R", "S"]), st.lists(edits, min_size=1, max_size=4), min_size=1)
deleters = st.sampled_from([{"D"}, {"E"}, {"D", "E"}])


def _numbered(written: dict[str, list[dict[str, Value]]], deleting: set[str]) -> list[list[tuple[str, Change]]]:
    queues = [
        [
            (replica, Change(sequence=n, intent="edit", kind="submission", id="s", base=1, fields=fields))
            for n, fields in enumerate(queue, start=1)
        ]
        for replica, queue in written.items()
    ]
    erase = Change(sequence=1, intent="delete", kind="submission", id="s", base=1)
    return queues + [[(replica, erase)] for replica in sorted(deleting)]


def _interleave(data: st.DataObject, queues: list[list[tuple[str, Change]]]) -> list[tuple[str, Change]]:
    left, order = [list(queue) for queue in queues], []
    while any(left):
        queue = data.draw(st.sampled_from([queue for queue in left if queue]))
        order.append(queue.pop(0))
    return order


@settings(max_examples=300, deadline=None)
@given(st.data(), phones)
def test_every_replica_last_word_is_kept_in_any_order_of_arrival(
    data: st.DataObject, written: dict[str, list[dict[str, Value]]]
) -> None:
    order = _interleave(data, _numbered(written, set()))
    _, state = _run(dict(BORN), order)
    for field in ("/data/x", "/data/y", "/data/z"):
        words = [[fields[field] for fields in queue if field in fields] for queue in written.values()]
        last = {word[-1] for word in words if word}
        assert _claims(state, field) == (last or {BORN.get(field)}), (field, order)


@settings(max_examples=300, deadline=None)
@given(st.data(), phones, deleters)
def test_deletions_and_edits_keep_each_other_in_any_order_of_arrival(
    data: st.DataObject, written: dict[str, list[dict[str, Value]]], deleting: set[str]
) -> None:
    order = _interleave(data, _numbered(written, deleting))
    _, state = _run(dict(BORN), order)
    assert "1" in _claims(state, "deleted")
    for field in ("/data/x", "/data/y", "/data/z"):
        words = [[fields[field] for fields in queue if field in fields] for queue in written.values()]
        last = {word[-1] for word in words if word}
        born = {BORN.get(field)}
        assert _claims(state, field) - born == last - born, (field, order)


@settings(max_examples=100, deadline=None)
@given(st.data(), phones, deleters, st.integers(-(2**40), 2**40))
def test_a_phone_clock_decides_nothing(
    data: st.DataObject, written: dict[str, list[dict[str, Value]]], deleting: set[str], skew: int
) -> None:
    order = _interleave(data, _numbered(written, deleting))
    skewed = [(who, replace(change, made_at_ms=skew * number)) for number, (who, change) in enumerate(order)]
    assert clocks_are_only_data(_run(dict(BORN), order)[1], _run(dict(BORN), skewed)[1]) == []


ROWS = {"form": "f", "area": "c1", "/data/r[a]/q": "1", "/data/r[b]/q": "2", "/data/r#order": "a b"}
acts = st.one_of(
    st.tuples(st.just("add"), st.sampled_from("cdef")),
    st.tuples(st.just("remove"), st.sampled_from("ab")),
    st.tuples(st.just("edit"), st.sampled_from("ab")),
    st.tuples(st.just("turn"), st.just("")),
)


def _rows_change(replica: str, act: tuple[str, str]) -> Change:
    verb, key = act
    key = f"{key}{replica}" if verb == "add" else key
    fields: dict[str, Value] = {
        "add": {"/data/r#order": f"a {key} b", f"/data/r[{key}]/q": "new"},
        "remove": {"/data/r#order": "ab".replace(key, ""), f"/data/r[{key}]/q": None},
        "edit": {f"/data/r[{key}]/q": f"by {replica}"},
        "turn": {"/data/r#order": "b a"},
    }[verb]  # type: ignore[assignment]
    return Change(sequence=1, intent="edit", kind="submission", id="s", base=1, fields=fields)


@settings(max_examples=400, deadline=None)
@given(st.permutations(["P", "Q", "R", "S"]), st.lists(acts, min_size=1, max_size=4))
def test_repeat_instances_are_united_in_any_order_of_arrival(order: list[str], done: list[tuple[str, str]]) -> None:
    acting = dict(zip(sorted(order), done, strict=False))
    _, state = _run(dict(ROWS), [(who, _rows_change(who, acting[who])) for who in order if who in acting])
    seated = (state.fields.get("/data/r#order") or "").split()
    assert len(set(seated)) == len(seated)
    for who, (verb, key) in acting.items():
        if verb == "add":
            assert state.fields[f"/data/r[{key}{who}]/q"] == "new"
            assert f"{key}{who}" in seated
    for key in "ab":
        removed = [who for who, act in acting.items() if act == ("remove", key)]
        edited = [who for who, act in acting.items() if act == ("edit", key)]
        kept = [conflict for conflict in state.conflicts if conflict.field.startswith(f"/data/r[{key}]")]
        assert (key in seated) or removed
        if removed and edited:
            words = {conflict.arriving for conflict in kept} | {state.fields.get(f"/data/r[{key}]/q")}
            assert kept
            assert {f"by {who}" for who in edited} <= words
        elif not edited:
            assert not kept
            assert (key in seated) == (not removed)
