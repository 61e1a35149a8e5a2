"""When a webpush of an alert may go out: at once, after the quiet hours, or with others as a digest. Pure.

Extreme and severe alerts, updates and cancellations of them go at once, at any hour. What is small waits for the
morning, unless it would be over by then; minor ones of a quarter of an hour reach a phone as one notification.
"""

from typing import Final

from server.settings import AlertRules

DAY: Final = 24 * 60
MINUTE_MS: Final = 60_000
URGENT: Final = frozenset({"extreme", "severe"})
AHEAD_MS: Final = 10 * MINUTE_MS
"""Urgent deliveries stand this much earlier in the queue than others of the same moment."""


def first_try_ms(severity: str, expires_at_ms: int, now_ms: int, rules: AlertRules) -> int:
    """When the first webpush is due."""
    if severity in URGENT:
        return now_ms - AHEAD_MS
    due = quiet_until_ms(now_ms, rules)
    if is_digested(severity, rules):
        window = rules.digest_minutes * MINUTE_MS
        due = -(-due // window) * window
    return due if due < expires_at_ms else now_ms


def is_digested(severity: str, rules: AlertRules) -> bool:
    """Whether several of these may share one notification."""
    return severity == "minor" and rules.digest_minutes > 0


def quiet_until_ms(now_ms: int, rules: AlertRules) -> int:
    """The end of the quiet hours that `now_ms` lies in; `now_ms` itself outside of them."""
    begins, ends = rules.quiet
    if begins == ends:
        return now_ms
    local = now_ms // MINUTE_MS + rules.utc_offset_minutes
    minute = local % DAY
    is_quiet = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if not is_quiet:
        return now_ms
    return (local + (ends - minute) % DAY - rules.utc_offset_minutes) * MINUTE_MS
