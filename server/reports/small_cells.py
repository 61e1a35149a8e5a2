"""Suppression of small cells: no figure is shown that speaks of fewer than K reports of the public (DESIGN, section 1).

One hidden cell in a row with a shown total could be computed back, so where exactly one is hidden the next smallest
goes too (complementary suppression; Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980).
Zero is shown: it says that nobody reported, which is about a place and not about a person.
"""

from collections.abc import Mapping
from typing import TypeVar

K = 5
"""Smallest count that may be shown (k >= 5)."""

Key = TypeVar("Key")


def suppress(cells: Mapping[Key, int], *, total_shown: bool = True) -> dict[Key, int | None]:
    """The same cells with None for what must not be shown."""
    hidden = {key for key, count in cells.items() if 0 < count < K}
    if total_shown and len(hidden) == 1:
        rest = [
            (count, index, key) for index, (key, count) in enumerate(cells.items()) if key not in hidden and count > 0
        ]
        if rest:
            hidden.add(min(rest, key=lambda row: row[:2])[2])
    return {key: None if key in hidden else count for key, count in cells.items()}
