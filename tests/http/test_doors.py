"""Who may come in: every route is closed unless it is meant to be open; revocation holds at the next request (I13)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from litestar import Litestar

from server.app import create_app
from server.http.limits import Buckets
from server.problems import Problem
from server.settings import Settings
from server.store.database import Database
from tests.conftest import Place
from tests.http.conftest import Phone

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


@pytest.fixture
def engine() -> str:
    """What is refused here never reaches a database: one engine will do."""
    return "sqlite"


OPEN = {
    ("GET", "/health"),
    ("POST", "/enrol"),
    ("GET", "/"),
    ("GET", "/{path:path}"),
}
"""The routes that anybody may ask."""
OWN_PROOF = ("/openrosa", "/alerts.atom", "/public")
"""OpenRosa brings its own proof of who asks; the public feed is open where the settings say so."""


def _routes(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in app.routes
        for method in sorted(getattr(route, "methods", ()))
        if method != "OPTIONS" and not route.path.startswith(OWN_PROOF)
    ]


async def test_every_route_but_the_open_ones_asks_who_is_there(client: AsyncClient, place: Place) -> None:
    app = create_app(Settings(data=place.data, database_url=place.url), build=place.data)
    for method, path in _routes(app):
        if (method, path) in OPEN:
            continue
        asked = path.replace("{", "").replace(":str}", "").replace(":int}", "").replace(":path}", "")
        answer = await client.request(method, asked, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 401, (method, path, answer.text)
        if method != "HEAD":
            assert answer.json()["code"] == "not_enrolled"


@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-session=",
        "__Host-session=short",
        "__Host-session=" + "a" * 43,
        "__Host-session=" + "a" * 5000,
        "__Host-session=%00%ff'; DROP TABLE devices; --aaaaaaaaaaaaaaaaaaaa",
        "session=" + "a" * 43,
        ";;;===",
        "__Host-session",
        '__Host-session="unterminated' + "a" * 30,
    ],
)
async def test_a_malformed_cookie_is_nobody(client: AsyncClient, cookie: str) -> None:
    answer = await client.get("/me", headers={"Cookie": cookie})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_enrolled")


async def test_a_revoked_device_is_refused_at_its_next_request(phone_of: PhoneOf) -> None:
    alice, ada = await phone_of("alice"), await phone_of("ada")
    assert (await alice.ask("GET", "/me")).status_code == 200
    assert (await ada.ask("POST", f"/devices/{alice.me['device']}/revoke")).status_code == 200
    answer = await alice.ask("GET", "/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")


async def test_a_person_who_is_no_longer_active_is_refused(phone_of: PhoneOf, db: Database) -> None:
    alice, ada = await phone_of("alice"), await phone_of("ada")
    body = {"name": "Alice", "role": "collaborator", "areas": ["30000"], "active": False}
    assert (await ada.ask("PUT", "/people/alice", json=body)).status_code == 204
    assert (await alice.ask("GET", "/me")).json()["code"] == "device_revoked"


async def test_a_change_of_role_holds_at_the_next_request(phone_of: PhoneOf) -> None:
    alice, ada = await phone_of("alice"), await phone_of("ada")
    assert (await alice.ask("GET", "/people")).json()["code"] == "not_allowed"
    body = {"name": "Alice", "role": "coordinator", "areas": ["30003"]}
    assert (await ada.ask("PUT", "/people/alice", json=body)).status_code == 204
    assert {one["person"] for one in (await alice.ask("GET", "/people")).json()} == {"alice", "bob"}


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://testserver.local"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Content-Type": "text/plain"}, False),
        ({"Content-Type": "application/x-www-form-urlencoded"}, False),
        ({}, False),
        ({"X-Lang-Nghe": "1"}, True),
    ],
)
async def test_a_change_must_come_from_this_site(
    client: AsyncClient, phone_of: PhoneOf, headers: dict[str, str], taken: bool
) -> None:
    alice = await phone_of("alice")
    client.cookies.clear()
    answer = await client.post("/leave", headers={"Cookie": f"__Host-session={alice.token}", **headers})
    assert answer.status_code == (204 if taken else 403)
    assert taken or answer.json()["code"] == "origin_wrong"


async def test_security_headers_are_on_every_answer(client: AsyncClient) -> None:
    for path in ("/health", "/me", "/nowhere/at/all", "/"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"]


async def test_pages_may_do_only_what_the_app_needs(client: AsyncClient) -> None:
    headers = (await client.get("/")).headers
    assert "script-src 'self' 'wasm-unsafe-eval'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert "geolocation=(self)" in headers["permissions-policy"]


async def test_nobody_is_told_to_use_https_who_came_by_http(client: AsyncClient) -> None:
    answer = await client.get("http://testserver.local/health")
    assert "strict-transport-security" not in answer.headers


def test_a_bucket_empties_and_fills_again() -> None:
    buckets = Buckets(per_minute=60, burst=2)
    buckets.take("a", 0.0)
    buckets.take("a", 0.0)
    with pytest.raises(Problem) as caught:
        buckets.take("a", 0.1)
    assert (caught.value.code, caught.value.details) == ("too_many_requests", {"retry_after_s": 1})
    buckets.take("b", 0.1)
    buckets.take("a", 1.1)


def test_buckets_forget_the_longest_unused() -> None:
    buckets = Buckets(per_minute=60, burst=1, remembered=2)
    for key in ("a", "b", "c"):
        buckets.take(key, 0.0)
    buckets.take("a", 0.0)
    with pytest.raises(Problem):
        buckets.take("c", 0.0)


async def test_too_many_requests_are_told_when_to_come_back(
    client: AsyncClient, db: Database, monkeypatch: Any
) -> None:
    monkeypatch.setattr(Buckets, "take", _always_too_many)
    answer = await client.post("/enrol", json={}, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert "7 seconds" in answer.json()["detail"]


def _always_too_many(*_: Any) -> None:
    raise Problem("too_many_requests", retry_after_s=7)
