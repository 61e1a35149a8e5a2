"""Only what the phone itself says counts: reports by sync, the forecast, escalation, and the list of whom to call."""

import pytest

from server.exchange.alert_ledger import forecast
from server.exchange.push import apply_server_changes, receive
from server.settings import AlertRules
from server.store.actor import load_device_actor
from server.store.areas import Area, save_areas
from server.store.enrolment import revoke_device
from server.store.people import Person, save_person
from server.store.subscriptions import note_proven, note_sent
from sync.protocol import Change
from tests.jobs.world import CHAU, LONG, PROJECT, PROVINCE, RULES, TINH, World, until
from tests.webpush.push_service import Reply


async def says(world: World, device: str, alert: str, sequence: int, **times: int) -> None:
    """What a phone pushes of an alert."""
    change = Change(
        sequence=sequence,
        intent="create" if sequence == 1 else "edit",
        kind="delivery",
        id=f"{alert}:{device}",
        base=sequence - 1,
        fields={"alert": alert, "area": LONG} | {name: str(value) for name, value in times.items()},
    )

    async def unit(tx):
        actor = await load_device_actor(tx, PROJECT, device)
        received = await receive(tx, actor, f"r-{device}", [change], now_ms=world.clock(), made_up_to=sequence)
        assert received.outcomes[0].result == "applied"

    await world.database.writer.run(unit, project=PROJECT)


async def handled(world: World) -> None:
    async def quiet() -> bool:
        return await world.count("SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL") == 0

    await until(quiet)


async def test_shown_opened_and_confirmed_come_from_the_phone_by_sync(world: World) -> None:
    device = await world.phone("an")
    async with world.jobs():
        await world.compose()
        await world.service.wait_for(1)
        at_ms = world.clock()
        await says(world, device, "a-1", 1, shown_at_ms=at_ms)
        await handled(world)
        row = next(one for one in (await world.ledger("a-1")).rows if one.device == device)
        assert (row.stage, row.shown_at_ms) == ("shown", at_ms)
        await says(world, device, "a-1", 2, opened_at_ms=at_ms + 5, confirmed_at_ms=at_ms + 9)
        await handled(world)
    ledger = await world.ledger("a-1")
    assert next(one for one in ledger.rows if one.device == device).stage == "confirmed"
    assert (ledger.reached, ledger.confirmed) == (1, 1)
    assert "an" not in {one.person for one in ledger.not_reached}


async def test_a_phone_whose_clock_runs_ahead_does_not_confirm_in_the_future(world: World) -> None:
    device = await world.phone("an")
    async with world.jobs():
        await world.compose()
        await world.service.wait_for(1)
        await says(world, device, "a-1", 1, confirmed_at_ms=world.clock() + 10**10)
        await handled(world)
    row = next(one for one in (await world.ledger("a-1")).rows if one.device == device)
    assert row.confirmed_at_ms <= world.clock()
    assert row.shown_at_ms == row.opened_at_ms == row.confirmed_at_ms


async def test_a_phone_that_learned_by_sync_is_not_disturbed_by_a_late_webpush(world: World) -> None:
    device = await world.phone("an", subscribed=False)
    async with world.jobs() as jobs:
        await world.compose()
        await handled(world)
        await says(world, device, "a-1", 1, shown_at_ms=world.clock())
        await handled(world)
        await world.subscribe(device)
        await world.pass_time(jobs, 60_000)
        await handled(world)
    assert world.service.received == []


async def test_a_phone_enrolled_after_the_alert_gets_its_row_when_it_reports(world: World) -> None:
    async with world.jobs():
        await world.compose()
        await handled(world)
        device = await world.phone("an")
        await says(world, device, "a-1", 1, confirmed_at_ms=world.clock())
        await handled(world)
    row = next(one for one in (await world.ledger("a-1")).rows if one.device == device)
    assert (row.stage, row.person, row.area) == ("confirmed", "an", LONG)


async def test_a_report_of_an_alert_that_does_not_exist_leaves_no_row(world: World) -> None:
    device = await world.phone("an")
    async with world.jobs():
        await says(world, device, "a-9", 1, confirmed_at_ms=world.clock())
        await handled(world)
    assert await world.count("SELECT COUNT(*) FROM deliveries") == 0


async def test_a_coordinator_sees_the_ledger_of_the_own_areas(world: World) -> None:
    for person in ("an", "chi"):
        await world.phone(person)
    async with world.jobs():
        await world.compose("stan", areas=[LONG, CHAU])
        await world.service.wait_for(2)
    assert {row.person for row in (await world.ledger("a-1", "cora")).rows} == {"an", "binh", "cora", "cuong"}
    assert {row.person for row in (await world.ledger("a-1", "stan")).rows} == {"an", "binh", "chi", "cora", "cuong"}


async def test_the_forecast_says_who_will_be_reached_and_whom_to_call(world: World) -> None:
    proven, silent = await world.phone("an"), await world.phone("binh")
    gone = await world.phone("chi")
    now_ms = world.clock()

    async def unit(tx):
        await note_proven(tx, PROJECT, proven, now_ms - 3_600_000)
        await note_proven(tx, PROJECT, silent, now_ms - 49 * 3_600_000)
        await note_sent(tx, PROJECT, gone, world.phones[gone]["endpoint"], status=410, at_ms=now_ms)

    await world.database.writer.run(unit, project=PROJECT)
    said = await world.database.reader.read(
        lambda tx: forecast(
            tx,
            PROJECT,
            [LONG, CHAU],
            ["collaborator", "coordinator"],
            severity="extreme",
            rules=AlertRules(approval_over=4),
            now_ms=now_ms,
        )
    )
    assert (said.people, said.devices, said.subscribed, said.proven) == (5, 3, 2, 1)
    assert {one.person: (one.why, one.contact) for one in said.unreachable} == {
        "chi": ("gone", "0900 chi"),
        "cora": ("no_device", "0900 cora"),
        "cuong": ("no_device", "0900 cuong"),
    }
    assert {bar.area: (bar.people, bar.proven) for bar in said.areas} == {LONG: (3, 1), CHAU: (1, 0), PROVINCE: (1, 0)}
    assert said.needs_approval


async def test_a_province_reaches_its_communes(world: World) -> None:
    said = await world.database.reader.read(
        lambda tx: forecast(
            tx, PROJECT, [PROVINCE], ["collaborator"], severity="severe", rules=RULES, now_ms=world.clock()
        )
    )
    assert said.people == 4
    assert {bar.area for bar in said.areas} == {LONG, CHAU, TINH}


async def test_what_stays_unconfirmed_goes_up_step_by_step_and_each_step_once(world: World) -> None:
    for person in ("an", "binh", "cora", "stan"):
        await world.phone(person)
    async with world.jobs() as jobs:
        await world.compose(severity="severe", headline="Lũ")
        await world.service.wait_for(3)
        await says(world, "an-phone", "a-1", 1, confirmed_at_ms=world.clock())
        await says(world, "cora-phone", "a-1", 1, confirmed_at_ms=world.clock())
        await handled(world)
        for minutes, told in ((10, {"cora"}), (10, {"stan"}), (20, {"cora", "stan"})):
            before = len(world.service.received)
            await world.pass_time(jobs, minutes * 60_000 + 100)
            messages = (await world.service.wait_for(before + len(told)))[before:]
            await world.pass_time(jobs, 1_000)
            await handled(world)
            assert len(world.service.received) == before + len(told)
            assert {one.subscription for one in messages} == {world.phones[f"{who}-phone"]["endpoint"] for who in told}
    first = world.service.to(world.phones["cora-phone"])[1].json
    assert first == {"kind": "sync", "headline": "1 người tại Phường Long Xuyên chưa xác nhận: Lũ"}
    steps = (await world.ledger("a-1")).steps
    assert [(one.step, one.area, one.unconfirmed) for one in steps if one.area == LONG] == [
        ("coordinator", LONG, 1),
        ("board", LONG, 1),
        ("call_list", LONG, 1),
    ]


@pytest.mark.parametrize("fields", [{"severity": "moderate"}, {"severity": "severe", "status": "test"}])
async def test_small_alerts_and_tests_do_not_go_up(world: World, fields: dict[str, str]) -> None:
    for person in ("an", "cora"):
        await world.phone(person)
    async with world.jobs() as jobs:
        await world.compose(**fields)
        await world.service.wait_for(2)
        await world.pass_time(jobs, 41 * 60_000)
        await handled(world)
    assert len(world.service.received) == 2


async def test_whoever_reported_on_a_topic_hears_of_its_answer_once(world: World) -> None:
    for person in ("an", "binh", "chi"):
        await world.phone(person)
    changes = [
        Change(sequence=1, intent="create", kind="topic", id="t-1", fields={"title": "Nước mặn", "area": LONG}),
        Change(
            sequence=2, intent="create", kind="answer", id="w-1", fields={"topic": "t-1", "area": LONG, "text": "Đã"}
        ),
        Change(sequence=3, intent="edit", kind="answer", id="w-1", base=1, fields={"text": "Đã mở cống"}),
    ]

    async def unit(tx):
        await tx.execute(
            "INSERT INTO items (project, kind, id, revision, audience, area, author, topic, fields, stamps) "
            "VALUES ($1, 'submission', 's-1', 0, 'team', $2, 'an', 't-1', $3, $3)",
            PROJECT,
            LONG,
            b"{}",
        )
        await apply_server_changes(tx, PROJECT, changes, now_ms=world.clock(), person="cora", name="Cora")

    async with world.jobs():
        await world.database.writer.run(unit, project=PROJECT)
        await world.service.wait_for(1)
        await handled(world)
    (message,) = world.service.received
    assert message.subscription == world.phones["an-phone"]["endpoint"]
    assert message.json == {"kind": "sync", "headline": "Đã có trả lời cho điều bạn báo: Nước mặn"}
    assert message.headers["urgency"] == "normal"
    await world.write(lambda tx: tx.execute("DELETE FROM items WHERE id = 's-1'"))


async def test_a_revoked_phone_gets_nothing_more(world: World) -> None:
    device = await world.phone("an")
    await world.phone("binh")
    world.service.will_answer(world.phones[device], Reply(500))
    async with world.jobs() as jobs:
        await world.compose()
        await world.service.wait_for(1)
        await world.write(lambda tx: revoke_device(tx, PROJECT, device, by="ada", now_ms=world.clock()))
        await world.pass_time(jobs, 60_000)

        async def given_up() -> bool:
            return await world.count("SELECT COUNT(*) FROM deliveries WHERE next_try_at_ms IS NOT NULL") == 0

        await until(given_up)
    assert world.service.to(world.phones[device]) == []


async def test_people_of_a_commune_that_was_merged_are_reached_in_its_successor(world: World) -> None:
    async def unit(tx):
        await save_areas(
            tx, [Area(project=PROJECT, area="30009", name="Xã mới", parent=PROVINCE, merged_from=("886",))]
        )
        await save_person(tx, Person(project=PROJECT, person="old", name="Old", role="collaborator", areas=("886",)))

    await world.database.writer.run(unit, project=PROJECT)
    said = await world.database.reader.read(
        lambda tx: forecast(
            tx, PROJECT, ["30009"], ["collaborator"], severity="severe", rules=RULES, now_ms=world.clock()
        )
    )
    assert [one.person for one in said.unreachable] == ["old"]
