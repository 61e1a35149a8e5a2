"""Named places where a process may die. Tests enumerate them; in production `reached` costs one comparison.

`LANGNGHE_CRASH_AT=point:n` kills the process (as kill -9 would) the nth time it reaches that point.
"""

import os
import signal
from collections.abc import Callable

POINTS = ("before_save", "after_save_before_commit", "after_commit_before_reply", "reply_lost", "during_relay")

_hook: Callable[[str], None] | None = None


def reached(point: str) -> None:
    if _hook is not None:
        _hook(point)


def set_hook(hook: Callable[[str], None] | None) -> None:
    """Called with the point's name; it may raise (an in-process crash) or kill."""
    global _hook  # noqa: PLW0603
    _hook = hook


def arm_from_environment() -> None:
    point, _, count = os.environ.get("LANGNGHE_CRASH_AT", "").partition(":")
    if not point:
        return
    if point not in POINTS:
        raise ValueError(f"LANGNGHE_CRASH_AT names no crash point: {point}")
    left = [int(count or 1)]

    def die(at: str) -> None:
        if at == point:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    set_hook(die)
