"""What to do with an answer, and what a payload says: pure rules."""

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.webpush.payload import LONGEST, SHRUNK, AlertPayload, cut, encode, graphemes
from server.webpush.policy import (
    LONGEST_TTL_S,
    LONGEST_WAIT_MS,
    Answer,
    judge,
    retry_after_ms,
    topic,
    ttl_seconds,
    urgency,
)

NOW = 1_800_000_000_000
HOUR = 3_600_000


def fate(status: int, retry_after: str = "", attempts: int = 1, expires: int = NOW + HOUR) -> tuple[str, int]:
    verdict = judge(Answer(status, retry_after), attempts=attempts, now_ms=NOW, expires_at_ms=expires, chance=0.5)
    return verdict.fate, verdict.next_try_at_ms - NOW if verdict.next_try_at_ms else 0


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_taken_is_taken(status: int) -> None:
    assert fate(status) == ("accepted", 0)


@pytest.mark.parametrize("status", [0, 302, 400, 401, 403, 405, 408, 413, 429, 500, 502, 503, 504])
def test_only_404_and_410_end_a_subscription(status: int) -> None:
    assert fate(status)[0] != "gone"
    assert fate(404)[0] == fate(410)[0] == "gone"


def test_retry_after_is_honoured_in_seconds_and_as_a_date() -> None:
    assert fate(429, "120") == ("later", 120_000)
    assert fate(503, "Fri, 15 Jan 2027 08:10:00 GMT") == ("later", 600_000)
    assert retry_after_ms("Fri, 15 Jan 2027 07:00:00 GMT", NOW) == 0
    for nonsense in ("", "soon", "-5", "1e9", "٣"):
        assert retry_after_ms(nonsense, NOW) == 0
    assert retry_after_ms("999999999999", NOW) <= 6 * HOUR


def test_waits_double_and_stay_under_a_cap() -> None:
    waits = [fate(500, attempts=n, expires=NOW + 100 * HOUR)[1] for n in range(1, 30)]
    assert waits[:3] == [1_500, 3_000, 6_000]
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_WAIT_MS


def test_no_try_is_planned_after_the_expiry() -> None:
    assert fate(500, expires=NOW + 1_000) == ("expired", 0)
    assert fate(429, "7200") == ("expired", 0)
    assert fate(403, expires=NOW + 60_000) == ("expired", 0)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 405])
def test_a_refusal_of_our_request_is_tried_slowly(status: int) -> None:
    said, wait = fate(status)
    assert said == "refused"
    assert wait >= 5 * 60_000


def test_too_large_is_tried_once_more_with_less() -> None:
    assert fate(413)[0] == "shrink"


def test_ttl_is_what_is_left_until_the_expiry() -> None:
    assert ttl_seconds(NOW + HOUR, NOW) == 3_600
    assert ttl_seconds(NOW - 1, NOW) < 0
    assert ttl_seconds(NOW + 10_000 * HOUR, NOW) == LONGEST_TTL_S


def test_urgency_follows_severity() -> None:
    assert [urgency(s) for s in ("Extreme", "severe", "moderate", "minor", "unknown")] == [
        *("high", "high", "normal", "low", "normal")
    ]


def test_a_topic_is_32_characters_of_base64url_and_says_nothing() -> None:
    allowed = set(string.ascii_letters + string.digits + "-_")
    assert len(topic("a-1")) == 32
    assert set(topic("a-1")) <= allowed
    assert topic("a-1") != topic("a-2")


def alert(headline: str, instruction: str = "") -> AlertPayload:
    return AlertPayload(
        alert="a-20261126-0123456789abcdef",
        root="a-20261126-0123456789abcdef",
        revision=2,
        headline=headline,
        instruction=instruction,
        severity="extreme",
        status="actual",
        message_type="update",
        expires_at_ms=NOW,
    )


@given(st.text(max_size=4_000), st.text(max_size=4_000))
def test_a_payload_is_never_over_its_limit(headline: str, instruction: str) -> None:
    for limit in (LONGEST, SHRUNK):
        body = encode(alert(headline, instruction), limit)
        assert len(body) <= limit
        assert msgspec.json.decode(body, type=AlertPayload).revision == 2


def test_a_headline_that_fits_is_whole_and_the_instruction_gives_way_first() -> None:
    body = msgspec.json.decode(encode(alert("Lũ lớn trên sông Hậu", "Sơ tán ngay. " * 500)))
    assert body["headline"] == "Lũ lớn trên sông Hậu"
    assert body["instruction"].endswith("…")
    assert body["kind"] == "alert"


def test_a_cut_ends_after_a_whole_word() -> None:
    assert cut("Nước sông Hậu lên nhanh, sơ tán ngay", 34) == "Nước sông Hậu lên nhanh…"


@given(st.text(alphabet="aảữ đ\u0301\u0323👩\u200d🚒🇻🇳👍🏽\ufe0f", max_size=60), st.integers(3, 120))
def test_a_cut_never_splits_what_a_reader_sees_as_one(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    if short.endswith("…") and not text.endswith("…"):
        whole = graphemes(cut(text, 10_000))
        kept = graphemes(short.removesuffix("…"))
        assert kept == whole[: len(kept)]
