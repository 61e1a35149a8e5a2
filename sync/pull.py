"""Where a pull begins, where a page ends, what a phone need not hold.

The cursor is opaque to the phone: epoch, hash of the scope, position in the feed. Whatever does not fit (a changed
scope, a position before the horizon, rubbish) begins at the head instead, and the digest at the end of the sync sends
the phone into a repair; only another epoch makes it forget its items, because a revision may then name another content.
Rules: PULL-1 cursor, PULL-2 page, PULL-3 positions, PULL-4 budget, PULL-6 unknown answers, SCOPE-5 scope change,
EPOCH-3, TOMB-3 horizon.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, get_args

from sync.canonical import canonical
from sync.protocol import ITEM_BUDGET, PROTOCOL_VERSION, ItemKind

PAGE_BYTES = 64 * 1024
LEAST_PAGE_BYTES = 4 * 1024
MOST_PAGE_BYTES = 1024 * 1024
KINDS = frozenset(get_args(ItemKind))


class Cursor(NamedTuple):
    epoch: str
    scope: str
    position: int


class Begin(NamedTuple):
    """Where to read from (`after` this position) and why."""

    after: int
    reason: Literal["continued", "first", "rubbish", "epoch", "scope", "horizon", "ahead"]


def pack_cursor(cursor: Cursor) -> str:
    """Opaque base64url text. Epoch and scope are ASCII without line breaks."""
    text = f"{cursor.epoch}\n{cursor.scope}\n{cursor.position}"
    return base64.urlsafe_b64encode(text.encode("ascii")).rstrip(b"=").decode()


def unpack_cursor(text: str) -> Cursor | None:
    """None for anything that `pack_cursor` did not write."""
    try:
        padded = text + "=" * (-len(text) % 4)
        parts = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split("\n")
    except ValueError:
        return None
    if len(parts) != 3 or not parts[2].isdecimal() or len(parts[2]) > 15:
        return None
    cursor = Cursor(parts[0], parts[1], int(parts[2]))
    return cursor if pack_cursor(cursor) == text else None


def scope_hash(person: str, role: str, areas: Iterable[str]) -> str:
    """16 hex digits that change whenever what the person may read changes."""
    return hashlib.sha256(canonical([person, role, sorted(areas)])).hexdigest()[:16]


def begin(text: str, epoch: str, scope: str, head: int, horizon: int) -> Begin:
    """Where the page begins. `head`: the feed's last position; `horizon`: the oldest position still served."""
    if not text:
        return Begin(0, "first")
    cursor = unpack_cursor(text)
    if cursor is None:
        return Begin(head, "rubbish")
    if cursor.epoch != epoch:
        return Begin(0, "epoch")
    if cursor.scope != scope:
        return Begin(head, "scope")
    if cursor.position > head:
        return Begin(head, "ahead")
    if cursor.position < horizon:
        return Begin(head, "horizon")
    return Begin(cursor.position, "continued")


def is_understood(answer: Any) -> bool:
    """Whether a decoded answer to POST /sync is one that this version knows in full: else nothing of it is saved, and
    above all not its cursor (PULL-6). A captive portal's answer is none either."""
    if not isinstance(answer, dict) or answer.get("protocol") != PROTOCOL_VERSION or not answer.get("epoch"):
        return False
    named = [*answer.get("items", ()), *answer.get("gone", ())]
    return all(isinstance(one, dict) and one.get("kind") in KINDS and one.get("id") for one in named)


def page_budget(asked: int) -> int:
    """Bytes of items in one page, out of the request's page_bytes (0: no wish)."""
    return min(max(asked, LEAST_PAGE_BYTES), MOST_PAGE_BYTES) if asked > 0 else PAGE_BYTES


def cut_page(sizes: Sequence[int], budget: int) -> int:
    """How many of the items (sizes in bytes, in order) go into the page: at least one, so that pulls advance."""
    used = 0
    for number, size in enumerate(sizes):
        used += size
        if used > budget and number:
            return number
    return len(sizes)


def next_position(after: int, sent: Sequence[int], more: bool, head: int) -> int:
    """The position of the next cursor: of the last row sent while there is more, else the head that was read."""
    last = sent[-1] if sent else after
    return max(after, last if more else head)


def may_leave(kind: str, state: str, open_conflicts: int) -> bool:
    """Whether an item over the budget may leave the phone: nothing that still asks something of somebody."""
    if open_conflicts:
        return False
    return state == "closed" if kind == "topic" else kind in ("submission", "answer", "delivery")


def choose_floor(held: int, leaving: Sequence[int], budget: int = ITEM_BUDGET) -> int:
    """At or below which position items that may leave do leave; 0 when all fit.

    `held`: how many items are in the scope; `leaving`: positions of those that may leave, oldest first (more than
    `held - budget` of them are not needed).
    """
    excess = min(held - budget, len(leaving))
    return leaving[excess - 1] if excess > 0 else 0
