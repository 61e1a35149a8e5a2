"""The sync board: who is silent, what is missing, within scope; reminders, views, alarm rules, outlines."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.jobs.board_alarms import sound_alarms
from server.settings import AlertRules
from server.store.standings import DAY_MS
from tests.http.conftest import ONE_ENGINE, PROJECT, Phone, report

PhoneOf = Callable[[str], Awaitable[Phone]]
WAKING = AlertRules(quiet=(0, 0))


async def get(phone: Phone, path: str) -> Any:
    answer = await phone.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_device_says_what_it_still_owes(phone_of: PhoneOf, clock: Any) -> None:
    alice, bob, stan = [await phone_of(person) for person in ("alice", "bob", "stan")]
    health = {"app": "1.2", "oldest_unsent_at_ms": 5, "drafts": 2, "clock_ms": clock.now_ms + 90_000}
    await alice.sync(report(1), made_up_to=4, health=health)
    await bob.sync(report(1, area="30003"), report(3, area="30003"))
    seen = {one["person"]: one for one in await get(stan, "/boards/sync-status")}
    assert [seen["alice"][name] for name in ("made", "received", "missing", "held", "drafts")] == [4, 1, 3, 0, 2]
    assert seen["alice"]["skew_ms"] == 90_000
    assert [seen["bob"][name] for name in ("made", "received", "missing", "held")] == [3, 1, 1, 1]
    assert seen["stan"]["last_contact_at_ms"] == 0
    await alice.sync(lost=[[2, 3]], made_up_to=4)
    (lost,) = await get(stan, "/boards/sync-status?only=lost")
    assert [lost[name] for name in ("person", "made", "received", "missing", "lost")] == ["alice", 4, 3, 1, 2]
    for only, people in (("missing", {"alice", "bob"}), ("old", {"alice"}), ("skew", {"alice"}), ("never", {"stan"})):
        found = {one["person"] for one in await get(stan, f"/boards/sync-status?only={only}")}
        assert found == people, only
    assert [one["person"] for one in await get(stan, "/boards/sync-status?sort=missing&most=1")] == ["alice"]
    assert [one["person"] for one in await get(stan, "/boards/sync-status?q=XA%20hai")] == ["bob"]
    areas = {one["area"]: one for one in await get(stan, "/boards/areas")}
    assert areas["30000"]["standing"]["missing"] == 1
    assert areas["30000"]["days"][-1] == 1
    assert [areas["30003"]["days"][-1], areas["30006"]["standing"]["silent"]] == [1, 0]


@pytest.mark.parametrize(
    ("person", "people"),
    [("cora", {"alice", "cora"}), ("stan", {"alice", "bob", "charlie", "cora", "stan"}), ("charlie", None)],
)
@ONE_ENGINE
async def test_leaders_see_their_own_people_only(phone_of: PhoneOf, person: str, people: set[str] | None) -> None:
    phones = {name: await phone_of(name) for name in ("alice", "bob", "charlie", "cora", "stan")}
    reader = phones[person]
    if people is None:
        for path in ("sync-status", "areas", "people/alice", "alarms", "views/sync", "outline.geojson"):
            assert (await reader.ask("GET", f"/boards/{path}")).json()["code"] == "not_allowed"
        return
    assert {one["person"] for one in await get(reader, "/boards/sync-status")} == people
    found = await get(reader, "/boards/sync-status?area=30003")
    assert {one["person"] for one in found} == people & {"bob"}
    assert (await reader.ask("GET", "/boards/people/bob")).status_code == (200 if "bob" in people else 404)
    named = {one["area"] for one in await get(reader, "/boards/areas")}
    assert named == ({"30000"} if person == "cora" else {"91", "30000", "30003", "30006"})


async def test_a_persons_page_shows_the_syncs_and_reminds_once_an_hour(phone_of: PhoneOf, clock: Any, db: Any) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1), report(2))
    clock.now_ms += DAY_MS
    await alice.sync(report(3), made_up_to=3)
    page = await get(cora, "/boards/people/alice")
    assert [(one["changes"], one["first"], one["last"]) for one in page["syncs"]] == [(1, 3, 3), (2, 1, 2)]
    assert page["days"][-2:] == [2, 1]
    assert page["can_remind"]
    for _ in range(2):
        answer = await cora.ask("POST", "/boards/people/alice/remind")
        assert (answer.status_code, answer.json()["devices"]) == (200, 0)
    assert (await cora.ask("POST", "/boards/people/bob/remind")).json()["code"] == "person_unknown"
    assert (await db.reader.fetch("SELECT COUNT(*) AS n FROM audit WHERE verb = 'reminded'"))[0]["n"] == 2


@ONE_ENGINE
async def test_an_alarm_rule_tells_of_a_device_once(phone_of: PhoneOf, clock: Any, db: Any) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1), made_up_to=3, health={"oldest_unsent_at_ms": clock.now_ms - 4 * DAY_MS})
    key = {"p256dh": "p", "auth": "a", "endpoint": "https://push.example/1"}
    await db.writer.run(
        lambda tx: tx.execute(
            "INSERT INTO subscriptions (project, device, endpoint, p256dh, auth) VALUES ($1, $2, $3, $4, $5)",
            PROJECT, cora.me["device"], key["endpoint"], key["p256dh"], key["auth"],
        )
    )  # fmt: skip
    (rule,) = (await cora.ask("PUT", "/boards/alarms", json={"measure": "unsent", "days": 3})).json()
    assert (rule["days"], rule["people"]) == (3, ["Alice"])

    async def sound() -> int:
        return int(
            await db.writer.run(lambda tx: sound_alarms(tx, PROJECT, now_ms=clock.now_ms, rules=WAKING), PROJECT)
        )

    assert [await sound(), await sound()] == [1, 0]
    await alice.sync(made_up_to=3, health={"oldest_unsent_at_ms": 0})
    assert await sound() == 0
    await alice.sync(made_up_to=3, health={"oldest_unsent_at_ms": clock.now_ms - 4 * DAY_MS})
    clock.now_ms += 1
    assert await sound() == 1
    notices = await db.reader.fetch("SELECT notice FROM deliveries")
    assert {row["notice"] for row in notices} == {"1 máy còn phiếu chưa gửi quá 3 ngày: Alice"}
    assert (await cora.ask("PUT", "/boards/alarms", json={"measure": "unsent", "days": 0})).json() == []


@ONE_ENGINE
async def test_views_and_outlines_are_kept(phone_of: PhoneOf) -> None:
    cora, ada = await phone_of("cora"), await phone_of("ada")
    view = {"name": "Im lặng", "query": "only=silent"}
    assert (await cora.ask("PUT", "/boards/views/sync", json=view)).status_code == 204
    assert await get(cora, "/boards/views/sync") == [view]
    assert await get(ada, "/boards/views/sync") == []
    assert (await cora.ask("PUT", "/boards/views/sync", json={**view, "query": ""})).status_code == 204
    assert await get(cora, "/boards/views/sync") == []
    square = {"type": "Polygon", "coordinates": [[[105.123456, 10], [105.2, 10], [105.2, 10.1], [105.123456, 10]]]}
    outline = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": square, "properties": {}}]}
    assert (await cora.ask("PUT", "/boards/outline.geojson", json=outline)).json()["code"] == "not_allowed"
    assert "unit code" in (await ada.ask("PUT", "/boards/outline.geojson", json=outline)).json()["detail"]
    outline["features"][0]["properties"] = {"code": 30000}  # type: ignore[index]
    saved = await ada.ask("PUT", "/boards/outline.geojson", json=outline)
    assert saved.json() == {"missing": ["30003", "30006"]}
    (feature,) = (await get(cora, "/boards/outline.geojson"))["features"]
    assert feature["properties"] == {"area": "30000"}
    assert feature["geometry"]["coordinates"][0][0] == [105.1235, 10.0]
