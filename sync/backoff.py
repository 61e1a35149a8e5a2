"""When to try again: full jitter under a growing cap, so that phones that fell together do not come back together.

Randomness is an argument. Rules: LIVE-2 cap, LIVE-3 Retry-After is honoured.
"""

FIRST_MS = 2_000
CAP_MS = 300_000


def next_try_ms(failures: int, random: float, retry_after_ms: int = 0) -> int:
    """Wait in ms after so many failures in a row (1 the first time). `random` in [0, 1).

    Never less than half a second (a radio that flaps), never less than the server asked for, never more than the cap
    beyond it.
    """
    ceiling = min(CAP_MS, FIRST_MS * 2 ** min(max(failures, 1) - 1, 20))
    return retry_after_ms + max(500, int(random * ceiling))
