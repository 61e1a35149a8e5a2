"""POST /sync over HTTP: both directions, packed, within scope; what cannot be read or trusted changes nothing."""

import base64
import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from httpx import AsyncClient

from server.store.database import Database
from sync.canonical import receipt_bytes
from sync.protocol import Receipt
from tests.http.conftest import ONE_ENGINE, Phone, report

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


def verify_receipt(phone: Phone, body: dict[str, Any]) -> Receipt:
    """The receipt of an answer, proven with the key that enrolment gave."""
    receipt = msgspec.convert(body, Receipt)
    jwk = phone.me["receipt_key"]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big") for name in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raw = base64.urlsafe_b64decode(receipt.signature + "==")
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(signature, receipt_bytes(receipt), ec.ECDSA(hashes.SHA256()))
    return receipt


async def test_a_report_goes_up_and_comes_back_with_a_receipt(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    change = report(1)
    answer = (await alice.sync(change)).json()
    assert [outcome["result"] for outcome in answer["outcomes"]] == ["applied"]
    assert verify_receipt(alice, answer["receipt"]).up_to == 1
    assert change["id"] in [item["id"] for item in answer["items"]]


async def test_the_same_push_again_gets_the_stored_outcome(phone_of: PhoneOf, tables: Tables) -> None:
    alice = await phone_of("alice")
    change = report(1)
    await alice.sync(change)
    before = await tables()
    answer = (await alice.sync(change)).json()
    assert answer["outcomes"][0]["duplicate"] is True
    assert await tables() == before


@ONE_ENGINE
async def test_bodies_are_packed_both_ways(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    body = {"protocol": 1, "replica": alice.replica, "made_up_to": 9, "changes": [report(n) for n in range(1, 10)]}
    packed = gzip.compress(json.dumps(body).encode())
    answer = await alice.ask(
        "POST",
        "/sync",
        content=packed,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["outcomes"]) == 9
    assert answer.num_bytes_downloaded < len(answer.content) / 2


async def test_an_idle_sync_is_a_few_hundred_bytes_and_not_packed(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    first = (await alice.sync(report(1))).json()
    idle = {"cursor": first["cursor"], "epoch": first["epoch"], "receipt_up_to": 1, "made_up_to": 1}
    answer = await alice.sync(**idle)
    assert "content-encoding" not in answer.headers
    assert len(answer.content) <= 250
    assert "items" not in answer.json()


async def test_bob_and_charlie_see_nothing_of_alices_reports(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    change = report(1)
    await alice.sync(change)
    for person, sees in (("bob", False), ("charlie", False), ("cora", True), ("stan", True), ("ada", True)):
        other = await phone_of(person)
        held = [item["id"] for item in (await other.sync()).json().get("items", [])]
        assert (change["id"] in held) is sees, person


async def test_a_report_from_a_strange_area_is_rejected_and_the_rest_is_taken(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    answer = (await alice.sync(report(1, area="30003"), report(2))).json()
    assert [one["result"] for one in answer["outcomes"]] == ["rejected", "applied"]
    assert answer["outcomes"][0]["code"] == "out_of_scope"


async def test_a_change_before_a_gap_is_held(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    answer = (await alice.sync(report(2))).json()
    assert answer["outcomes"][0]["result"] == "held"
    assert answer["gaps"] == [[1, 1]]


@ONE_ENGINE
async def test_an_unknown_protocol_is_told_which_are_known(phone_of: PhoneOf, tables: Tables) -> None:
    alice = await phone_of("alice")
    before = await tables()
    for protocol in (0, 2, 99, -1):
        answer = await alice.sync(report(1), protocol=protocol)
        assert (answer.status_code, answer.json()["code"]) == (400, "protocol_unsupported")
        assert answer.json()["newest"] == 1
    assert await tables() == before


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"changes": [{"sequence": "one"}]}, "$.changes[0].sequence"),
        ({"changes": [{"sequence": 1, "intent": "destroy", "kind": "submission", "id": "x"}]}, "$.changes[0].intent"),
        ({"changes": [{"sequence": 1, "intent": "create", "kind": "person", "id": "x"}]}, "$.changes[0].kind"),
        ({"changes": [report(1) | {"fields": {"a": 5}}]}, "$.changes[0].fields"),
        ({"changes": {}}, "$.changes"),
        ({"replica": None}, "$.replica"),
        ({"replica": ""}, "replica"),
        ({"replica": "board:x"}, "replica"),
        ({"replica": "x" * 101}, "replica"),
        ({"made_up_to": -1}, "made_up_to"),
        ({"made_up_to": 2**60}, "made_up_to"),
        ({"lost": [[1]]}, "$.lost"),
        ({"lost": [[1, 10**15]]}, "lost"),
        ({"health": {"webpush": "maybe"}}, "$.health.webpush"),
        ({"health": {"drafts": 2**60}}, "health"),
        ({"changes": [report(n) for n in range(1, 1002)]}, "1000 changes"),
    ],
)
@ONE_ENGINE
async def test_a_malformed_sync_is_told_where_and_saves_nothing(
    phone_of: PhoneOf, tables: Tables, more: dict[str, Any], where: str
) -> None:
    alice = await phone_of("alice")
    before = await tables()
    answer = await alice.sync(**more)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed"), answer.text
    assert where in answer.json()["fault"]
    assert await tables() == before


async def test_a_lone_surrogate_is_malformed(phone_of: PhoneOf, tables: Tables) -> None:
    alice = await phone_of("alice")
    before = await tables()
    body = json.dumps({"protocol": 1, "replica": alice.replica, "changes": [report(1, **{"/data/x": "\ud800"})]})
    answer = await alice.ask("POST", "/sync", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert await tables() == before


async def test_a_poisoned_change_blocks_nothing(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    huge = report(2, **{"/data/x": "x" * 600_000})
    answer = (await alice.sync(report(1), huge, report(3))).json()
    assert [one["result"] for one in answer["outcomes"]] == ["applied", "rejected", "applied"]
    assert answer["outcomes"][1]["code"] == "change_too_large"


async def test_a_replica_of_another_device_is_refused(phone_of: PhoneOf, tables: Tables) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    await alice.sync(report(1))
    before = await tables()
    bob.replica = alice.replica
    for asked in (bob.sync(report(1, area="30003")), bob.sync()):
        answer = await asked
        assert (answer.status_code, answer.json()["code"]) == (409, "replica_taken")
    assert await tables() == before


async def test_what_a_revoked_phone_sends_is_kept_apart(phone_of: PhoneOf, db: Database) -> None:
    alice, ada, stan = await phone_of("alice"), await phone_of("ada"), await phone_of("stan")
    await alice.sync(report(1))
    await ada.ask("POST", f"/devices/{alice.me['device']}/revoke")
    late = report(2)
    answer = await alice.sync(late)
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")
    assert "items" not in answer.json()
    rows = await db.reader.fetch("SELECT status FROM changes WHERE sequence = 2")
    assert [row["status"] for row in rows] == ["quarantined"]
    assert late["id"] not in [item["id"] for item in (await stan.sync()).json()["items"]]
    assert (await alice.ask("POST", "/sync/repair", json={})).json()["code"] == "device_revoked"


async def test_a_repair_tells_which_buckets_differ(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    await alice.sync(report(1))
    body = {"protocol": 1, "replica": alice.replica, "buckets": ["0" * 16] * 16}
    differing = (await alice.ask("POST", "/sync/repair", json=body)).json()["differing"]
    assert len(differing) == 1
    body = {"protocol": 1, "replica": alice.replica, "bucket": differing[0]}
    assert len((await alice.ask("POST", "/sync/repair", json=body)).json()["items"]) == 1


@pytest.mark.parametrize("body", [{"protocol": 1}, {"protocol": 1, "replica": "r", "bucket": 99}, {"replica": "r"}])
@ONE_ENGINE
async def test_a_malformed_repair_is_a_problem(phone_of: PhoneOf, body: dict[str, Any]) -> None:
    alice = await phone_of("alice")
    answer = await alice.ask("POST", "/sync/repair", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


@ONE_ENGINE
async def test_an_enormous_sync_is_refused(phone_of: PhoneOf, tables: Tables, client: AsyncClient) -> None:
    alice = await phone_of("alice")
    before = await tables()
    packed = gzip.compress(b'{"protocol": 1, "replica": "' + b"x" * 20_000_000 + b'"}')
    answer = await alice.ask(
        "POST", "/sync", content=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert await tables() == before
