"""The courier: another phone brings a sealed outbox; it reads nothing, alters nothing, and carries the receipt back."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Response

from server.exchange.bundle import Bundle, read_public_key, seal_bundle
from server.store.database import Database
from tests.http.conftest import PROJECT, Phone, report
from tests.http.test_sync import verify_receipt

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


def close(author: Phone, *changes: dict[str, Any], signer: Phone | None = None, **more: Any) -> bytes:
    """What the author's phone puts into the file."""
    request = {
        "protocol": 1, "replica": author.replica, "made_up_to": changes[-1]["sequence"], "changes": changes, **more,
    }  # fmt: skip
    unsigned = Bundle(PROJECT, author.me["device"], json.dumps(request), "")
    signed = Bundle(PROJECT, unsigned.device, unsigned.request, (signer or author).sign(unsigned.signed_bytes()))
    return seal_bundle(signed, read_public_key(author.me["seal_key"]))


async def deliver(courier: Phone, sealed: bytes) -> Response:
    return await courier.ask("POST", "/courier", content=sealed, headers={"Content-Type": "application/octet-stream"})


async def test_a_bundle_arrives_and_its_receipt_goes_back(phone_of: PhoneOf) -> None:
    alice, bob, stan = await phone_of("alice"), await phone_of("bob"), await phone_of("stan")
    change = report(1)
    answer = await deliver(bob, close(alice, change))
    assert answer.status_code == 200, answer.text
    assert verify_receipt(alice, answer.json()["receipt"]).up_to == 1
    assert set(answer.json()) == {"replica", "epoch", "receipt"}
    (item,) = [item for item in (await stan.sync()).json()["items"] if item["id"] == change["id"]]
    assert item["author"] == "alice"


async def test_delivery_and_the_phones_own_sync_are_one(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    changes = [report(1), report(2)]
    await deliver(bob, close(alice, *changes))
    before = await tables()
    await deliver(bob, close(alice, *changes))
    answer = (await alice.sync(*changes)).json()
    assert [one["duplicate"] for one in answer["outcomes"]] == [True, True]
    after = await tables()
    assert {name: after[name] for name in ("items", "changes", "feed")} == {
        name: before[name] for name in ("items", "changes", "feed")
    }


async def test_a_bundle_that_comes_before_earlier_changes_waits(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    answer = await deliver(bob, close(alice, report(2)))
    assert answer.json()["receipt"]["up_to"] == 0
    await alice.sync(report(1))
    assert (await alice.sync(made_up_to=2)).json()["received_up_to"] == 2


async def test_nobody_but_the_server_can_read_a_bundle(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    assert "nước mặn".encode() not in close(alice, report(1))


@pytest.mark.parametrize("byte", [0, 4, 30, 80, -1])
async def test_an_altered_bundle_is_not_opened(phone_of: PhoneOf, tables: Tables, byte: int) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    sealed = bytearray(close(alice, report(1)))
    sealed[byte] ^= 1
    before = await tables()
    answer = await deliver(bob, bytes(sealed))
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_unreadable")
    assert await tables() == before


@pytest.mark.parametrize("sealed", [b"", b"LNC1", b"PK\x03\x04" + b"\0" * 200, b"LNC1" + b"\x04" + b"\xff" * 200])
async def test_what_is_no_bundle_is_not_opened(phone_of: PhoneOf, sealed: bytes) -> None:
    bob = await phone_of("bob")
    assert (await deliver(bob, sealed)).json()["code"] == "bundle_unreadable"


async def test_a_bundle_for_another_project_is_not_opened(phone_of: PhoneOf) -> None:
    bob = await phone_of("bob")
    strange = seal_bundle(Bundle(PROJECT, "d", "{}", "s"), ec.generate_private_key(ec.SECP256R1()).public_key())
    assert (await deliver(bob, strange)).json()["code"] == "bundle_unreadable"


async def test_only_the_authors_device_can_prove_a_bundle(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    before = await tables()
    forged = close(alice, report(1), signer=bob)
    answer = await deliver(bob, forged)
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_unproven")
    unknown = seal_bundle(Bundle(PROJECT, "nobody", "{}", "AA"), read_public_key(alice.me["seal_key"]))
    assert (await deliver(bob, unknown)).json()["code"] == "bundle_unproven"
    assert await tables() == before


async def test_a_proven_bundle_that_is_malformed_saves_nothing(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    before = await tables()
    assert (await deliver(bob, close(alice, report(1), protocol=9))).json()["code"] == "protocol_unsupported"
    assert (await deliver(bob, close(alice, report(1), lost="none"))).json()["code"] == "body_malformed"
    assert await tables() == before


async def test_a_revoked_author_is_kept_apart_and_the_courier_is_not(phone_of: PhoneOf, db: Database) -> None:
    alice, bob, ada = await phone_of("alice"), await phone_of("bob"), await phone_of("ada")
    await ada.ask("POST", f"/devices/{alice.me['device']}/revoke")
    answer = await deliver(bob, close(alice, report(1)))
    assert answer.json() == {"replica": alice.replica, "epoch": "e1", "kept_apart": True}
    rows = await db.reader.fetch("SELECT status FROM changes")
    assert [row["status"] for row in rows] == ["quarantined"]


async def test_a_revoked_courier_delivers_nothing(phone_of: PhoneOf) -> None:
    alice, bob, ada = await phone_of("alice"), await phone_of("bob"), await phone_of("ada")
    await ada.ask("POST", f"/devices/{bob.me['device']}/revoke")
    assert (await deliver(bob, close(alice, report(1)))).json()["code"] == "device_revoked"


async def test_a_bundle_of_before_a_restore_is_not_taken(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    answer = await deliver(bob, close(alice, report(1), epoch="earlier"))
    assert answer.json() == {"replica": alice.replica, "epoch": "e1"}


@pytest.mark.parametrize("spelling", ["spki", "point", "jwk"])
def test_a_public_key_may_be_spelled_in_three_ways(spelling: str) -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key()
    from cryptography.hazmat.primitives import serialization as form

    spki = numbers.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    point = numbers.public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
    text = {
        "spki": base64.urlsafe_b64encode(spki).rstrip(b"=").decode(),
        "point": base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        "jwk": json.dumps({
            "kty": "EC", "crv": "P-256",
            "x": base64.urlsafe_b64encode(point[1:33]).rstrip(b"=").decode(),
            "y": base64.urlsafe_b64encode(point[33:]).rstrip(b"=").decode(),
        }),
    }[spelling]  # fmt: skip
    assert read_public_key(text).public_numbers() == numbers.public_numbers()
