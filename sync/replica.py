"""The phone's side of a sync as a table {(state, event): (state, effects)}: what to do next, whatever happens.

The transport owns time, network and storage: it executes the effects and reports one event for each busy state. The
state lives in memory only; a phone that was killed begins again in `idle` from what it stored. Every way out of a busy
state arms a timer, and every busy state has a time limit, so nothing is stuck while the app lives (I9).
Rules: LIVE-1 a timer is always armed, LIVE-4 busy states end, LIVE-5 wakes are never lost, LIVE-6 poison is parked.
`python -m sync.replica` is not run: `render` gives the table for PROTOCOL.md.
"""

from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

State = Literal[
    "idle", "sending", "saving", "adopting", "splitting", "repairing", "mending", "uploading", "waiting", "refused",
    "outdated", "revoked",
]  # fmt: skip
"""idle: nothing in hand, a timer armed · sending: POST /sync under way · saving: writing its answer, one transaction
· adopting: taking over another epoch · splitting: taking a new replica id · repairing: POST /sync/repair under way
· mending: writing its answer · uploading: attachments under way · waiting: failed, backoff armed · refused: the session
is not accepted · outdated: this app is too old for the server · revoked: erased, the end."""

Event = Literal[
    "woken", "answered", "epoch_differs", "replica_forked", "failed", "busy", "body_refused", "session_refused",
    "app_refused", "device_revoked", "saved_more", "saved_differs", "saved_same", "save_failed", "adopted", "split",
    "repair_answered", "mended_more", "mended_same", "mended_differs", "uploaded_more", "uploaded", "overdue",
]  # fmt: skip
"""woken: open, visible, online, webpush, a change was made, or a timer rang · answered: an answer that decodes and is
none of the special ones below · epoch_differs, replica_forked: seen in an answer · failed: no answer, or not ours (a
captive portal) · busy: 429 or 503 · body_refused: 400 or 413 · session_refused: 401 or 403 · app_refused: 426 ·
device_revoked: 410 · saved_*: page and cursor are in storage; more pages or changes wait / digest differs / all is the
same · mended_*: the same for a repair · uploaded_more / uploaded · overdue: a busy state's time limit passed."""

Effect = Literal[
    "send", "save", "adopt", "split", "repair", "mend", "upload", "arm_backoff", "arm_idle", "arm_slow", "halve_batch",
    "park", "forget_failures", "count_repair", "erase", "ask_enrolment", "ask_update",
]  # fmt: skip
"""send: build a request from the journal and POST it · save: outcomes, receipt, items, cursor in one strict
transaction · adopt: journal.adopt_epoch · split: outcomes and receipt, then journal.split_replica · repair, mend: the
same two steps for a repair · upload: the next attachment · arm_*: one timer that reports `woken`, after
backoff.next_try_ms, IDLE_MS or SLOW_MS · halve_batch: send half as many changes; when one change alone was refused,
`step` says park instead: journal.park, or the attachment that was refused is put aside · erase: data and keys."""

BUSY_LIMITS_MS: dict[State, int] = {
    "sending": 120_000,
    "saving": 30_000,
    "adopting": 30_000,
    "splitting": 30_000,
    "repairing": 120_000,
    "mending": 30_000,
    "uploading": 300_000,
}
IDLE_MS = 15 * 60_000
SLOW_MS = 6 * 3_600_000
FULL_BATCH = 500
"""The most changes in one request."""

_GIVE_UP: tuple[Effect, ...] = ("arm_backoff",)
_ANSWERS: dict[Event, tuple[State, tuple[Effect, ...]]] = {
    "failed": ("waiting", _GIVE_UP),
    "busy": ("waiting", _GIVE_UP),
    "overdue": ("waiting", _GIVE_UP),
    "session_refused": ("refused", ("ask_enrolment", "arm_slow")),
    "app_refused": ("outdated", ("ask_update", "arm_slow")),
    "device_revoked": ("revoked", ("erase",)),
}
_STORES: dict[Event, tuple[State, tuple[Effect, ...]]] = {
    "save_failed": ("waiting", _GIVE_UP),
    "overdue": ("waiting", _GIVE_UP),
}

TABLE: dict[tuple[State, Event], tuple[State, tuple[Effect, ...]]] = {
    ("idle", "woken"): ("sending", ("send",)),
    ("waiting", "woken"): ("sending", ("send",)),
    ("refused", "woken"): ("sending", ("send",)),
    ("outdated", "woken"): ("sending", ("send",)),
    ("sending", "answered"): ("saving", ("save",)),
    ("sending", "epoch_differs"): ("adopting", ("adopt",)),
    ("sending", "replica_forked"): ("splitting", ("split",)),
    ("sending", "body_refused"): ("waiting", ("halve_batch", "arm_backoff")),
    **{("sending", event): then for event, then in _ANSWERS.items()},
    ("saving", "saved_more"): ("sending", ("forget_failures", "send")),
    ("saving", "saved_differs"): ("repairing", ("count_repair", "repair")),
    ("saving", "saved_same"): ("uploading", ("forget_failures", "upload")),
    ("saving", "replica_forked"): ("splitting", ("split",)),
    **{("saving", event): then for event, then in _STORES.items()},
    ("adopting", "adopted"): ("sending", ("send",)),
    **{("adopting", event): then for event, then in _STORES.items()},
    ("splitting", "split"): ("sending", ("send",)),
    **{("splitting", event): then for event, then in _STORES.items()},
    ("repairing", "repair_answered"): ("mending", ("mend",)),
    ("repairing", "epoch_differs"): ("adopting", ("adopt",)),
    ("repairing", "body_refused"): ("waiting", _GIVE_UP),
    **{("repairing", event): then for event, then in _ANSWERS.items()},
    ("mending", "mended_more"): ("repairing", ("repair",)),
    ("mending", "mended_same"): ("uploading", ("forget_failures", "upload")),
    ("mending", "mended_differs"): ("waiting", _GIVE_UP),
    **{("mending", event): then for event, then in _STORES.items()},
    ("uploading", "uploaded_more"): ("uploading", ("upload",)),
    ("uploading", "uploaded"): ("idle", ("forget_failures", "arm_idle")),
    ("uploading", "body_refused"): ("uploading", ("park", "upload")),
    ("uploading", "save_failed"): ("waiting", _GIVE_UP),
    **{("uploading", event): then for event, then in _ANSWERS.items()},
}


class Replica(Struct, frozen=True):
    """What the table itself does not hold."""

    state: State = "idle"
    failures: int = 0
    """In a row; argument of backoff.next_try_ms."""
    woken: bool = False
    """Somebody woke it while it was busy: it goes round once more."""
    batch: int = FULL_BATCH
    """The most changes in the next request."""


def step(replica: Replica, event: Event, sent: int = 0) -> tuple[Replica, tuple[Effect, ...]]:
    """The next state and what to do. An event that the state does not know changes nothing: it came too late.

    `sent`: how many changes were in the last request; asked only with `body_refused`.
    """
    if event == "woken" and replica.state in BUSY_LIMITS_MS:
        return replace(replica, woken=True), ()
    if (replica.state, event) not in TABLE:
        return replica, ()
    state, effects = TABLE[replica.state, event]
    after = replace(replica, state=state)
    if event == "woken":
        after = replace(after, woken=False)
    for effect in effects:
        if effect == "forget_failures":
            after = replace(after, failures=0, batch=FULL_BATCH)
        elif effect == "halve_batch":
            after = replace(after, batch=max(1, sent // 2) if sent else after.batch)
        elif effect == "arm_backoff":
            after = replace(after, failures=after.failures + 1)
    if replica.woken and event in ("uploaded", "uploaded_more"):
        return replace(after, state="sending", woken=False), ("send",)
    if sent == 1:
        effects = tuple("park" if effect == "halve_batch" else effect for effect in effects)
    return after, effects


def render() -> str:
    """The table in Markdown, for PROTOCOL.md."""
    lines = ["| state | event | next state | effects |", "|---|---|---|---|"]
    for state in get_args(State):
        for event in get_args(Event):
            if (state, event) in TABLE:
                after, effects = TABLE[state, event]
                lines.append(f"| {state} | {event} | {after} | {', '.join(effects)} |")
    return "\n".join(lines) + "\n"
