"""What a message asks of the push service, and what to do with its answer. Pure: time and chance are arguments.

The rules of RFC 8030 that matter here: TTL comes from the alert's expiry, Urgency from its severity, Topic from the
root of its chain, so that an update replaces what has not been delivered. A subscription is given up on 404 and 410
only: never for a network error, never for a refusal that our own request may have earned.
"""

import base64
import hashlib
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from msgspec import Struct

LONGEST_TTL_S: Final = 28 * 24 * 3600
"""What the strictest of the allowed services (FCM) takes."""
FIRST_WAIT_MS: Final = 2_000
LONGEST_WAIT_MS: Final = 15 * 60_000
REFUSED_WAIT_MS: Final = 5 * 60_000
LONGEST_RETRY_AFTER_MS: Final = 6 * 3_600_000

Urgency = Literal["very-low", "low", "normal", "high"]
Fate = Literal["accepted", "gone", "later", "shrink", "refused", "expired"]
"""accepted: the service took it · gone: the subscription ended, prune it · later: try again at `next_try_at_ms` ·
shrink: too large, once more with less · refused: our request is at fault, alarm the operator, try slowly · expired."""


class Answer(Struct, frozen=True):
    """What came back. `status` is 0 when nothing came (network, timeout); `retry_after` is the header as it stood."""

    status: int
    retry_after: str = ""
    reason: str = ""


class Verdict(Struct, frozen=True):
    """What follows. `next_try_at_ms` is 0 where there is no further try."""

    fate: Fate
    next_try_at_ms: int = 0


def ttl_seconds(expires_at_ms: int, now_ms: int) -> int:
    """Seconds that the push service may keep the message. 0 or less: it must not be sent any more."""
    return min(LONGEST_TTL_S, (expires_at_ms - now_ms) // 1000)


def urgency(severity: str) -> Urgency:
    """RFC 8030 urgency of a CAP severity. `high` wakes a sleeping phone."""
    by_severity: dict[str, Urgency] = {"extreme": "high", "severe": "high", "moderate": "normal", "minor": "low"}
    return by_severity.get(severity.lower(), "normal")


def topic(root: str) -> str:
    """32 base64url characters that stand for an alert and all its updates. Tells the push service nothing of it."""
    return base64.urlsafe_b64encode(hashlib.sha256(root.encode()).digest()[:24]).decode()


def judge(answer: Answer, *, attempts: int, now_ms: int, expires_at_ms: int, chance: float) -> Verdict:
    """What to do after the `attempts`-th try (from 1). `chance` in [0, 1) spreads the retries of many."""
    if 200 <= answer.status < 300:
        return Verdict("accepted")
    if answer.status in (404, 410):
        return Verdict("gone")
    if answer.status == 413:
        return Verdict("shrink", now_ms)
    if answer.status in (0, 408, 425, 429) or answer.status >= 500:
        asked = retry_after_ms(answer.retry_after, now_ms)
        return _until(Verdict("later", now_ms + max(asked, _wait_ms(attempts, chance))), expires_at_ms)
    wait = REFUSED_WAIT_MS * 2 ** min(attempts - 1, 4)
    return _until(Verdict("refused", now_ms + int(wait * (1 + chance / 4))), expires_at_ms)


def retry_after_ms(header: str, now_ms: int) -> int:
    """Milliseconds to wait by a Retry-After header (seconds or a date); 0 when there is none that can be read."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        wait = int(text[:9]) * 1000
    else:
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError, OverflowError):
            return 0
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        wait = int(at.timestamp() * 1000) - now_ms
    return max(0, min(wait, LONGEST_RETRY_AFTER_MS))


def _wait_ms(attempts: int, chance: float) -> int:
    """Doubling, capped, and spread over its upper half, so that ten thousand phones do not come back together."""
    wait = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(attempts - 1, 16))
    return int(wait * (0.5 + chance / 2))


def _until(verdict: Verdict, expires_at_ms: int) -> Verdict:
    """A try that would come after the expiry is none."""
    return verdict if verdict.next_try_at_ms < expires_at_ms else Verdict("expired")
