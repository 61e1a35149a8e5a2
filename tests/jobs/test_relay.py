"""Events are handled once or not at all, whoever dies; one scheduler is elected; small alerts wait for the morning."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from server import events
from server.jobs import handlers
from server.jobs.relay import MOST_ATTEMPTS, Relay
from server.jobs.rules import AHEAD_MS, first_try_ms, quiet_until_ms
from server.jobs.schedule import Schedule
from server.settings import AlertRules
from server.store.outbox import add_events, add_rows
from tests.jobs.world import PROJECT, RULES, World


async def put(world: World, *happened: events.Event, cause: str = "c") -> None:
    await world.write(lambda tx: add_events(tx, list(happened), world.clock(), cause))


def fact(name: str = "d") -> events.DeviceRevoked:
    return events.DeviceRevoked(project=PROJECT, device=name)


async def test_two_relays_handle_every_event_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[str] = []

    async def note(tx: Any, event: events.DeviceRevoked, moment: handlers.Moment) -> None:
        handled.append(event.device)

    monkeypatch.setitem(handlers.TABLE, events.DeviceRevoked, (note,))
    await put(world, *[fact(f"d{n}") for n in range(300)])
    relays = [Relay(world.database, RULES, world.clock) for _ in range(2)]
    while sum(await asyncio.gather(*(relay.run_once() for relay in relays))):
        pass
    assert sorted(handled) == sorted(f"d{n}" for n in range(300))


async def test_an_event_that_was_claimed_by_a_dead_worker_is_handled_when_its_lease_runs_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[str] = []

    async def note(tx: Any, event: events.DeviceRevoked, moment: handlers.Moment) -> None:
        handled.append(event.device)

    monkeypatch.setitem(handlers.TABLE, events.DeviceRevoked, (note,))
    await put(world, fact())
    dead, living = (Relay(world.database, RULES, world.clock, lease_ms=5_000) for _ in range(2))
    claimed = await world.database.writer.run(dead._claim(PROJECT), project=PROJECT)
    assert await living.run_once() == 0
    world.clock.ahead_ms += 5_001
    assert await living.run_once() == 1
    await dead._handle(claimed[0])
    assert handled == ["d"]


async def test_a_handler_that_fails_undoes_its_work_and_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(tx: Any, event: events.DeviceRevoked, moment: handlers.Moment) -> None:
        await tx.execute("UPDATE projects SET name = 'half done' WHERE project = $1", PROJECT)
        if event.device == "poison":
            raise ValueError("no")

    monkeypatch.setitem(handlers.TABLE, events.DeviceRevoked, (fail,))
    await put(world, fact("poison"))
    relay = Relay(world.database, RULES, world.clock)
    assert await relay.run_once() == 1
    assert await world.count("SELECT COUNT(*) FROM projects WHERE name = 'half done'") == 0
    await put(world, fact("good"), cause="other")
    assert await relay.run_once() == 1
    assert await world.count("SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NOT NULL") == 1
    for _ in range(MOST_ATTEMPTS):
        world.clock.ahead_ms += 11 * 60_000
        await relay.run_once()
    world.clock.ahead_ms += 10**9
    assert await relay.run_once() == 0
    (alarm,) = await world.database.reader.fetch("SELECT alarm, detail FROM alarms")
    assert alarm["alarm"] == "event:DeviceRevoked"
    assert "ValueError: no" in alarm["detail"]


async def test_an_event_of_a_newer_version_waits_and_is_not_lost(world: World) -> None:
    row = events.OutboxRow(PROJECT, "FromTheFuture", b'{"event":"FromTheFuture"}', world.clock())
    await world.write(lambda tx: add_rows(tx, [(PROJECT, "future", row)]))
    assert await Relay(world.database, RULES, world.clock).run_once() == 1
    assert await world.count("SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL") == 1


def test_every_event_has_a_line_in_the_table() -> None:
    assert set(handlers.TABLE) == set(events.Event.__args__)


async def test_of_two_schedulers_one_leads_and_the_other_takes_over(world: World) -> None:
    one, other = (Schedule(world.database, RULES, world.clock, holder=name) for name in ("one", "other"))
    await one.elect()
    await other.elect()
    assert (one.leads, other.leads) == (True, False)
    world.clock.ahead_ms += 5_000
    await one.elect()
    world.clock.ahead_ms += 6_000
    await other.elect()
    assert (one.leads, other.leads) == (True, False)
    world.clock.ahead_ms += 10_001
    await other.elect()
    await one.elect()
    assert (one.leads, other.leads) == (False, True)


async def test_a_clean_stop_gives_the_lease_back_at_once(world: World) -> None:
    one, other = (Schedule(world.database, RULES, world.clock, holder=name) for name in ("one", "other"))
    await one.start()
    await one.stop()
    await other.elect()
    assert other.leads


def at(hour: int, minute: int = 0) -> int:
    """A moment of 2026-11-26 in Vietnam, in ms."""
    return int(datetime(2026, 11, 26, hour, minute, tzinfo=UTC).timestamp() * 1000) - 7 * 3_600_000


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(12), at(12)),
        (at(21, 29), at(21, 29)),
        (at(21, 30), at(29 - 24, 30) + 86_400_000),
        (at(23), at(5, 30) + 86_400_000),
        (at(2), at(5, 30)),
        (at(5, 30), at(5, 30)),
    ],
)
def test_quiet_hours_end_in_the_morning(now: int, until: int) -> None:
    assert quiet_until_ms(now, AlertRules()) == until
    assert quiet_until_ms(now, AlertRules(quiet=(0, 0))) == now


def test_quiet_hours_bend_for_what_is_severe_and_for_what_would_be_over_by_morning() -> None:
    rules, night, morning = AlertRules(), at(23), at(5, 30) + 86_400_000
    for severity in ("extreme", "severe"):
        assert first_try_ms(severity, morning + 1, night, rules) == night - AHEAD_MS
    assert first_try_ms("moderate", morning + 1, night, rules) == morning
    assert first_try_ms("moderate", morning, night, rules) == night
    assert first_try_ms("minor", morning + 3_600_000, night, rules) == morning
    assert first_try_ms("minor", at(15), at(12, 1), rules) == at(12, 15)
    assert first_try_ms("minor", at(12, 10), at(12, 1), rules) == at(12, 1)
