"""From due deliveries to webpush messages: which words, for whom, how urgent. Pure.

A phone with several minor alerts due at once gets one digest; an escalation speaks its own notice; everything else is
the alert itself in the person's language.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from server.jobs.rules import is_digested
from server.settings import AlertRules
from server.store.alerts import Alert
from server.store.sending import Sending
from server.webpush import policy
from server.webpush.payload import LONGEST, AlertPayload, Payload, SyncPayload, encode
from server.webpush.sender import Message

MARKS: Final = {
    "vi": {"exercise": "[DIỄN TẬP] ", "test": "[THỬ] "},
    "en": {"exercise": "[EXERCISE] ", "test": "[TEST] "},
}


LETTER_MS: Final = 3 * 24 * 3_600_000
"""How long a push service keeps a notice that speaks of no alert."""


class Post(Struct, frozen=True):
    """What one message answers for: usually one delivery, several for a digest."""

    sendings: tuple[Sending, ...]
    alert: Alert
    """The one whose expiry and severity count."""


def alert_of(sending: Sending) -> str:
    """Id of the alert that a delivery speaks of: a notice's key is `ALERT!STEP:TIME`."""
    return sending.alert.partition("!")[0]


def stand_in(sending: Sending, now_ms: int) -> Alert | None:
    """For a notice that speaks of no alert (an answer): something as urgent as a letter. None for anything else."""
    is_letter = sending.notice and sending.alert.startswith(("answer!", "remind!", "alarm!"))
    return (
        Alert(project="", alert=sending.alert, severity="moderate", expires_at_ms=now_ms + LETTER_MS)
        if is_letter
        else None
    )


def group(sendings: Iterable[Sending], alerts: Mapping[str, Alert], rules: AlertRules) -> list[Post]:
    """Gather minor alerts per device; the first of a digest is the one that expires last."""
    posts = []
    small: dict[str, list[Sending]] = {}
    for sending in sendings:
        alert = alerts[alert_of(sending)]
        is_plain = not sending.notice and alert.message_type == "alert"
        if is_plain and is_digested(alert.severity, rules):
            small.setdefault(sending.device, []).append(sending)
        else:
            posts.append(Post((sending,), alert))
    for theirs in small.values():
        theirs.sort(key=lambda one: -alerts[alert_of(one)].expires_at_ms)
        posts.append(Post(tuple(theirs), alerts[alert_of(theirs[0])]))
    return posts


def headline(alert: Alert, language: str) -> str:
    """The headline in the person's language where there is one."""
    return (alert.body.get("headline_en") if language == "en" else "") or alert.body.get("headline", "")


def marked(alert: Alert, language: str) -> str:
    """The same where the phone cannot know that it is no real emergency: in digests and notices."""
    mark = MARKS["en" if language == "en" else "vi"].get(alert.body.get("status", ""), "")
    return mark + headline(alert, language)


def message(post: Post, *, now_ms: int, start_before_s: float) -> Message:
    """The message of a post. Its TTL is 0 or less when it comes too late."""
    first, alert = post.sendings[0], post.alert
    limit = min(one.payload_limit or LONGEST for one in post.sendings)
    return Message(
        endpoint=first.endpoint,
        p256dh=first.p256dh,
        auth=first.auth,
        payload=encode(_payload(post), limit),
        ttl_s=policy.ttl_seconds(alert.expires_at_ms, now_ms),
        urgency="high" if first.notice and alert.root else policy.urgency(alert.severity),
        topic=policy.topic(_topic_of(post)),
        start_before_s=start_before_s,
    )


def _payload(post: Post) -> Payload:
    first, alert = post.sendings[0], post.alert
    if first.notice:
        return SyncPayload(headline=first.notice)
    if len(post.sendings) > 1:
        words, others = marked(alert, first.language), len(post.sendings) - 1
        more = f"{words} (and {others} more)" if first.language == "en" else f"{words} (và {others} thông báo khác)"
        return SyncPayload(headline=more, count=len(post.sendings))
    is_english = first.language == "en" and bool(alert.body.get("instruction_en"))
    return AlertPayload(
        alert=alert.alert,
        root=alert.root,
        revision=alert.revision,
        headline=headline(alert, first.language),
        severity=alert.severity,
        status=alert.body.get("status", "actual"),
        message_type=alert.message_type,
        expires_at_ms=alert.expires_at_ms,
        instruction=alert.body.get("instruction_en" if is_english else "instruction", ""),
    )


def _topic_of(post: Post) -> str:
    """Updates share the topic of their root, so that they replace it; a notice or digest must not replace an alert."""
    if post.sendings[0].notice:
        return post.sendings[0].alert
    return "digest" if len(post.sendings) > 1 else post.alert.root
