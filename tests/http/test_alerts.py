"""Alerts and webpush over HTTP: who may compose, approve and read; what is registered; what the board sees."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from lxml import etree

from server.settings import AlertRules
from server.store.database import Database
from tests.http.conftest import PROJECT, Clock, Phone
from tests.webpush.push_service import PushService, Reply

PhoneOf = Callable[[str], Awaitable[Phone]]
AREA = "30000"


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[PushService]:
    """The push service; asked for before `client`, so that the server starts with it allowed."""
    started = await PushService.start()
    monkeypatch.setenv("WEBPUSH_TEST_SERVICE", started.address)
    yield started
    await started.stop()


@pytest.fixture
def rules() -> AlertRules:
    return AlertRules(undo_seconds=0, quiet=(0, 0), approval_over=3, feed=True)


async def compose(phone: Phone, **fields: Any) -> dict[str, Any]:
    answer = await phone.ask("POST", "/alerts", json={"kind": "flood", "areas": [AREA], **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def given(one: Any) -> dict[str, Any]:
    return {"endpoint": one["endpoint"], "expirationTime": None, "keys": one["keys"]}


async def test_from_registration_to_confirmation(service: PushService, phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    one = service.subscription(alice.me["webpush_key"])
    assert (await alice.ask("PUT", "/webpush/subscription", json=given(one))).status_code == 204

    sent = (await alice.ask("POST", "/webpush/test", json={})).json()
    assert sent["accepted"]
    (test,) = await service.wait_for(1)
    assert test.json == {"kind": "test", "id": sent["id"]}
    assert (await alice.ask("POST", "/webpush/proof", json={"id": sent["id"]})).status_code == 204

    said = (await cora.ask("POST", "/alerts/forecast", json={"areas": [AREA], "severity": "severe"})).json()
    assert (said["people"], said["proven"], said["needs_approval"]) == (2, 1, False)

    alert = await compose(cora, headline="Lũ trên sông Hậu")
    message = (await service.wait_for(2))[1].json
    assert (message["alert"], message["headline"]) == (alert["alert"], "Lũ trên sông Hậu")

    synced = (await alice.sync()).json()
    item = next(one for one in synced["items"] if one["kind"] == "alert")
    assert item["id"] == f"{alert['alert']}:{AREA}"
    change = {
        "sequence": 1,
        "intent": "create",
        "kind": "delivery",
        "id": f"{alert['alert']}:{alice.me['device']}",
        "fields": {"alert": alert["alert"], "area": AREA, "confirmed_at_ms": str(alert["created_at_ms"] + 1)},
    }
    assert (await alice.sync(change)).json()["outcomes"][0]["result"] == "applied"
    for _ in range(100):
        ledger = (await cora.ask("GET", f"/alerts/{alert['alert']}/ledger")).json()
        if ledger["confirmed"]:
            break
        await asyncio.sleep(0.05)
    assert (ledger["people"], ledger["reached"], ledger["confirmed"]) == (2, 1, 1)
    assert [one["person"] for one in ledger["not_reached"]] == ["cora"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "",
    ],
)
async def test_a_hostile_endpoint_is_not_saved(
    service: PushService, phone_of: PhoneOf, db: Database, endpoint: str
) -> None:
    alice = await phone_of("alice")
    body = {"endpoint": endpoint, "keys": service.subscription()["keys"]}
    answer = await alice.ask("PUT", "/webpush/subscription", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "subscription_invalid")
    assert (await db.reader.fetch("SELECT COUNT(*) FROM subscriptions"))[0][0] == 0


async def test_keys_that_are_no_keys_are_not_saved(service: PushService, phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    body = {"endpoint": service.subscription()["endpoint"], "keys": {"p256dh": "AAAA", "auth": "AAAA"}}
    assert (await alice.ask("PUT", "/webpush/subscription", json=body)).json()["code"] == "subscription_invalid"
    assert (await alice.ask("PUT", "/webpush/subscription", json={"endpoint": 1})).json()["code"] == "body_malformed"


async def test_a_device_without_subscription_cannot_be_tested_and_may_leave(
    service: PushService, phone_of: PhoneOf
) -> None:
    alice = await phone_of("alice")
    assert (await alice.ask("POST", "/webpush/test", json={})).json()["code"] == "subscription_unknown"
    await alice.ask("PUT", "/webpush/subscription", json=given(service.subscription()))
    assert (await alice.ask("DELETE", "/webpush/subscription")).status_code == 204
    assert (await alice.ask("POST", "/webpush/test", json={})).json()["code"] == "subscription_unknown"


async def test_an_ended_subscription_is_shown_to_staff(service: PushService, phone_of: PhoneOf) -> None:
    alice, stan = await phone_of("alice"), await phone_of("stan")
    one = service.subscription()
    await alice.ask("PUT", "/webpush/subscription", json=given(one))
    service.will_answer(one, Reply(410))
    answer = (await alice.ask("POST", "/webpush/test", json={})).json()
    assert (answer["accepted"], answer["status"]) == (False, 410)
    state = (await stan.ask("GET", "/webpush/state")).json()
    assert (state["subscriptions"], [one["device"] for one in state["stale"]]) == (1, [alice.me["device"]])
    assert (await alice.ask("GET", "/webpush/state")).json()["code"] == "not_allowed"


async def test_collaborators_compose_nothing_and_coordinators_only_at_home(
    service: PushService, phone_of: PhoneOf
) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    for method, path in (("POST", "/alerts"), ("POST", "/alerts/forecast"), ("GET", "/alerts/templates")):
        answer = await alice.ask(method, path, **({"json": {"areas": [AREA]}} if method == "POST" else {}))
        assert answer.json()["code"] == "not_allowed"
    for path in ("/alerts", "/alerts/forecast"):
        answer = await cora.ask("POST", path, json={"areas": ["30003"]})
        assert answer.json()["code"] == "not_allowed"
    assert {one["kind"] for one in (await cora.ask("GET", "/alerts/templates")).json()} >= {"flood", "landslide"}


async def test_an_alert_of_another_area_does_not_exist_for_others(service: PushService, phone_of: PhoneOf) -> None:
    stan, alice, bob, cora = [await phone_of(name) for name in ("stan", "alice", "bob", "cora")]
    alert = (await compose(stan, areas=["30003"]))["alert"]
    await service_has_settled(stan, alert)
    for phone in (alice, cora):
        assert (await phone.ask("GET", f"/alerts/{alert}")).json()["code"] == "alert_unknown"
        assert (await phone.ask("GET", f"/alerts/{alert}/cap.xml")).json()["code"] == "alert_unknown"
        assert (await phone.ask("GET", "/alerts")).json() == []
    assert (await bob.ask("GET", f"/alerts/{alert}")).json()["state"] == "sent"
    assert (await bob.ask("GET", f"/alerts/{alert}/ledger")).json()["code"] == "not_allowed"
    assert (await cora.ask("POST", f"/alerts/{alert}/cancel", json={})).json()["code"] == "alert_unknown"


async def service_has_settled(phone: Phone, alert: str) -> None:
    """Wait until the relay has sent it."""
    for _ in range(200):
        if (await phone.ask("GET", f"/alerts/{alert}")).json()["state"] == "sent":
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the alert was not sent")


async def test_a_wide_extreme_alert_needs_another_person(service: PushService, phone_of: PhoneOf) -> None:
    stan, ada = await phone_of("stan"), await phone_of("ada")
    alert = await compose(stan, areas=["91"], severity="extreme")
    assert alert["state"] == "waiting_approval"
    path = f"/alerts/{alert['alert']}/approve"
    assert (await stan.ask("POST", path, json={})).json()["code"] == "approval_needs_another"
    assert (await ada.ask("POST", path, json={})).json()["state"] == "scheduled"
    await service_has_settled(stan, alert["alert"])
    assert (await ada.ask("POST", path, json={})).json()["code"] == "alert_state_wrong"


async def test_update_and_cancel_answer_the_new_message(service: PushService, phone_of: PhoneOf) -> None:
    stan = await phone_of("stan")
    first = await compose(stan, headline="Lũ mức 2")
    await service_has_settled(stan, first["alert"])
    second = (await stan.ask("POST", f"/alerts/{first['alert']}/update", json={"headline": "Lũ mức 3"})).json()
    assert (second["root"], second["revision"], second["references"]) == (first["alert"], 2, [first["alert"]])
    await service_has_settled(stan, second["alert"])
    body = {"reason": "Nước đã rút"}
    last = (await stan.ask("POST", f"/alerts/{second['alert']}/cancel", json=body)).json()
    assert (last["message_type"], last["revision"], last["state"]) == ("cancel", 3, "sent")
    states = {one["alert"]: one["state"] for one in (await stan.ask("GET", "/alerts")).json()}
    assert states == {first["alert"]: "replaced", second["alert"]: "cancelled", last["alert"]: "sent"}
    answer = await stan.ask("GET", f"/alerts/{last['alert']}/cap.xml")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert len(etree.fromstring(answer.content).findtext("{*}references").split()) == 2


async def test_an_alert_whose_answer_was_lost_is_not_sent_twice(service: PushService, phone_of: PhoneOf) -> None:
    stan, ada = await phone_of("stan"), await phone_of("ada")
    body = {"kind": "flood", "areas": [AREA]}
    once, again = [
        (await stan.ask("POST", "/alerts", json=body, headers={"Idempotency-Key": "k1"})).json()["alert"]
        for _ in range(2)
    ]
    assert once == again
    others = [
        (await phone.ask("POST", "/alerts", json=body, headers={"Idempotency-Key": key})).json()["alert"]
        for phone, key in ((stan, "k2"), (ada, "k1"))
    ]
    assert len({once, *others}) == 3


async def test_only_public_alerts_stand_in_the_open_feed(
    service: PushService, phone_of: PhoneOf, client: AsyncClient
) -> None:
    stan = await phone_of("stan")
    private = await compose(stan, headline="Nội bộ")
    public = await compose(stan, headline="Công khai", public=True)
    for alert in (private, public):
        await service_has_settled(stan, alert["alert"])
    feed = await client.get("/alerts.atom")
    assert "Công khai" in feed.text
    assert "Nội bộ" not in feed.text
    assert (await client.get(f"/public/alerts/{public['alert']}/cap.xml")).status_code == 200
    assert (await client.get(f"/public/alerts/{private['alert']}/cap.xml")).status_code == 404
    assert PROJECT in (await client.get(f"/public/alerts/{public['alert']}/cap.xml")).text


async def test_bad_alerts_leave_nothing_behind(
    service: PushService, phone_of: PhoneOf, tables: Callable[[], Awaitable[dict[str, int]]], clock: Clock
) -> None:
    stan = await phone_of("stan")
    before = await tables()
    for body, code in (
        ({"areas": ["nowhere"]}, "alert_invalid"),
        ({"areas": [AREA], "severity": "very"}, "alert_invalid"),
        ({"areas": [AREA], "expires_at_ms": clock.now_ms - 1}, "alert_invalid"),
        ({"areas": "x"}, "body_malformed"),
        ({"areas": [AREA], "surprise": 1}, "body_malformed"),
        ([], "body_malformed"),
    ):
        answer = await stan.ask("POST", "/alerts", json=body)
        assert answer.json()["code"] == code, body
    assert await tables() == before
