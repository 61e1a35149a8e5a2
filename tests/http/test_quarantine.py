"""Late changes of revoked phones: seen by who leads the author, let count by them, in nobody else's way."""

from collections.abc import Awaitable, Callable

import pytest

from server.store.database import Database
from tests.http.conftest import Phone, report

PhoneOf = Callable[[str], Awaitable[Phone]]


async def revoke(phone: Phone, by: Phone) -> None:
    assert (await by.ask("POST", f"/devices/{phone.me['device']}/revoke")).status_code == 200


async def test_a_leader_lets_late_changes_count(phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1, "early"))
    await revoke(alice, cora)
    await alice.sync(report(2, "late"))
    (late,) = (await cora.ask("GET", "/quarantine")).json()
    assert (late["person"], late["change"]["id"]) == ("alice", "late")
    answer = await cora.ask("POST", f"/quarantine/{alice.replica}/accept")
    assert answer.json() == {"accepted": 1}
    seen = (await cora.ask("GET", "/boards/submissions")).json()
    assert [one["item"]["id"] for one in seen] == ["late", "early"]
    assert (await cora.ask("GET", "/quarantine")).json() == []
    assert (await cora.ask("POST", f"/quarantine/{alice.replica}/accept")).json()["code"] == "item_unknown"


async def test_a_phone_revoked_before_its_first_sync_loses_nothing(phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await revoke(alice, cora)
    await alice.sync(report(1, "first"))
    assert (await cora.ask("POST", f"/quarantine/{alice.replica}/accept")).json() == {"accepted": 1}
    assert len((await cora.ask("GET", "/boards/submissions")).json()) == 1


@pytest.mark.parametrize("person", ["alice", "bob", "cora"])
async def test_others_see_and_accept_nothing(phone_of: PhoneOf, person: str) -> None:
    charlie, ada = await phone_of("charlie"), await phone_of("ada")
    await revoke(charlie, ada)
    await charlie.sync(report(1, area="30006"))
    other = await phone_of(person)
    answer = await other.ask("GET", "/quarantine")
    assert answer.status_code == 403 or answer.json() == []
    answer = await other.ask("POST", f"/quarantine/{charlie.replica}/accept")
    assert answer.json()["code"] in {"not_allowed", "item_unknown"}


async def test_a_revoked_phone_cannot_take_anothers_identities(phone_of: PhoneOf, db: Database) -> None:
    alice, bob, ada = await phone_of("alice"), await phone_of("bob"), await phone_of("ada")
    await bob.sync(report(1, area="30003"))
    await revoke(alice, ada)
    alice.replica = bob.replica
    assert (await alice.sync(report(2))).json()["code"] == "device_revoked"
    outcomes = (await bob.sync(report(2, area="30003"))).json()["outcomes"]
    assert outcomes[0]["result"] == "applied"
    assert not await db.reader.fetch("SELECT 1 FROM changes WHERE status = 'quarantined'")
