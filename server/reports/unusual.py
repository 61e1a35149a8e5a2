"""How unusual a week's count of reports is for its place, against that place's own past weeks.

The method is EARS C2 of the CDC (L. Hutwagner, W. Thompson, G. M. Seeman, T. Treadwell, "The bioterrorism
preparedness and response Early Aberration Reporting System (EARS)", Journal of Urban Health 80, 2003, i89-i96): the
count is compared with the mean and standard deviation of a seven-step baseline that ends two steps earlier, so that a
slow rise does not hide itself. We step in weeks, since collaborators report in weekly rounds. It looks at topics and
places only.
"""

from collections.abc import Sequence
from math import sqrt

from msgspec import Struct

BASELINE_WEEKS = 7
LAG_WEEKS = 2
THRESHOLD = 3.0
"""C2 above this is called unusual, as in EARS."""
LEAST_DEVIATION = 0.5
"""Floor of the standard deviation: a place where nothing ever happens would otherwise divide by zero."""


class Unusual(Struct, frozen=True):
    """`expected` and `deviation` in reports a week; `score` is C2; `weeks` is how many past weeks stood behind it."""

    count: int
    expected: float
    deviation: float
    score: float
    weeks: int

    @property
    def is_unusual(self) -> bool:
        return self.score > THRESHOLD


def c2(history: Sequence[int], count: int) -> Unusual:
    """C2 = (count - mean(baseline)) / sd(baseline); sd with n - 1.

    `history`: counts of the weeks before, oldest first, the last one being last week's; at least LAG_WEEKS + 2 of them,
    else there is no baseline and the score is 0 (nothing is called unusual without a past).
    """
    baseline = history[: len(history) - LAG_WEEKS][-BASELINE_WEEKS:] if len(history) > LAG_WEEKS else []
    n = len(baseline)
    if n < 2:
        return Unusual(count=count, expected=0.0, deviation=0.0, score=0.0, weeks=n)
    mean = sum(baseline) / n
    deviation = max(sqrt(sum((x - mean) ** 2 for x in baseline) / (n - 1)), LEAST_DEVIATION)
    return Unusual(count=count, expected=mean, deviation=deviation, score=(count - mean) / deviation, weeks=n)
