"""Rate limits: a token bucket per device (per address where nobody is enrolled), with Retry-After.

Per process: several workers let through that many times more, which still bounds what one device costs. Time is an
argument, so the tests need no waiting.
"""

from collections import OrderedDict
from math import ceil

from server.problems import Problem


class Buckets:
    """Token buckets by key. `per_minute` tokens flow in evenly; a bucket holds `burst`. Forgets the longest unused."""

    def __init__(self, per_minute: float, burst: int, remembered: int = 20_000) -> None:
        self._per_s = per_minute / 60
        self._burst = burst
        self._remembered = remembered
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now_s: float, tokens: float = 1) -> None:
        """Take tokens from the bucket of a key. Problem too_many_requests with seconds to wait when it is empty."""
        level, at_s = self._levels.get(key, (float(self._burst), now_s))
        level = min(float(self._burst), level + max(0.0, now_s - at_s) * self._per_s)
        if level < tokens:
            self._keep(key, level, now_s)
            raise Problem("too_many_requests", retry_after_s=max(1, ceil((tokens - level) / self._per_s)))
        self._keep(key, level - tokens, now_s)

    def _keep(self, key: str, level: float, now_s: float) -> None:
        self._levels[key] = (level, now_s)
        self._levels.move_to_end(key)
        while len(self._levels) > self._remembered:
            self._levels.popitem(last=False)
