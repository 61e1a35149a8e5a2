"""Enrolment: one invitation, one device; a lost answer is no lost invitation."""

from collections.abc import Awaitable, Callable

from httpx import AsyncClient

from server.store.database import Database
from tests.http.conftest import Clock, Phone

Invite = Callable[[str], Awaitable[str]]
Tables = Callable[[], Awaitable[dict[str, int]]]


async def test_an_invitation_enrols_a_device_and_tells_it_who_it_is(client: AsyncClient, invite: Invite) -> None:
    phone = Phone(client)
    answer = await phone.enrol(await invite("alice"))
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    for part in ("__Host-session=", "HttpOnly", "Secure", "Path=/"):
        assert part in cookie
    assert "samesite=strict" in cookie.lower()
    assert "domain" not in cookie.lower()
    body = answer.json()
    assert body["person"] == "alice"
    assert body["areas"] == [{"code": "30000", "name": "Xã Một"}]
    assert body["receipt_key"]["kty"] == "EC"
    assert len(body["seal_key"]) == len(body["webpush_key"]) == 87
    assert (await phone.ask("GET", "/me")).json() == body


async def test_the_database_holds_no_code_and_no_token(client: AsyncClient, invite: Invite, db: Database) -> None:
    code = await invite("alice")
    phone = Phone(client)
    await phone.enrol(code)
    rows = await db.reader.fetch("SELECT * FROM invitations")
    rows += await db.reader.fetch("SELECT * FROM devices")
    stored = " ".join(str(value) for row in rows for value in row)
    assert code not in stored
    assert phone.token not in stored


async def test_a_lost_answer_can_be_asked_for_again_by_the_same_phone(client: AsyncClient, invite: Invite) -> None:
    code = await invite("alice")
    phone = Phone(client)
    await phone.enrol(code)
    lost, device = phone.token, phone.me["device"]
    assert (await phone.enrol(code)).status_code == 201
    assert phone.me["device"] == device
    assert phone.token != lost
    assert (await phone.ask("GET", "/me")).status_code == 200
    phone.token = lost
    assert (await phone.ask("GET", "/me")).json()["code"] == "not_enrolled"


async def test_a_second_phone_cannot_use_an_invitation_again(
    client: AsyncClient, invite: Invite, tables: Tables
) -> None:
    code = await invite("alice")
    await Phone(client).enrol(code)
    before = await tables()
    answer = await Phone(client).enrol(code)
    assert answer.status_code == 409
    assert answer.json()["code"] == "invitation_used"
    assert answer.headers["content-type"] == "application/problem+json"
    assert await tables() == before


async def test_an_invitation_ends_after_fifteen_minutes(client: AsyncClient, invite: Invite, clock: Clock) -> None:
    code = await invite("alice")
    clock.now_ms += 15 * 60 * 1000 - 1
    phone = Phone(client)
    assert (await phone.enrol(code)).status_code == 201
    clock.now_ms += 1
    assert (await phone.enrol(code)).json()["code"] == "invitation_expired"
    late = await invite("bob")
    clock.now_ms += 15 * 60 * 1000
    answer = await Phone(client).enrol(late)
    assert answer.status_code == 410
    assert answer.json()["code"] == "invitation_expired"


async def test_an_unknown_code_is_unknown(client: AsyncClient, tables: Tables) -> None:
    before = await tables()
    answer = await Phone(client).enrol("no-such-code-at-all")
    assert (answer.status_code, answer.json()["code"]) == (404, "invitation_unknown")
    assert await tables() == before


async def test_a_public_key_must_be_a_p256_key(client: AsyncClient, invite: Invite, tables: Tables) -> None:
    code = await invite("alice")
    before = await tables()
    for key in ("", "AAAA", "não", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" + "A" * 86):
        body = {"code": code, "replica": "r", "public_key": key}
        answer = await Phone(client).ask("POST", "/enrol", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "public_key_invalid")
    assert await tables() == before


async def test_leaving_ends_the_session(client: AsyncClient, invite: Invite) -> None:
    phone = Phone(client)
    await phone.enrol(await invite("alice"))
    answer = await phone.ask("POST", "/leave")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await phone.ask("GET", "/me")).json()["code"] == "not_enrolled"
