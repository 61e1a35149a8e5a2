"""Facts after commit, in the past tense: what the outbox carries from a transaction to the relay's handlers.

An event is written in the same transaction as the change that made it true, so it is lost or doubled no more than the
change itself. It says what happened and to what, never what should be done. `of_item` is the one place that decides
which events a change of an item gives rise to. Pure: no I/O, no clock.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class _Fact(Struct, frozen=True, kw_only=True, tag=True, tag_field="event", omit_defaults=True):
    """Base of every event: immutable; the name of the struct is its tag on the wire."""

    project: str


class SubmissionReceived(_Fact, frozen=True):
    """A submission was created or amended (`revision` > 1)."""

    submission: str
    revision: int
    area: str = ""
    topic: str = ""
    form: str = ""
    person: str = ""


class TopicMarkedUrgent(_Fact, frozen=True):
    """A topic's urgency or state became urgent."""

    topic: str
    area: str
    person: str = ""


class AnswerGiven(_Fact, frozen=True):
    """An official answer to a topic was given or reworded."""

    answer: str
    topic: str
    area: str


class DeliveryReported(_Fact, frozen=True):
    """A device said of an alert that it was shown, opened or confirmed; 0 where it said nothing (ms)."""

    alert: str
    device: str
    shown_at_ms: int = 0
    opened_at_ms: int = 0
    confirmed_at_ms: int = 0


class FormPublished(_Fact, frozen=True):
    """A form version became available."""

    form: str
    version: str


class AlertSubmitted(_Fact, frozen=True):
    """An alert was composed and waits: for a second person (`needs_approval`) or for its undo window to pass."""

    alert: str
    needs_approval: bool = False


class AlertApproved(_Fact, frozen=True):
    """A second person approved a wide extreme alert."""

    alert: str
    person: str


class AlertUndone(_Fact, frozen=True):
    """The author took an alert back within its undo window; nobody has seen it."""

    alert: str


class AlertSent(_Fact, frozen=True):
    """An alert's undo window passed: it stands in the feed, its deliveries are to be queued."""

    alert: str


class AlertCancelled(_Fact, frozen=True):
    """An alert that had been sent was cancelled by the message `cancelled_by`."""

    alert: str
    cancelled_by: str


class AlertExpired(_Fact, frozen=True):
    """An alert's time ran out."""

    alert: str


class AlertEscalated(_Fact, frozen=True):
    """A severe alert is unconfirmed by `unconfirmed` devices of an area: step coordinator, board or call_list."""

    alert: str
    area: str
    step: str
    unconfirmed: int


class SubscriptionEnded(_Fact, frozen=True):
    """The push service said (404 or 410) that a device's subscription is gone."""

    device: str
    status: int


class SenderRefused(_Fact, frozen=True):
    """A push service refused our request itself (400, 401, 403): the operator must look."""

    host: str
    status: int
    reason: str = ""


class DeviceRevoked(_Fact, frozen=True):
    """A device lost its access."""

    device: str


class ReminderAsked(_Fact, frozen=True):
    """Somebody who leads a person wants that person's phones to say that reports still wait there."""

    person: str
    by: str


Event = (
    SubmissionReceived
    | TopicMarkedUrgent
    | AnswerGiven
    | DeliveryReported
    | FormPublished
    | AlertSubmitted
    | AlertApproved
    | AlertUndone
    | AlertSent
    | AlertCancelled
    | AlertExpired
    | AlertEscalated
    | SubscriptionEnded
    | SenderRefused
    | DeviceRevoked
    | ReminderAsked
)


DONE_AT_ONCE = frozenset({"SubmissionReceived"})
"""So frequent that, while nothing follows from it, it is written as done; the relay never sees it (a test holds it)."""


class OutboxRow(Struct, frozen=True):
    """What the store keeps of an event: the struct's name and its canonical JSON."""

    project: str
    event: str
    body: bytes
    at_ms: int


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def to_row(event: Event, at_ms: int) -> OutboxRow:
    """Encode an event for the outbox; `at_ms` is the server's clock."""
    return OutboxRow(event.project, type(event).__name__, _ENCODER.encode(event), at_ms)


def from_body(body: bytes) -> Event:
    """Decode an outbox row's body. Raises msgspec.ValidationError for an event this version does not know."""
    return _DECODER.decode(body)


def of_item(
    project: str,
    kind: str,
    item: str,
    *,
    revision: int,
    before: Mapping[str, str],
    after: Mapping[str, str],
    person: str,
) -> list[Event]:
    """Events of one change that took effect. `before` is empty for a creation; both are the whole item's fields."""
    if kind == "submission":
        return [
            SubmissionReceived(
                project=project,
                submission=item,
                revision=revision,
                area=after.get("area", ""),
                topic=after.get("topic", ""),
                form=after.get("form", ""),
                person=person,
            )
        ]
    if kind == "topic" and _is_urgent(after) and not _is_urgent(before):
        return [TopicMarkedUrgent(project=project, topic=item, area=after.get("area", ""), person=person)]
    if kind == "answer" and before.get("text") != after.get("text"):
        return [AnswerGiven(project=project, answer=item, topic=after.get("topic", ""), area=after.get("area", ""))]
    if kind == "delivery":
        alert, _, device = item.partition(":")
        reported = {name: _number(after.get(name)) for name in ("shown_at_ms", "opened_at_ms", "confirmed_at_ms")}
        return [DeliveryReported(project=project, alert=alert, device=device, **reported)]
    return []


def _is_urgent(topic: Mapping[str, str]) -> bool:
    return topic.get("urgency") == "urgent" or topic.get("state") == "urgent"


def _number(text: str | None) -> int:
    """Milliseconds that a phone wrote as text; what is no number counts as not said."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else 0
