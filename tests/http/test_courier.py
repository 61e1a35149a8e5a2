"""The courier: another phone brings a sealed outbox; it reads nothing, alters nothing, and carries the receipt back."""

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from httpx import Response
from msgspec import structs

from server.exchange.parcel import from_base64url, read_public_key, seal_parcel, signed_bytes, to_base64url
from server.store.database import Database
from sync.protocol import Parcel, SignedContents
from tests.http.conftest import ONE_ENGINE, PROJECT, Phone, report
from tests.http.test_sync import verify_receipt

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


def close(author: Phone, *changes: dict[str, Any], signer: Phone | None = None, **more: Any) -> Parcel:
    """What the author's phone puts into the file."""
    contents = {
        "protocol": 1, "epoch": "e1", "replica": author.replica, "made_up_to": changes[-1]["sequence"],
        "changes": changes, **more,
    }  # fmt: skip
    unsigned = SignedContents(device=author.me["device"], contents=json.dumps(contents), signature="")
    signature = (signer or author).sign(signed_bytes(PROJECT, author.replica, unsigned))
    signed = SignedContents(device=unsigned.device, contents=unsigned.contents, signature=signature)
    return seal_parcel(PROJECT, author.replica, signed, read_public_key(author.me["seal_key"]))


async def deliver(courier: Phone, parcel: Parcel) -> Response:
    return await courier.ask(
        "POST", "/courier", content=msgspec.json.encode(parcel), headers={"Content-Type": "application/json"}
    )


async def test_a_parcel_arrives_and_its_receipt_goes_back(phone_of: PhoneOf) -> None:
    alice, bob, stan = await phone_of("alice"), await phone_of("bob"), await phone_of("stan")
    change = report(1)
    answer = await deliver(bob, close(alice, change))
    assert answer.status_code == 200, answer.text
    assert verify_receipt(alice, answer.json()["receipt"]).up_to == 1
    assert set(answer.json()) == {"replica", "receipt"}
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


async def test_a_parcel_that_comes_before_earlier_changes_waits(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    answer = await deliver(bob, close(alice, report(2)))
    assert answer.json()["receipt"]["up_to"] == 0
    await alice.sync(report(1))
    assert (await alice.sync(made_up_to=2)).json()["received_up_to"] == 2


@ONE_ENGINE
async def test_nobody_but_the_server_can_read_a_parcel(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    sealed = from_base64url(close(alice, report(1)).sealed)
    assert "nước mặn".encode() not in sealed
    assert alice.me["device"].encode() not in sealed


@pytest.mark.parametrize("byte", [0, 4, 30, 80, -1])
@ONE_ENGINE
async def test_an_altered_parcel_is_not_opened(phone_of: PhoneOf, tables: Tables, byte: int) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    parcel = close(alice, report(1))
    sealed = bytearray(from_base64url(parcel.sealed))
    sealed[byte] ^= 1
    before = await tables()
    answer = await deliver(bob, structs.replace(parcel, sealed=to_base64url(bytes(sealed))))
    assert answer.json() == {"replica": alice.replica, "code": "seal_broken"}
    assert await tables() == before


@pytest.mark.parametrize("sealed", ["", "????", "AAAA", to_base64url(b"\x04" + b"\xff" * 200)])
@ONE_ENGINE
async def test_what_is_no_parcel_is_not_opened(phone_of: PhoneOf, sealed: str) -> None:
    bob = await phone_of("bob")
    answer = await deliver(bob, Parcel(project=PROJECT, replica="r", sealed=sealed))
    assert answer.json()["code"] == "seal_broken"


@ONE_ENGINE
async def test_the_names_on_the_outside_cannot_be_changed(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    parcel = close(alice, report(1))
    for other in (structs.replace(parcel, replica=bob.replica), structs.replace(parcel, project="elsewhere")):
        assert (await deliver(bob, other)).json()["code"] == "seal_broken"


@ONE_ENGINE
async def test_a_parcel_sealed_to_another_key_is_not_opened(phone_of: PhoneOf) -> None:
    bob = await phone_of("bob")
    contents = SignedContents(device="d", contents="{}", signature="s")
    strange = seal_parcel(PROJECT, "r", contents, ec.generate_private_key(ec.SECP256R1()).public_key())
    assert (await deliver(bob, strange)).json()["code"] == "seal_broken"


async def test_only_the_authors_device_can_sign_a_parcel(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    before = await tables()
    assert (await deliver(bob, close(alice, report(1), signer=bob))).json()["code"] == "seal_broken"
    alice.me["device"] = "nobody"
    assert (await deliver(bob, close(alice, report(1)))).json()["code"] == "replica_unknown"
    assert await tables() == before


async def test_a_device_cannot_speak_for_anothers_replica(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    await alice.sync(report(1))
    before = await tables()
    bob.replica = alice.replica
    assert (await deliver(bob, close(bob, report(2, area="30003")))).json()["code"] == "replica_unknown"
    assert await tables() == before


@ONE_ENGINE
async def test_a_proven_parcel_that_is_malformed_saves_nothing(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    before = await tables()
    assert (await deliver(bob, close(alice, report(1), protocol=9))).json()["code"] == "protocol_unknown"
    for more in ({"made_up_to": "many"}, {"made_up_to": -1}, {"changes": [{"sequence": 1}]}):
        answer = await deliver(bob, close(alice, report(1), **more))
        assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    answer = await bob.ask("POST", "/courier", json={"project": PROJECT})
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert await tables() == before


async def test_a_revoked_author_is_kept_apart_and_the_courier_is_not(phone_of: PhoneOf, db: Database) -> None:
    alice, bob, ada = await phone_of("alice"), await phone_of("bob"), await phone_of("ada")
    await ada.ask("POST", f"/devices/{alice.me['device']}/revoke")
    answer = await deliver(bob, close(alice, report(1)))
    assert answer.json() == {"replica": alice.replica, "code": "kept_apart"}
    rows = await db.reader.fetch("SELECT status FROM changes")
    assert [row["status"] for row in rows] == ["quarantined"]


async def test_a_revoked_courier_delivers_nothing(phone_of: PhoneOf) -> None:
    alice, bob, ada = await phone_of("alice"), await phone_of("bob"), await phone_of("ada")
    await ada.ask("POST", f"/devices/{bob.me['device']}/revoke")
    assert (await deliver(bob, close(alice, report(1)))).json()["code"] == "device_revoked"


async def test_a_parcel_of_before_a_restore_is_not_taken(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    answer = await deliver(bob, close(alice, report(1), epoch="earlier"))
    assert answer.json() == {"replica": alice.replica, "code": "epoch_changed"}


def test_what_the_phone_seals_the_server_opens() -> None:
    vector = json.loads(Path(__file__).with_name("hpke_vector.json").read_text())
    x, y, d = (int.from_bytes(from_base64url(vector["receiver"][name]), "big") for name in ("x", "y", "d"))
    key = ec.EllipticCurvePrivateNumbers(d, ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())).private_key()
    suite = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    plain = suite.decrypt(from_base64url(vector["sealed"]), key, info=vector["info"].encode())
    assert plain.decode() == vector["plain"]


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
