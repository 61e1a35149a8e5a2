"""Pushes that wait together share a unit of the writer, and no fate."""

import asyncio
from typing import Any

import pytest

from server.exchange import gather
from server.exchange.sync import handle
from server.problems import Problem
from server.store.writer import WriteTx
from sync.protocol import Change, SyncRequest, SyncResponse
from tests.exchange.people import NOW_MS, Province, edit, report


def push(province: Province, person: str, *changes: Change, replica: str = "", **more: Any) -> Any:
    asked = SyncRequest(
        protocol=1,
        replica=replica or f"r-{person}",
        changes=list(changes),
        made_up_to=max(change.sequence for change in changes),
        **more,
    )
    return handle(province.exchange, province.actors[person], asked, NOW_MS)


async def test_a_crowd_shares_few_units(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = gather.judge

    async def counting(tx: WriteTx, project: str, pushes: Any) -> Any:
        sizes.append(len(pushes))
        return await real(tx, project, pushes)

    monkeypatch.setattr(gather, "judge", counting)
    answers = await asyncio.gather(*(push(province, "hoa", report(1, f"s{n}"), replica=f"r{n}") for n in range(60)))
    assert all(one.outcomes[0].result == "applied" for one in answers)
    assert sum(sizes) == 60
    assert len(sizes) < 20


async def test_the_same_replica_twice_in_one_unit_is_judged_in_turn(province: Province) -> None:
    first = report(1, "s1")
    answers: list[SyncResponse] = await asyncio.gather(
        push(province, "hoa", first),
        push(province, "hoa", first, edit(2, "s1", 1, what="lũ")),
        push(province, "hoa", edit(2, "s1", 1, what="lũ")),
    )
    assert [[out.duplicate for out in one.outcomes] for one in answers] == [[False], [True, False], [True]]
    assert [one.received_up_to for one in answers] == [1, 2, 2]


async def test_a_refused_push_changes_nothing_of_the_others(province: Province) -> None:
    answers = await asyncio.gather(
        push(province, "hoa", report(1, "s1")),
        push(province, "lan", report(2, "stolen"), replica="r-hoa"),
        push(province, "binh", report(1, "s2")),
        push(province, "lan", report(1, "s3"), lost=[(5, 4000)]),
        return_exceptions=True,
    )
    assert [type(one) for one in answers] == [SyncResponse, Problem, SyncResponse, Problem]
    assert [one.code for one in answers[1::2]] == ["replica_taken", "body_malformed"]


async def test_when_a_unit_fails_each_push_is_tried_alone(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    real = gather.judge

    async def poisoned(tx: WriteTx, project: str, pushes: Any) -> Any:
        answers = await real(tx, project, pushes)
        if any(change.id == "poison" for one in pushes for change in one.changes):
            raise RuntimeError("the database takes none of it")
        return answers

    monkeypatch.setattr(gather, "judge", poisoned)
    names = ["a", "poison", "b", "c"]
    answers = await asyncio.gather(
        *(push(province, "hoa", report(1, name), replica=f"r{n}") for n, name in enumerate(names)),
        return_exceptions=True,
    )
    assert [type(one) for one in answers] == [SyncResponse, RuntimeError, SyncResponse, SyncResponse]
    stored = await province.exchange.database.reader.fetch("SELECT id FROM items ORDER BY id")
    assert [row["id"] for row in stored] == ["a", "b", "c"]
    assert (await push(province, "hoa", report(1, "d"), replica="r9")).outcomes[0].result == "applied"


@pytest.mark.parametrize("name", ["s\0", "x" * 10_000, "nước " * 39])
async def test_an_id_that_no_database_takes_is_rejected_and_remembered(province: Province, name: str) -> None:
    changes = [report(1, "before"), report(2, name), report(3, "after")]
    for duplicate in (False, True):
        answer = await push(province, "hoa", *changes)
        results = [(one.result, one.code) for one in answer.outcomes]
        refused = ("applied", "") if len(name) <= 200 and "\0" not in name else ("rejected", "change_malformed")
        assert results == [("applied", ""), refused, ("applied", "")]
        assert all(one.duplicate is duplicate for one in answer.outcomes)
        assert answer.received_up_to == 3


async def test_a_text_that_no_index_takes_harms_nobody(province: Province) -> None:
    """A topic's area decides who reads it; one as long as a book is kept, and reaches nobody."""
    long = Change(sequence=1, intent="create", kind="topic", id="t", fields={"area": "ấ" * 9_000, "state": "m" * 9_000})
    answer = await push(province, "cuc", long)
    assert answer.outcomes[0].result == "applied"
