"""Problems: every error that crosses HTTP, raised by any layer as `Problem("code", key=value)`.

The codes and their words are in server/problem_table.py; `server/http/failures.py` writes them as RFC 9457. Details
fill the `{key}` places of the sentences and travel as members of the document, so they must be plain JSON values and
must never carry secrets or internals. This module imports nothing else of the house.
"""

from typing import Any, Literal

from server.problem_table import PROBLEMS, Kind

__all__ = ["PROBLEMS", "Kind", "Language", "Problem", "preferred_language"]

Language = Literal["vi", "en"]


class Problem(Exception):  # noqa: N818 - the word of the house
    """An error that may cross HTTP. `code` is a key of PROBLEMS; `details` fill its sentences and join the document.

    Detail `retry_after_s` (seconds) also becomes the Retry-After header.
    """

    def __init__(self, code: str, **details: Any) -> None:
        if code not in PROBLEMS:
            raise LookupError(f"no problem is called {code}")
        super().__init__(code)
        self.code = code
        self.details = details

    @property
    def status(self) -> int:
        """The HTTP status of this problem."""
        return PROBLEMS[self.code].status

    def title(self, language: Language) -> str:
        """The title, the same for every problem of this code."""
        kind = PROBLEMS[self.code]
        return kind.title_vi if language == "vi" else kind.title_en

    def detail(self, language: Language) -> str:
        """The sentence for a person, with the details filled in."""
        kind = PROBLEMS[self.code]
        sentence = kind.detail_vi if language == "vi" else kind.detail_en
        return sentence.format_map(_Details(self.details))

    def document(self, language: Language) -> dict[str, Any]:
        """The RFC 9457 document, ready to be encoded."""
        return {
            **self.details,
            "type": f"urn:lang-nghe:problem:{self.code}",
            "title": self.title(language),
            "status": self.status,
            "code": self.code,
            "detail": self.detail(language),
        }


class _Details(dict[str, Any]):
    """Details for format_map: a place without its detail shows an ellipsis rather than failing inside an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def preferred_language(accept_language: str) -> Language:
    """The language to answer in, by an Accept-Language header: Vietnamese unless English weighs more."""
    weights = {"vi": 0.0, "en": 0.0}
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(parameter))
    return "en" if weights["en"] > weights["vi"] else "vi"


def _quality(parameter: str) -> float:
    """The weight in `q=0.8`; 1 where absent, 0 where unreadable."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
