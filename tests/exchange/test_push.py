"""What the server does with the changes of a replica."""

import asyncio
import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from msgspec import structs

from server.exchange.push import SERVER, apply_changes, apply_server_changes
from server.exchange.sync import handle, handle_revoked
from server.keys import load_keys
from server.problems import Problem
from server.store.changes import item_history, load_changes, quarantined
from server.store.conflicts import count_conflicts, item_conflicts
from server.store.feed import read_feed
from server.store.items import get_item
from server.store.replicas import get_replica
from sync.canonical import change_hash, receipt_bytes
from sync.protocol import Change, Health, SyncRequest, SyncResponse
from sync.receipt import START, extend_chain
from tests.exchange.people import EAST, NOW_MS, PROJECT, WEST, Province, edit, report


async def push(
    province: Province, person: str, *changes: Change, replica: str = "", at_ms: int = NOW_MS, **more: object
) -> SyncResponse:
    """One sync of a person's phone with these changes."""
    made = more.pop("made_up_to", max([change.sequence for change in changes], default=0))
    request = SyncRequest(
        protocol=1,
        replica=replica or f"r-{person}",
        changes=list(changes),
        made_up_to=made,
        **more,  # type: ignore[arg-type]
    )
    return await handle(province.exchange, province.actors[person], request, at_ms)


async def test_a_new_report_is_applied_and_gets_the_first_position(province: Province) -> None:
    answer = await push(province, "hoa", report(1, "s1"))
    assert [(one.sequence, one.result, one.revision) for one in answer.outcomes] == [(1, "applied", 1)]
    assert [(item.id, item.position, item.fields["area"]) for item in answer.items] == [("s1", 1, EAST)]
    assert answer.received_up_to == 1
    assert answer.gaps == []


async def test_the_same_push_again_gets_the_stored_outcomes_and_changes_nothing(province: Province) -> None:
    first = await push(province, "hoa", report(1, "s1"), report(2, "s2"))
    again = await push(province, "hoa", report(1, "s1"), report(2, "s2"), cursor=first.cursor)
    assert [structs.replace(one, duplicate=False) for one in again.outcomes] == first.outcomes
    assert all(one.duplicate for one in again.outcomes)
    assert again.items == []
    feed = await province.exchange.database.reader.read(lambda tx: read_feed(tx, PROJECT, 0))
    assert [row.position for row in feed] == [1, 2]


async def test_a_poisoned_change_does_not_block_the_ones_behind_it(province: Province) -> None:
    answer = await push(province, "hoa", report(1, "s1"), edit(2, "nobody", 1, what="x"), report(3, "s3"))
    assert [one.result for one in answer.outcomes] == ["applied", "rejected", "applied"]
    assert answer.received_up_to == 3


async def test_the_same_identity_with_other_content_is_refused_and_both_are_kept(province: Province) -> None:
    await push(province, "hoa", report(1, "s1"))
    answer = await push(province, "hoa", report(1, "another"))
    assert answer.outcomes[0].code == "identity_reused"
    reader = province.exchange.database.reader
    assert len(await reader.fetch("SELECT * FROM reused WHERE project = $1", PROJECT)) == 1
    assert (await reader.read(lambda tx: load_changes(tx, PROJECT, [("r-hoa", 1, 1)])))["r-hoa"][1].item == "s1"
    replica = await reader.read(lambda tx: get_replica(tx, PROJECT, "r-hoa"))
    assert replica is not None
    assert replica.forked_at_ms == NOW_MS


async def test_a_change_behind_a_gap_is_held_and_judged_when_the_gap_fills(province: Province) -> None:
    held = await push(province, "hoa", edit(3, "s1", 1, what="sâu bệnh"), report(5, "s5"))
    assert [one.result for one in held.outcomes] == ["held", "held"]
    assert held.gaps == [(1, 2), (4, 4)]
    assert held.receipt is None
    filled = await push(province, "hoa", report(1, "s1"), report(2, "s2"), made_up_to=5)
    assert filled.received_up_to == 3
    assert filled.gaps == [(4, 4)]
    item = await province.exchange.database.reader.read(lambda tx: get_item(tx, PROJECT, "submission", "s1"))
    assert item is not None
    assert item.state.fields["/data/what"] == "sâu bệnh"
    again = await push(province, "hoa", edit(3, "s1", 1, what="sâu bệnh"), made_up_to=5)
    assert (again.outcomes[0].result, again.outcomes[0].duplicate) == ("applied", True)
    last = await push(province, "hoa", report(4, "s4"), made_up_to=5)
    assert (last.received_up_to, last.gaps) == (5, [])


async def test_lost_sequences_pass_the_gap_and_count_in_the_chain(province: Province) -> None:
    late = report(4, "s4")
    await push(province, "hoa", late)
    answer = await push(province, "hoa", made_up_to=4, lost=[(1, 3)])
    assert answer.received_up_to == 4
    assert answer.receipt is not None
    assert answer.receipt.chain == extend_chain(START, ["0" * 64] * 3 + [change_hash("r-hoa", late)])
    with pytest.raises(Problem, match="body_malformed"):
        await push(province, "hoa", made_up_to=4, lost=[(5, 9)])


async def test_a_change_that_was_declared_lost_and_comes_after_all_is_taken(province: Province) -> None:
    await push(province, "hoa", report(3, "s3"), lost=[(1, 2)])
    answer = await push(province, "hoa", report(2, "s2"), made_up_to=3)
    assert answer.outcomes[0].result == "applied"
    assert answer.received_up_to == 3


async def test_a_receipt_is_chained_and_signed_and_verifies(province: Province) -> None:
    changes = [report(1, "s1"), report(2, "s2")]
    receipt = (await push(province, "hoa", *changes)).receipt
    assert receipt is not None
    assert receipt.up_to == 2
    assert receipt.chain == extend_chain(START, [change_hash("r-hoa", change) for change in changes])
    raw = base64.urlsafe_b64decode(receipt.signature + "==")
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = load_keys(province.exchange.database.data).receipt.public_key()
    key.verify(signature, receipt_bytes(receipt), ec.ECDSA(hashes.SHA256()))
    assert (await push(province, "hoa", receipt_up_to=2, made_up_to=2)).receipt is None


async def test_two_people_who_change_the_same_field_apart_leave_a_conflict_that_a_person_settles(
    province: Province,
) -> None:
    await push(province, "hoa", report(1, "s1"))
    board = Change(sequence=0, intent="edit", kind="submission", id="s1", base=1, fields={"/data/what": "lũ"})
    writer = province.exchange.database.writer
    await writer.run(lambda tx: apply_changes(tx, province.actors["binh"], "board:phone-binh", [board], now_ms=NOW_MS))
    answer = await push(province, "hoa", edit(2, "s1", 1, what="hạn"))
    assert answer.outcomes[0].result == "conflicted"
    (conflict,) = answer.items[0].conflicts
    assert (conflict.standing, conflict.arriving, conflict.standing_by) == ("lũ", "hạn", "Bình")
    choice = Change(
        sequence=3,
        intent="resolve",
        kind="submission",
        id="s1",
        base=answer.items[0].revision,
        fields={"/data/what": "hạn"},
        settles=[conflict.id],
    )
    settled = await push(province, "hoa", choice)
    assert settled.outcomes[0].result in {"applied", "merged"}
    reader = province.exchange.database.reader
    assert await reader.read(lambda tx: count_conflicts(tx, PROJECT)) == (1, 0)
    (kept,) = await reader.read(lambda tx: item_conflicts(tx, PROJECT, "submission", "s1"))
    assert (kept.conflict.standing, kept.closed_by_replica, kept.closed_by_sequence) == ("lũ", "r-hoa", 3)
    history = await reader.read(lambda tx: item_history(tx, PROJECT, "submission", "s1"))
    assert [replica for replica, _ in history] == ["r-hoa", "board:phone-binh", "r-hoa", "r-hoa"]


async def test_whoever_wrote_the_same_does_not_overwrite_the_other_unseen(province: Province) -> None:
    await push(province, "hoa", report(1, "s1"))
    board = Change(sequence=0, intent="edit", kind="submission", id="s1", base=1, fields={"/data/what": "lũ"})
    writer = province.exchange.database.writer
    await writer.run(lambda tx: apply_changes(tx, province.actors["binh"], "board:phone-binh", [board], now_ms=NOW_MS))
    alike = await push(province, "hoa", edit(2, "s1", 1, what="lũ"))
    assert (alike.outcomes[0].result, alike.outcomes[0].revision) == ("merged", 2)
    assert (await push(province, "hoa", edit(3, "s1", 1, what="hạn"))).outcomes[0].result == "conflicted"


async def test_positions_are_contiguous_in_commit_order_whoever_writes_at_once(province: Province) -> None:
    people = ["hoa", "lan", "binh", "dung"]
    await asyncio.gather(
        *(
            push(province, person, report(1, f"{person}-{n}"), report(2, f"{person}-{n}b"), replica=f"{person}{n}")
            for person in people
            for n in range(12)
        )
    )
    rows = await province.exchange.database.reader.fetch(
        "SELECT f.position, c.replica, c.sequence FROM feed f JOIN changes c ON c.project = f.project "
        "AND c.position = f.position WHERE f.project = $1 ORDER BY f.position",
        PROJECT,
    )
    assert [row["position"] for row in rows] == list(range(1, 97))
    (project,) = await province.exchange.database.reader.fetch("SELECT position FROM projects")
    assert project["position"] == 96


async def test_the_server_writes_items_as_a_replica_of_its_own(province: Province) -> None:
    form = Change(sequence=0, intent="create", kind="form", id="topic", fields={"title": "Báo nhanh", "version": "1"})
    newer = Change(sequence=0, intent="edit", kind="form", id="topic", base=1, fields={"version": "2"})
    writer = province.exchange.database.writer
    first = await writer.run(lambda tx: apply_server_changes(tx, PROJECT, [form], now_ms=NOW_MS, name="Cúc"))
    second = await writer.run(lambda tx: apply_server_changes(tx, PROJECT, [newer], now_ms=NOW_MS))
    assert [one.result for one in (*first, *second)] == ["applied", "applied"]
    answer = await push(province, "lan")
    assert [(item.kind, item.revision, item.fields["version"]) for item in answer.items] == [("form", 2, "2")]
    replica = await province.exchange.database.reader.read(lambda tx: get_replica(tx, PROJECT, SERVER))
    assert replica is not None
    assert replica.received_up_to == 2


async def test_what_a_revoked_phone_still_sends_is_kept_apart_and_not_judged(province: Province) -> None:
    late = SyncRequest(protocol=1, replica="r-hoa", changes=[report(1, "s1")], made_up_to=1)
    await handle_revoked(province.exchange, province.actors["hoa"], late, NOW_MS)
    await handle_revoked(province.exchange, province.actors["hoa"], late, NOW_MS)
    reader = province.exchange.database.reader
    ((replica, kept),) = await reader.read(lambda tx: quarantined(tx, PROJECT))
    assert (replica, kept.change) == ("r-hoa", report(1, "s1"))
    assert await reader.read(lambda tx: get_item(tx, PROJECT, "submission", "s1")) is None


async def test_a_replica_of_another_device_is_refused(province: Province) -> None:
    await push(province, "hoa", report(1, "s1"))
    with pytest.raises(Problem, match="replica_taken"):
        await push(province, "lan", report(2, "s2"), replica="r-hoa")


async def test_a_phone_restored_from_an_old_copy_is_noticed(province: Province) -> None:
    await push(province, "hoa", report(1, "s1"), report(2, "s2"))
    answer = await push(province, "hoa", made_up_to=1, health=Health(app="1"))
    assert answer.received_up_to == 2
    replica = await province.exchange.database.reader.read(lambda tx: get_replica(tx, PROJECT, "r-hoa"))
    assert replica is not None
    assert replica.forked_at_ms == NOW_MS


async def test_a_collaborator_may_not_write_outside_their_areas(province: Province) -> None:
    answer = await push(province, "lan", report(1, "s1", area=WEST))
    assert answer.outcomes[0].code == "out_of_scope"


async def test_a_report_that_names_the_unit_from_before_the_merger_is_taken(province: Province) -> None:
    answer = await push(province, "lan", report(1, "s1", area="old-1"))
    assert answer.outcomes[0].result == "applied"
