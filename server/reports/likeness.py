"""How alike two texts are: cosine of their words without marks, a rare word counting for more. Pure.

Words are weighed by inverse document frequency among the candidates (K. Spärck Jones, "A statistical interpretation of
term specificity", Journal of Documentation 28, 1972), so that what everybody says proves nothing.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log, sqrt

from server.reports.places import fold

_WORD = re.compile(r"[a-z0-9]{2,}")
_EMPTY = set(
    "va la co khong cho cua cac nhung mot nguoi ba con nhieu de o tai dang da se nay do duoc bi voi thi ma rat".split()  # noqa: SIM905
)


def words_of(text: str) -> Counter[str]:
    """Words without marks, and pairs of neighbours, since one Vietnamese word is often two syllables."""
    plain = [word for word in _WORD.findall(fold(text)) if word not in _EMPTY]
    return Counter([*plain, *(f"{a} {b}" for a, b in pairwise(plain))])


def free_text(fields: Mapping[str, str]) -> str:
    """What a person wrote in own words: answers of three words or more."""
    return " ".join(text for path, text in fields.items() if path.startswith("/") and text.count(" ") >= 2)


def rank(text: str, candidates: Sequence[str]) -> list[float]:
    """Likeness of each candidate, 0 to 1."""
    asked, bags = words_of(text), [words_of(one) for one in candidates]
    seen = Counter(word for bag in bags for word in bag)
    weight = {word: log((1 + len(bags)) / (1 + seen[word])) + 1 for word in seen.keys() | asked.keys()}

    def length(bag: Counter[str]) -> float:
        return sqrt(sum((count * weight[word]) ** 2 for word, count in bag.items())) or 1.0

    own = length(asked)
    return [
        sum(asked[word] * count * weight[word] ** 2 for word, count in bag.items() if word in asked)
        / (own * length(bag))
        for bag in bags
    ]
