"""Bad input: every kind answers a problem document with a stable code and a sentence; nothing is half-saved."""

import gzip
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient, Response

from server.problems import PROBLEMS, Problem, preferred_language
from tests.http.conftest import Phone

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


@pytest.fixture
def engine() -> str:
    """What is refused here never reaches a database: one engine will do."""
    return "sqlite"


def is_problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """Is it a whole problem document? Answers it."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (status, code), answer.text
    assert document["status"] == status
    assert document["type"] == f"urn:lang-nghe:problem:{code}"
    assert document["title"]
    assert document["detail"]
    return document


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"null", "Expected `object`"),
        (b'{"code": 5}', "$.code"),
        (b'{"code": "x", "replica": "r"}', "public_key"),
        (b'{"code": "\xff"}', ""),
        (b"\x00\x01\x02", ""),
        (b"[" * 100_000, ""),
        (b'{"code": "x"} trailing', ""),
    ],
)
async def test_a_malformed_body_is_told_where(client: AsyncClient, tables: Tables, body: bytes, where: str) -> None:
    before = await tables()
    if len(body) > 16 * 1024:
        body = body[: 16 * 1024]
    answer = await client.post("/enrol", content=body, headers={"Content-Type": "application/json"})
    assert where in is_problem(answer, 400, "body_malformed")["fault"]
    assert await tables() == before


async def test_an_oversized_body_is_refused(client: AsyncClient, tables: Tables) -> None:
    before = await tables()
    answer = await client.post("/enrol", content=b" " * 20_000, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 413, "body_too_large")["limit"] == 16 * 1024
    assert await tables() == before


async def test_an_oversized_body_without_a_length_is_refused_too(client: AsyncClient) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 1000

    answer = await client.post("/enrol", content=endless(), headers={"Content-Type": "application/json"})
    is_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"])
async def test_a_wrong_content_type_is_refused(client: AsyncClient, media_type: str) -> None:
    answer = await client.post("/enrol", content=b"{}", headers={"Content-Type": media_type})
    assert is_problem(answer, 415, "content_type_wrong")["expected"] == "application/json"


async def test_a_gzip_bomb_is_cut_while_it_inflates(client: AsyncClient, tables: Tables) -> None:
    before = await tables()
    bomb = gzip.compress(b" " * 10_000_000)
    assert len(bomb) < 16 * 1024
    answer = await client.post(
        "/enrol", content=bomb, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    )
    is_problem(answer, 413, "body_too_large")
    assert await tables() == before


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        (b"{}", "br", 415, "encoding_unsupported"),
        (b"{}", "gzip, gzip", 415, "encoding_unsupported"),
        (b"not gzip at all", "gzip", 400, "body_malformed"),
        (gzip.compress(b"{}")[:-5], "gzip", 400, "body_malformed"),
        (gzip.compress(b"{}") + b"more", "gzip", 400, "body_malformed"),
        (zlib.compress(b"{}"), "gzip", 400, "body_malformed"),
    ],
)
async def test_a_body_that_does_not_inflate_is_a_problem(
    client: AsyncClient, body: bytes, encoding: str, status: int, code: str
) -> None:
    answer = await client.post(
        "/enrol", content=body, headers={"Content-Type": "application/json", "Content-Encoding": encoding}
    )
    is_problem(answer, status, code)


async def test_a_gzipped_body_is_read(client: AsyncClient) -> None:
    body = gzip.compress(b'{"code": "none", "replica": "r", "public_key": "bad"}')
    answer = await client.post(
        "/enrol", content=body, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    )
    is_problem(answer, 400, "public_key_invalid")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "address_unknown"),
        ("GET", "/devices/x/y/z", 404, "address_unknown"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404, "address_unknown"),
        ("GET", "/assets/..%2f..%2fetc%2fpasswd", 404, "address_unknown"),
        ("GET", "/\x00", 404, "address_unknown"),
        ("DELETE", "/enrol", 405, "method_wrong"),
        ("POST", "/health", 405, "method_wrong"),
    ],
)
async def test_an_unknown_address_or_method_is_a_problem(
    client: AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path.replace("\x00", "%00"))
    document = is_problem(answer, status, code)
    if status == 405:
        assert answer.headers["allow"] == document["allowed"]


async def test_a_wrong_query_parameter_is_a_problem(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    answer = await alice.ask("GET", f"/attachments/{'a' * 64}?submission=a&submission=b")
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_nobody_foresaw_shows_no_internals(client: AsyncClient, monkeypatch: Any) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("server.http.enrol.decode", broken)
    answer = await client.post("/enrol", json={})
    document = is_problem(answer, 500, "unexpected")
    assert "hunter2" not in answer.text
    assert document["trace"] in document["detail"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5, vi;q=0.6", "vi"),
        ("fr, en;q=0.1", "en"),
        ("*", "vi"),
        ("en;q=nonsense", "vi"),
    ],
)
async def test_the_sentence_is_in_the_language_asked_for(client: AsyncClient, asked: str, language: str) -> None:
    assert preferred_language(asked) == language
    answer = await client.get("/nowhere", headers={"Accept-Language": asked})
    assert answer.headers["content-language"] == language
    sentence = PROBLEMS["address_unknown"].detail_vi if language == "vi" else PROBLEMS["address_unknown"].detail_en
    assert answer.json()["detail"] == sentence


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_has_whole_sentences_in_both_languages(code: str) -> None:
    kind = PROBLEMS[code]
    assert 400 <= kind.status < 600
    for text in (kind.detail_vi, kind.detail_en):
        assert text[0].isupper() or text[0] == "{"
    assert not kind.title_vi.endswith(".")
    assert Problem(code).document("vi")["detail"] != Problem(code).document("en")["detail"]


def test_a_problem_that_is_not_in_the_table_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        Problem("made_up")
