"""What a replica brings, spelled and hashed in the caller's thread, before its transaction. Rules: CAN-1, CAN-2."""

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from server.problems import Problem
from server.store.actor import Actor
from server.store.changes import StoredChange
from sync import state
from sync.canonical import change_bytes
from sync.protocol import Change, Health, Outcome
from sync.push import MAX_ID
from sync.ranges import Range

MAX_CHANGES = 1_000
"""The most changes one request may carry."""


class Push(Struct, frozen=True, kw_only=True):
    """What one request brings, hashed and spelled before the transaction begins. `epoch`: the one the phone knows, ""
    for any."""

    project: str
    speaker: state.Actor
    changes: Sequence[Change]
    arrived: Sequence[StoredChange]
    now_ms: int
    made_up_to: int = 0
    lost: Sequence[Range] = ()
    epoch: str = ""
    health: Health | None = None
    above: frozenset[str] = frozenset()
    """Ancestors of the speaker's areas: what is for the province is for its communes."""


def spell(
    actor: Actor,
    replica: str,
    changes: Sequence[Change],
    *,
    now_ms: int,
    made_up_to: int = 0,
    lost: Sequence[Range] = (),
    epoch: str = "",
    health: Health | None = None,
) -> Push:
    """A push of one of the actor's replicas. Problem body_malformed."""
    if len(changes) > MAX_CHANGES:
        raise Problem("body_malformed", fault=f"more than {MAX_CHANGES} changes")
    speaker = state.Actor(
        replica=replica,
        person=actor.person,
        name=actor.name,
        role=actor.role,
        device=actor.device,
        areas=actor.below,
    )
    return Push(
        project=actor.project,
        speaker=speaker,
        changes=changes,
        arrived=[arrived_change(speaker, change, now_ms) for change in changes],
        now_ms=now_ms,
        made_up_to=max([made_up_to, *(change.sequence for change in changes)]),
        lost=lost,
        epoch=epoch,
        health=health,
        above=actor.above,
    )


def arrived_change(speaker: state.Actor, change: Change, now_ms: int) -> StoredChange:
    """A change as it is kept, not judged yet. Problem body_malformed."""
    try:
        body = change_bytes(speaker.replica, change)
    except ValueError as error:
        raise Problem("body_malformed", fault=f"change {change.sequence}: {error}") from error
    return StoredChange(
        replica=speaker.replica,
        sequence=change.sequence,
        hash=hashlib.sha256(body).hexdigest(),
        kind=change.kind,
        item=change.id[:MAX_ID].replace("\0", ""),
        body=body,
        outcome=Outcome(sequence=change.sequence, result="held"),
        person=speaker.person,
        device=speaker.device,
        received_at_ms=now_ms,
    )
