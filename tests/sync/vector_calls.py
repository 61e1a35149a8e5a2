"""What a vector may call, how its JSON becomes arguments and its result JSON again. Twin: vector_calls.ts."""

from collections.abc import Callable
from typing import Any

import msgspec

from sync import (
    attachments,
    backoff,
    canonical,
    courier,
    digest,
    journal,
    pull,
    push,
    ranges,
    receipt,
    repeats,
    replica,
)
from sync.journal import Entry
from sync.merge import is_quiet
from sync.protocol import Change, Item, Outcome, ParcelContents, Receipt
from sync.receipt import Anchor
from sync.state import Actor
from tests.sync.memory_store import MemoryStore

Json = dict[str, Any]


def _to(kind: Any, value: Any) -> Any:
    return msgspec.convert(value, kind)


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _ranges(value: list[list[int]]) -> list[tuple[int, int]]:
    return [(first, last) for first, last in value]


def _entries(when: Json) -> list[Entry]:
    return [
        Entry(
            replica=entry.get("replica", "P"),
            change=_to(Change, entry["change"]),
            state=entry.get("state", "unsent"),
            outcome=_to(Outcome, entry["outcome"]) if entry.get("outcome") else None,
            stale=entry.get("stale", False),
        )
        for entry in when["entries"]
    ]


def _entries_out(entries: list[Entry]) -> Json:
    out = []
    for entry in entries:
        shown: Json = {"replica": entry.replica, "sequence": entry.change.sequence, "state": entry.state}
        if entry.stale:
            shown["stale"] = True
        if entry.change.base:
            shown["base"] = entry.change.base
        if entry.outcome:
            shown["result"] = entry.outcome.result
        out.append(shown)
    return {"entries": out}


def _outcomes(when: Json) -> list[Outcome]:
    return [_to(Outcome, outcome) for outcome in when["outcomes"]]


def _item(value: Any) -> Item | None:
    return msgspec.convert(value, Item) if value else None


def actors(given: Json) -> dict[str, Actor]:
    named = {}
    for name, facts in given.get("actors", {}).items():
        fallback = {"replica": name, "person": name.lower(), "name": name, "areas": ["c1"]}
        known = {**fallback, **facts}
        named[name] = Actor(**{**known, "areas": frozenset(known["areas"])})
    return named


def push_all(vector: Json) -> Json:
    """Push changes one by one; what the items, outcomes and conflicts came to."""
    given, when = vector.get("given", {}), vector["when"]
    store, people = MemoryStore(form=given.get("form", "open")), actors(given)
    for step in given.get("pushed", []):
        store.push(people[step["by"]], _to(Change, step["change"]), step.get("at_ms", 0))
    outcomes = []
    for step in when["pushes"]:
        if "lost" in step:
            store.say_lost(people[step["by"]], _ranges(step["lost"]), step.get("at_ms", 0))
        else:
            outcomes.append(store.push(people[step["by"]], _to(Change, step["change"]), step.get("at_ms", 0)))
    return {"outcomes": _plain(outcomes), "items": _states(store), "inboxes": _inboxes(store)}


def _states(store: MemoryStore) -> Json:
    return {
        f"{kind} {name}": {
            "revision": state.revision,
            "author": state.author,
            "fields": state.fields,
            "deleted": state.deleted,
            "conflicts": _plain(state.conflicts),
            "stamps": state.stamps.fields,
            "writes": _plain(state.stamps.writes),
            "holders": state.stamps.holders,
        }
        for (kind, name), state in store.items.items()
    }


def _inboxes(store: MemoryStore) -> Json:
    return {
        name: {
            "up_to": inbox.up_to,
            "chain": inbox.chain,
            "gaps": _plain(store.gaps(name)),
            "held": sorted(inbox.held),
            "quarantined": [change.sequence for change in inbox.quarantined],
        }
        for name, inbox in store.inboxes.items()
    }


def step_all(when: Json) -> Json:
    phone = replica.Replica(**when.get("replica", {}))
    trace = []
    for event in when["events"]:
        name, sent = event if isinstance(event, list) else (event, 0)
        phone, effects = replica.step(phone, name, sent)
        trace.append([phone.state, *effects])
    return {"trace": trace, "failures": phone.failures, "batch": phone.batch}


def _canonical(when: Json) -> Json:
    try:
        return {"text": canonical.canonical(when["value"]).decode()}
    except ValueError:
        return {"error": True}


def _cursor(cursor: pull.Cursor | None) -> Json:
    return {"cursor": cursor and cursor._asdict()}


CALLS: dict[str, Callable[[Json], Json]] = {
    "canonical": _canonical,
    "change_hash": lambda w: {"hash": canonical.change_hash(w["replica"], _to(Change, w["change"]))},
    "receipt_bytes": lambda w: {"text": canonical.receipt_bytes(_to(Receipt, w["receipt"])).decode()},
    "hash_item": lambda w: {
        "digest": digest.to_text(
            digest.hash_item(w["kind"], w["id"], w["revision"], w.get("deleted", False), w.get("conflicts", []))
        )
    },
    "total": lambda w: {"digest": digest.to_text(digest.total(digest.hash_held(_to(Item, i)) for i in w["items"]))},
    "take_away": lambda w: {
        "digest": digest.to_text(
            digest.subtract(
                digest.total(digest.hash_held(_to(Item, i)) for i in w["items"]), digest.hash_held(_to(Item, w["item"]))
            )
        )
    },
    "from_text": lambda w: {"digest": (found := digest.from_text(w["text"])) and digest.to_text(found)},
    "bucket_of": lambda w: {"buckets": [digest.bucket_of(kind, name) for kind, name in w["items"]]},
    "is_quiet": lambda w: {"quiet": [name for name in w["names"] if is_quiet(name)]},
    "instances_around": lambda w: {"around": repeats.instances_around(w["name"])},
    "fault": lambda w: {"code": push.fault(_to(Change, w["change"]))},
    "missing_before": lambda w: {
        "missing": _plain(push.missing_before(w["sequence"], w["received_up_to"], tuple(_ranges(w["lost"]))))
    },
    "join_ranges": lambda w: {"ranges": _plain(ranges.join_ranges(_ranges(w["ranges"])))},
    "without": lambda w: {"ranges": _plain(ranges.without(w["first"], w["last"], _ranges(w["taken"])))},
    "extend_chain": lambda w: {"chain": receipt.extend_chain(w["chain"], w["hashes"])},
    "check_receipt": lambda w: {
        "check": receipt.check_receipt(
            _to(Anchor, w["anchor"]),
            _to(Receipt, w["receipt"]),
            {int(sequence): link for sequence, link in w["hashes"].items()},
            _ranges(w.get("lost", [])),
        )
    },
    "gaps": lambda w: {
        "gaps": _plain(
            receipt.gaps(w["received_up_to"], _ranges(w["received"]), w["made_up_to"], _ranges(w.get("lost", [])))
        )
    },
    "advance": lambda w: {"up_to": receipt.advance(w["received_up_to"], set(w["judged"]), _ranges(w["lost"]))},
    "pack_cursor": lambda w: {"text": pull.pack_cursor(pull.Cursor(**w["cursor"]))},
    "unpack_cursor": lambda w: _cursor(pull.unpack_cursor(w["text"])),
    "scope_hash": lambda w: {"hash": pull.scope_hash(w["person"], w["role"], w["areas"])},
    "begin": lambda w: dict(
        pull.begin(
            pull.pack_cursor(pull.Cursor(**w["cursor"])) if isinstance(w["cursor"], dict) else w["cursor"],
            w["epoch"],
            w["scope"],
            w["head"],
            w["horizon"],
        )._asdict()
    ),
    "is_understood": lambda w: {"understood": pull.is_understood(w["answer"])},
    "page_budget": lambda w: {"bytes": pull.page_budget(w["asked"])},
    "cut_page": lambda w: {"items": pull.cut_page(w["sizes"], w["budget"])},
    "next_position": lambda w: {"position": pull.next_position(w["after"], w["sent"], w["more"], w["head"])},
    "may_leave": lambda w: {"leave": pull.may_leave(w["kind"], w["state"], w["open_conflicts"])},
    "choose_floor": lambda w: {"floor": pull.choose_floor(w["held"], w["leaving"], w["budget"])},
    "next_try_ms": lambda w: {"wait": backoff.next_try_ms(w["failures"], w["random"], w.get("retry_after_ms", 0))},
    "step": step_all,
    "make_change": lambda w: {
        "change": _plain(
            journal.make_change(
                w["made_up_to"],
                _item(w.get("held")),
                intent=w["intent"],
                kind=w["kind"],
                item_id=w["id"],
                fields=w["fields"],
                settles=w.get("settles", []),
            )
        )
    },
    "next_batch": lambda w: {
        "sequences": [c.sequence for c in journal.next_batch(_entries(w), w["replica"], w["most"], w["most_bytes"])]
    },
    "is_more_to_send": lambda w: {"more": journal.is_more_to_send(_entries(w), w["replica"], _outcomes(w))},
    "take_outcomes": lambda w: _entries_out(journal.take_outcomes(_entries(w), w["replica"], _outcomes(w))),
    "take_receipt": lambda w: _entries_out(journal.take_receipt(_entries(w), w["replica"], w["up_to"])),
    "lost_ranges": lambda w: {
        "lost": _plain(journal.lost_ranges(_entries(w), w["replica"], _ranges(w["missing"]), w["made_up_to"]))
    },
    "park": lambda w: _entries_out(journal.park(_entries(w), w["replica"], w["sequence"])),
    "is_forked": lambda w: {
        "forked": journal.is_forked(w["received_up_to"], w["made_up_to"], _outcomes(w), w["receipt_check"])
    },
    "split_replica": lambda w: _entries_out(journal.split_replica(_entries(w), w["replica"], w["fresh"])),
    "adopt_epoch": lambda w: _entries_out(journal.adopt_epoch(_entries(w), w["replica"], _ranges(w["missing"]))),
    "find_bases": lambda w: _entries_out(
        journal.find_bases(_entries(w), {(i["kind"], i["id"]): _to(Item, i) for i in w["items"]})
    ),
    "remake": lambda w: {"change": _plain(journal.remake(_entries(w)[0], w["made_up_to"], _item(w.get("held"))))},
    "view": lambda w: {"item": _plain(journal.view(_item(w.get("item")), _entries(w)))},
    "contested": lambda w: {"fields": journal.contested(_item(w.get("item")), _entries(w)[0])},
    "pack_parcel": lambda w: {
        "sequences": [
            c.sequence for c in courier.pack_parcel(_entries(w), w["replica"], w["epoch"], w["made_up_to"]).changes
        ]
    },
    "refuse_parcel": lambda w: {
        "code": courier.refuse_parcel(_to(ParcelContents, w["contents"]), w["replica"], w["epoch"])
    },
    "missing_attachments": lambda w: {"missing": attachments.missing_attachments(w["fields"], set(w["stored"]))},
}
