"""The quick ways of the hot path say exactly what the careful ones say."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import canonical, change_bytes
from sync.draft import Draft
from sync.merge import create, write_fields
from sync.protocol import Change
from sync.state import Actor, ItemState

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.one_of(
    TEXT.filter(bool), st.sampled_from(["area", "/data/what", "/data/start", "/data/crop[a]/kind", "/data/crop#order"])
)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    return Change(
        sequence=draw(st.integers(1, 2**60)),
        intent="create",
        kind="submission",
        id=draw(TEXT.filter(bool)),
        fields=draw(st.dictionaries(NAMES, TEXT, max_size=6)),
        before=draw(st.dictionaries(NAMES, st.none() | TEXT, max_size=2)),
        made_at_ms=draw(st.integers(-(2**60), 2**60)),
    )


@given(TEXT, changes())
def test_a_change_is_spelled_the_same_by_both_encoders(replica: str, change: Change) -> None:
    def careful() -> bytes:
        return canonical({"change": msgspec.to_builtins(change), "replica": replica})

    try:
        expected = careful()
    except ValueError:
        expected = b""
    try:
        actual = change_bytes(replica, change)
    except ValueError:
        actual = b""
    assert actual == expected


@given(changes())
def test_a_plain_creation_equals_what_the_draft_says(change: Change) -> None:
    if "deleted" in change.fields:
        return
    actor = Actor(replica="r", person="hoa", name="Hoa")
    draft = Draft(ItemState(kind=change.kind, id=change.id, revision=0, author="hoa"), actor, change, 7)
    write_fields(draft)
    draft.touched = True
    assert create(change, actor, 7) == draft.finish()
