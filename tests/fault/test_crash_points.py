"""Every named crash point, one by one: what a phone may rely on afterwards."""

import pytest
from msgspec import structs

from server.events import DONE_AT_ONCE, AnswerGiven
from server.exchange.sync import handle
from server.jobs.handlers import BARE
from server.store.crash_points import POINTS, arm_from_environment, set_hook
from server.store.database import Database
from server.store.outbox import add_events, claim_events, count_waiting, finish_events
from sync.protocol import SyncRequest
from tests.exchange.people import NOW_MS, PROJECT, found, report
from tests.fault.invariants import database_is_sound


class Died(Exception):  # noqa: N818 - it is no error of ours
    pass


def dying_at(point: str) -> None:
    def die(at: str) -> None:
        if at == point:
            raise Died(point)

    set_hook(die)


@pytest.mark.parametrize("point", [point for point in POINTS if point != "during_relay"])
async def test_after_a_crash_the_same_push_ends_with_one_effect(database: Database, point: str) -> None:
    province = await found(database)
    asked = SyncRequest(protocol=1, replica="r", changes=[report(1, "s1"), report(2, "s2")], made_up_to=2)
    dying_at(point)
    try:
        with pytest.raises(Died):
            await handle(province.exchange, province.actors["hoa"], asked, NOW_MS)
    finally:
        set_hook(None)
    committed = point in {"after_commit_before_reply", "reply_lost"}
    (row,) = await database.reader.fetch("SELECT COUNT(*) AS n FROM changes")
    assert row["n"] == (2 if committed else 0)
    answer = await handle(province.exchange, province.actors["hoa"], asked, NOW_MS + 1)
    assert [structs.replace(one, duplicate=False).result for one in answer.outcomes] == ["applied", "applied"]
    assert all(one.duplicate is committed for one in answer.outcomes)
    assert answer.receipt is not None
    assert answer.receipt.up_to == 2
    assert await database.reader.read(lambda tx: database_is_sound(tx, PROJECT)) == []


async def test_an_event_whose_relay_died_is_claimed_again_after_its_lease(database: Database) -> None:
    await found(database)
    answered = AnswerGiven(project=PROJECT, answer="a", topic="t", area="30001")
    await database.writer.run(lambda tx: add_events(tx, [answered], NOW_MS, "r:1"))
    run = database.writer.run
    (first,) = await run(lambda tx: claim_events(tx, PROJECT, NOW_MS, 30_000, 10))
    assert await run(lambda tx: claim_events(tx, PROJECT, NOW_MS + 29_000, 30_000, 10)) == []
    (again,) = await run(lambda tx: claim_events(tx, PROJECT, NOW_MS + 30_000, 30_000, 10))
    assert (again.id, again.attempts) == (first.id, first.attempts + 1)
    await run(lambda tx: finish_events(tx, PROJECT, [again.id], NOW_MS + 31_000))
    assert await database.reader.read(lambda tx: count_waiting(tx, PROJECT)) == 0


def test_only_events_from_which_nothing_follows_are_written_as_done() -> None:
    assert set(BARE) >= DONE_AT_ONCE


def test_a_point_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_CRASH_AT", "somewhere:1")
    with pytest.raises(ValueError, match="somewhere"):
        arm_from_environment()
