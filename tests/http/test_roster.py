"""Who leads whom: nobody invites or revokes upwards, sideways or out of their areas."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from server.store.database import Database
from tests.http.conftest import ONE_ENGINE, PROJECT, Phone

PhoneOf = Callable[[str], Awaitable[Phone]]


@pytest.mark.parametrize(
    ("asker", "seen"),
    [
        ("cora", {"alice", "cora"}),
        ("stan", {"alice", "bob", "charlie", "cora", "stan", "ada"}),
        ("ada", {"alice", "bob", "charlie", "cora", "stan", "ada"}),
    ],
)
async def test_people_are_seen_within_scope(phone_of: PhoneOf, asker: str, seen: set[str]) -> None:
    phone = await phone_of(asker)
    assert {one["person"] for one in (await phone.ask("GET", "/people")).json()} == seen


@pytest.mark.parametrize("path", ["/people", "/devices"])
@ONE_ENGINE
async def test_a_collaborator_sees_no_roster(phone_of: PhoneOf, path: str) -> None:
    alice = await phone_of("alice")
    answer = await alice.ask("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("asker", "person", "code"),
    [
        ("cora", "alice", None),
        ("cora", "bob", "person_unknown"),
        ("cora", "nobody", "person_unknown"),
        ("cora", "cora", "not_allowed"),
        ("stan", "cora", None),
        ("stan", "ada", "not_allowed"),
        ("ada", "ada", None),
        ("alice", "alice", "not_allowed"),
    ],
)
@ONE_ENGINE
async def test_an_invitation_goes_to_those_whom_one_leads(
    client: AsyncClient, phone_of: PhoneOf, asker: str, person: str, code: str | None
) -> None:
    phone = await phone_of(asker)
    answer = await phone.ask("POST", "/invitations", json={"person": person})
    if code:
        assert answer.json()["code"] == code
        return
    given = answer.json()
    assert given["link"].endswith(f"/#/enrol/{given['code']}")
    invited = Phone(client)
    assert (await invited.enrol(given["code"])).status_code == 201
    assert invited.me["person"] == person


async def test_devices_are_seen_and_revoked_within_scope(phone_of: PhoneOf, db: Database) -> None:
    alice, bob, cora, stan = [await phone_of(person) for person in ("alice", "bob", "cora", "stan")]
    seen = {one["device"] for one in (await cora.ask("GET", "/devices")).json()}
    assert seen == {alice.me["device"], cora.me["device"]}
    for asker, device, code in (
        (cora, bob, "device_unknown"),
        (cora, stan, "device_unknown"),
        (alice, bob, "device_unknown"),
    ):
        answer = await asker.ask("POST", f"/devices/{device.me['device']}/revoke")
        assert answer.json()["code"] == code
    assert (await bob.ask("GET", "/me")).status_code == 200
    answer = await cora.ask("POST", f"/devices/{alice.me['device']}/revoke")
    revoked_at_ms = answer.json()["revoked_at_ms"]
    assert revoked_at_ms
    again = await cora.ask("POST", f"/devices/{alice.me['device']}/revoke")
    assert again.json()["revoked_at_ms"] == revoked_at_ms
    events = await db.reader.fetch("SELECT event FROM outbox WHERE project = $1", PROJECT)
    assert [row["event"] for row in events] == ["DeviceRevoked"]


async def test_anybody_may_revoke_an_own_device(phone_of: PhoneOf) -> None:
    first, second = await phone_of("alice"), await phone_of("alice")
    assert (await second.ask("POST", f"/devices/{first.me['device']}/revoke")).status_code == 200
    assert (await first.ask("GET", "/me")).json()["code"] == "device_revoked"
    assert (await first.ask("POST", "/leave")).status_code == 204
    assert (await first.ask("GET", "/me")).json()["code"] == "not_enrolled"


@ONE_ENGINE
async def test_only_an_administrator_changes_people(phone_of: PhoneOf) -> None:
    body = {"name": "Mallory", "role": "administrator"}
    for person in ("alice", "cora", "stan"):
        phone = await phone_of(person)
        assert (await phone.ask("PUT", "/people/mallory", json=body)).json()["code"] == "not_allowed"


async def test_every_step_stands_in_the_audit(phone_of: PhoneOf, db: Database) -> None:
    alice, ada = await phone_of("alice"), await phone_of("ada")
    await ada.ask("PUT", "/people/dan", json={"name": "Dan", "role": "collaborator", "areas": ["30000"]})
    await ada.ask("POST", f"/devices/{alice.me['device']}/revoke")
    rows = await db.reader.fetch("SELECT verb, subject FROM audit WHERE actor = 'ada' ORDER BY number")
    verbs = [(row["verb"], row["subject"]) for row in rows]
    assert ("saved_person", "dan") in verbs
    assert ("revoked", alice.me["device"]) in verbs
