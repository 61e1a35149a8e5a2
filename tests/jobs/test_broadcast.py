"""From composing to the phone: what is sent, to whom, once; and what the ledger says of it."""

import asyncio

import msgspec
import pytest

from server.exchange import alerts
from server.exchange.alert_draft import Compose
from server.problems import Problem
from server.settings import AlertRules
from server.store.items import load_items
from server.store.sending import wake_device
from server.webpush.payload import SHRUNK
from server.webpush.policy import topic
from tests.jobs.world import CHAU, LONG, PROJECT, PROVINCE, RULES, World, until
from tests.webpush.push_service import Reply


async def item(world: World, name: str) -> dict[str, str]:
    found = await world.database.reader.read(lambda tx: load_items(tx, PROJECT, [("alert", name)]))
    return found["alert", name].state.fields


async def accepted(world: World, n: int) -> None:
    await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE accepted_at_ms IS NOT NULL", n))


async def _is(world: World, sql: str, n: int) -> bool:
    return await world.count(sql) == n


async def test_an_alert_reaches_every_subscribed_phone_of_its_area_and_rides_the_feed(world: World) -> None:
    for person in ("an", "binh", "chi", "cora", "cuong", "stan"):
        await world.phone(person)
    async with world.jobs():
        await world.compose(headline="Lũ trên sông Hậu", instruction="Sơ tán ngay", severity="extreme")
        await world.service.wait_for(4)
        await accepted(world, 4)
    reached = {message.subscription for message in world.service.received}
    assert reached == {world.phones[f"{one}-phone"]["endpoint"] for one in ("an", "binh", "cora", "cuong")}
    message = world.service.to(world.phones["an-phone"])[0]
    expires = (await world.alert("a-1")).expires_at_ms
    assert message.json == {
        "kind": "alert",
        "alert": "a-1",
        "root": "a-1",
        "revision": 1,
        "headline": "Lũ trên sông Hậu",
        "instruction": "Sơ tán ngay",
        "severity": "extreme",
        "status": "actual",
        "message_type": "alert",
        "expires_at_ms": expires,
    }
    assert message.headers["topic"] == topic("a-1")
    assert message.headers["urgency"] == "high"
    assert 86_000 < int(message.headers["ttl"]) <= 86_400
    fields = await item(world, f"a-1:{LONG}")
    assert (fields["headline"], fields["area"], fields["state"]) == ("Lũ trên sông Hậu", LONG, "sent")
    assert await world.count("SELECT COUNT(*) FROM feed WHERE kind = 'alert'") == 1


async def test_the_ledger_counts_people_without_phone_or_webpush_as_not_reached(world: World) -> None:
    await world.phone("an")
    await world.phone("binh", subscribed=False)
    async with world.jobs():
        await world.compose()
        await accepted(world, 1)
    ledger = await world.ledger("a-1")
    assert (ledger.people, ledger.reached, ledger.confirmed) == (4, 0, 0)
    assert {one.person: one.why for one in ledger.not_reached} == {
        "an": "accepted",
        "binh": "no_webpush",
        "cora": "no_device",
        "cuong": "no_device",
    }
    assert next(one for one in ledger.not_reached if one.person == "binh").contact == "0900 binh"
    bar = next(one for one in ledger.areas if one.area == LONG)
    assert (bar.queued, bar.accepted, bar.confirmed) == (3, 1, 0)


async def test_within_the_undo_window_nobody_sees_anything(world: World) -> None:
    await world.phone("an")
    slow = msgspec.structs.replace(RULES, undo_seconds=10)
    async with world.jobs(slow) as jobs:
        await world.compose(rules=slow)
        await jobs.relay.run_once()
        cora = await world.actor("cora")
        undone = await world.write(lambda tx: alerts.undo(tx, cora, "a-1", now_ms=world.clock()))
        await world.pass_time(jobs, 60_000)
        with pytest.raises(Problem, match="alert_state_wrong"):
            await world.write(lambda tx: alerts.undo(tx, cora, "a-1", now_ms=world.clock()))
    assert undone.status == "undone"
    assert world.service.received == []
    assert await world.count("SELECT COUNT(*) FROM items WHERE kind = 'alert'") == 0


async def test_after_the_undo_window_the_scheduler_sends(world: World) -> None:
    await world.phone("an")
    slow = msgspec.structs.replace(RULES, undo_seconds=10)
    async with world.jobs(slow) as jobs:
        await world.compose(rules=slow)
        await jobs.relay.run_once()
        assert (await world.alert("a-1")).status == "scheduled"
        await world.pass_time(jobs, 11_000)
        await world.service.wait_for(1)


async def test_a_wide_extreme_alert_waits_for_a_second_person(world: World) -> None:
    await world.phone("an")
    strict = msgspec.structs.replace(RULES, approval_over=3)
    async with world.jobs(strict):
        alert = await world.compose(rules=strict, severity="extreme")
        assert alert.status == "waiting_approval"
        cora, stan = await world.actor("cora"), await world.actor("stan")
        with pytest.raises(Problem, match="approval_needs_another"):
            await world.write(lambda tx: alerts.approve(tx, cora, "a-1", rules=strict, now_ms=world.clock()))
        assert world.service.received == []
        await world.write(lambda tx: alerts.approve(tx, stan, "a-1", rules=strict, now_ms=world.clock()))
        await world.service.wait_for(1)
        assert (await world.compose(rules=strict, severity="severe")).status == "scheduled"
        assert (await world.compose(rules=strict, severity="extreme", status="test")).status == "scheduled"


async def test_a_coordinator_alerts_own_areas_only_and_a_collaborator_none(world: World) -> None:
    for person, areas in (("cora", [CHAU]), ("cora", [PROVINCE]), ("an", [LONG])):
        with pytest.raises(Problem, match="not_allowed"):
            await world.compose(person, areas=areas)
    assert (await world.compose("cuong", areas=[CHAU, LONG])).status == "scheduled"
    cora = await world.actor("cora")
    mine = await world.database.reader.read(lambda tx: alerts.read_alerts(tx, cora))
    assert [one.alert for one in mine] == ["a-4"]


async def test_an_update_replaces_what_stood_before_it(world: World) -> None:
    await world.phone("an")
    late = await world.phone("binh")
    world.service.will_answer(world.phones[late], *[Reply(500)] * 9)
    async with world.jobs():
        await world.compose(headline="Lũ mức 2")
        await world.service.wait_for(1)
        await accepted(world, 1)
        world.service._of(world.phones[late]).replies.clear()
        cora = await world.actor("cora")
        newer = Compose(headline="Lũ mức 3", severity="extreme")
        await world.write(
            lambda tx: alerts.update(tx, cora, "a-1", newer, new_id="a-1b", rules=RULES, now_ms=world.clock())
        )
        await accepted(world, 3)
    assert [message.json["headline"] for message in world.service.to(world.phones["an-phone"])] == [
        "Lũ mức 2",
        "Lũ mức 3",
    ]
    (only,) = world.service.to(world.phones[late])
    assert (only.json["alert"], only.json["root"], only.json["revision"]) == ("a-1b", "a-1", 2)
    assert only.json["message_type"] == "update"
    assert {message.headers["topic"] for message in world.service.received} == {topic("a-1")}
    assert (await item(world, f"a-1:{LONG}"))["state"] == "replaced"
    fields = await item(world, f"a-1b:{LONG}")
    assert (fields["revision_of"], fields["references"], fields["instruction"] != "") == ("a-1", "a-1", True)
    assert (await world.alert("a-1")).status == "replaced"


async def test_a_cancellation_goes_out_at_once_and_stops_what_was_still_to_be_sent(world: World) -> None:
    await world.phone("an")
    late = await world.phone("binh")
    world.service.will_answer(world.phones[late], *[Reply(503)] * 9)
    async with world.jobs():
        await world.compose(headline="Lũ")
        await accepted(world, 1)
        cora = await world.actor("cora")
        await world.write(lambda tx: alerts.cancel(tx, cora, "a-1", "Nước đã rút", new_id="a-1c", now_ms=world.clock()))
        world.service._of(world.phones[late]).replies.clear()
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE alert = 'a-1c'", 4))
        await accepted(world, 3)
    last = world.service.to(world.phones["an-phone"])[-1].json
    assert (last["message_type"], last["headline"]) == ("cancel", "Lũ")
    assert [one.json["alert"] for one in world.service.to(world.phones[late])] == ["a-1c"]
    assert (await item(world, f"a-1:{LONG}"))["state"] == "cancelled"
    assert (await world.alert("a-1")).status == "cancelled"


async def test_an_alert_expires_and_is_tried_no_more(world: World) -> None:
    late = await world.phone("an")
    world.service.will_answer(world.phones[late], *[Reply(500)] * 50)
    async with world.jobs() as jobs:
        await world.compose(expires_at_ms=world.clock() + 3_600_000)
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE attempts > 0", 1))
        await world.pass_time(jobs, 3_601_000)
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE next_try_at_ms IS NOT NULL", 0))
    assert (await world.alert("a-1")).status == "expired"
    assert (await item(world, f"a-1:{LONG}"))["state"] == "expired"
    assert world.service.received == []
    assert next(one for one in (await world.ledger("a-1")).rows if one.person == "an").problem == "expired"


@pytest.mark.parametrize(
    ("reply", "problem", "stale", "alarms"),
    [
        (Reply(404), "gone", 1, 0),
        (Reply(410), "gone", 1, 0),
        (Reply(400, body=b"bad"), "refused", 0, 1),
        (Reply(403, body=b"key"), "refused", 0, 1),
        (Reply(307, location="http://127.0.0.1:1/"), "refused", 0, 1),
        (Reply(429, retry_after="300"), "waiting", 0, 0),
        (Reply(500), "waiting", 0, 0),
    ],
)
async def test_what_the_push_service_says_decides_what_follows(
    world: World, reply: Reply, problem: str, stale: int, alarms: int
) -> None:
    device = await world.phone("an")
    world.service.will_answer(world.phones[device], *[reply] * 9)
    async with world.jobs():
        await world.compose()
        await until(lambda: _is(world, f"SELECT COUNT(*) FROM deliveries WHERE problem = '{problem}'", 1))
        await until(lambda: _is(world, "SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL", 0))
        assert await world.count("SELECT COUNT(*) FROM subscriptions WHERE stale_at_ms IS NOT NULL") == stale
        assert await world.count("SELECT COUNT(*) FROM alarms") == alarms
        if problem == "gone":
            await world.subscribe(device)
            await world.write(lambda tx: wake_device(tx, PROJECT, device, at_ms=world.clock()))
            await world.service.wait_for(1)
        if problem == "waiting":
            row = await world.database.reader.fetch("SELECT next_try_at_ms FROM deliveries WHERE device = 'an-phone'")
            wait_ms = row[0][0] - world.clock()
            assert (200_000 < wait_ms <= 300_000) if reply.retry_after else wait_ms <= 2_000


async def test_a_message_that_was_too_large_is_sent_once_more_with_less(world: World) -> None:
    device = await world.phone("an")
    world.service.will_answer(world.phones[device], Reply(413))
    async with world.jobs():
        await world.compose(headline="Lũ " * 90, instruction="Sơ tán ngay. " * 300)
        (message,) = await world.service.wait_for(1)
    assert len(message.payload) <= SHRUNK


async def test_a_service_that_fails_and_recovers_gets_it_once(world: World) -> None:
    device = await world.phone("an")
    world.service.will_answer(world.phones[device], Reply(500), Reply(429, retry_after="1"), Reply(503))
    async with world.jobs() as jobs:
        await world.compose()
        for _ in range(60):
            await asyncio.sleep(0.05)
            await world.pass_time(jobs, 2_000)
            if world.service.received:
                break
        await accepted(world, 1)
    assert len(world.service.received) == 1
    assert next(one for one in (await world.ledger("a-1")).rows if one.device == device).attempts == 4


async def test_an_exercise_says_so_to_the_phone_and_in_a_digest(world: World) -> None:
    await world.phone("an")
    digest = AlertRules(undo_seconds=0, quiet=(0, 0), digest_minutes=15)
    async with world.jobs(digest) as jobs:
        await world.compose(headline="Lũ", status="exercise")
        await world.service.wait_for(1)
        for _ in range(2):
            await world.compose(rules=digest, kind="other", headline="Tin", severity="minor", status="exercise")
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE device = 'an-phone'", 3))
        await world.pass_time(jobs, 15 * 60_000)
        await world.service.wait_for(2)
    first, second = (message.json for message in world.service.received)
    assert (first["headline"], first["status"]) == ("Lũ", "exercise")
    assert second["headline"].startswith("[DIỄN TẬP] Tin")


async def test_several_minor_alerts_reach_a_phone_as_one_digest(world: World) -> None:
    await world.phone("an")
    digest = AlertRules(undo_seconds=0, quiet=(0, 0), digest_minutes=15)
    async with world.jobs(digest) as jobs:
        for headline in ("Một", "Hai", "Ba"):
            await world.compose(rules=digest, kind="other", headline=headline, severity="minor")
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE device = 'an-phone'", 3))
        assert world.service.received == []
        await world.pass_time(jobs, 15 * 60_000)
        await world.service.wait_for(1)
        await accepted(world, 3)
    (message,) = world.service.received
    assert message.json["kind"] == "sync"
    assert message.json["count"] == 3
    assert message.json["headline"].endswith("(và 2 thông báo khác)")


async def test_a_broadcast_that_every_push_service_refuses_is_one_alarm(world: World) -> None:
    await world.people({f"p{n}": ("collaborator", LONG) for n in range(30)})
    for n in range(30):
        device = await world.phone(f"p{n}")
        world.service.will_answer(world.phones[device], Reply(403))
    async with world.jobs():
        await world.compose()
        await until(lambda: _is(world, "SELECT COUNT(*) FROM deliveries WHERE problem = 'refused'", 30))
        await until(lambda: _is(world, "SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL", 0))
    (alarm,) = await world.database.reader.fetch("SELECT alarm, times FROM alarms")
    assert alarm["alarm"] == f"webpush:{world.service.address}:403"
    assert alarm["times"] < 30


async def test_two_workers_share_a_broadcast_and_every_phone_gets_it_once(world: World) -> None:
    await world.people({f"p{n}": ("collaborator", LONG) for n in range(80)})
    for n in range(80):
        await world.phone(f"p{n}")
    async with world.jobs(), world.jobs():
        await world.compose()
        await accepted(world, 80)
        await until(lambda: _is(world, "SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL", 0))
    assert len(world.service.received) == 80
    assert len({message.subscription for message in world.service.received}) == 80
    assert await world.count("SELECT COUNT(*) FROM items WHERE kind = 'alert'") == 1
