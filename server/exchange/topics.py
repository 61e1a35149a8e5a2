"""Merging two topics and splitting one: changes of the leader's own board replica, so the history can undo them."""

from collections.abc import Sequence

from msgspec import Struct

from server.exchange.push import apply_changes
from server.problems import Problem
from server.store.actor import Actor
from server.store.items import StoredItem, get_item, load_items
from server.store.scope import scoped
from server.store.topics import keys_in_topic
from server.store.writer import WriteTx
from sync.protocol import Change

AT_ONCE = 500


class Moved(Struct, frozen=True):
    """How many reports moved, how many did not (out of scope, or somebody else moved them just now)."""

    topic: str
    moved: int
    refused: int


async def merge_topics(tx: WriteTx, actor: Actor, topic: str, into: str, now_ms: int) -> Moved:
    """Move everything of `topic` into another and close it, naming where it went. Problems: item_unknown,
    not_allowed where some of its reports are out of scope."""
    source, target = await _led(tx, actor, topic), await _led(tx, actor, into)
    if source.state.id == target.state.id:
        raise Problem("body_malformed", fault="a topic cannot be merged into itself - at `$.into`")
    moved = await _move(tx, actor, await keys_in_topic(tx, actor.project, topic), topic, into, now_ms=now_ms)
    if moved.refused:
        raise Problem("not_allowed")
    closing = Change(
        sequence=0,
        intent="edit",
        kind="topic",
        id=topic,
        base=source.state.revision,
        fields={"state": "closed", "merged_into": into},
        before={"state": source.state.fields.get("state")},
    )
    await apply_changes(tx, actor, f"board:{actor.device}", [closing], now_ms=now_ms)
    return moved


async def split_topic(
    tx: WriteTx, actor: Actor, topic: str, *, name: str, title: str, submissions: Sequence[str], now_ms: int
) -> Moved:
    """Open a new topic `name` of the same area with some of the reports. Problems: item_unknown, body_malformed."""
    source = await _led(tx, actor, topic)
    items = await load_items(tx, actor.project, [("submission", one) for one in submissions])
    if len(items) != len(set(submissions)) or any(one.state.fields.get("topic") != topic for one in items.values()):
        raise Problem("body_malformed", fault="a report is not of this topic - at `$.submissions`")
    fields = source.state.fields
    opening = Change(
        sequence=0,
        intent="create",
        kind="topic",
        id=name,
        fields={
            "title": title,
            "area": source.area,
            "state": "new",
            "urgency": fields.get("urgency", "medium"),
            "split_from": topic,
        },
    )
    await apply_changes(tx, actor, f"board:{actor.device}", [opening], now_ms=now_ms)
    keys = [(one.state.id, one.state.revision) for one in items.values()]
    return await _move(tx, actor, keys, topic, name, now_ms=now_ms)


async def _led(tx: WriteTx, actor: Actor, topic: str) -> StoredItem:
    item = await get_item(tx, actor.project, "topic", topic)
    if item is None or item.state.deleted or not scoped(actor).reads(item.audience, item.area, item.state.author):
        raise Problem("item_unknown")
    return item


async def _move(
    tx: WriteTx, actor: Actor, keys: Sequence[tuple[str, int]], topic: str, into: str, *, now_ms: int
) -> Moved:
    moved = 0
    for start in range(0, len(keys), AT_ONCE):
        changes = [
            Change(
                sequence=0,
                intent="edit",
                kind="submission",
                id=submission,
                base=revision,
                fields={"topic": into},
                before={"topic": topic},
            )
            for submission, revision in keys[start : start + AT_ONCE]
        ]
        outcomes = await apply_changes(tx, actor, f"board:{actor.device}", changes, now_ms=now_ms)
        moved += sum(outcome.result in {"applied", "merged"} for outcome in outcomes)
    return Moved(into, moved, len(keys) - moved)
