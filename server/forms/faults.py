"""What is wrong with a form file, and where: sheet, row, column and a plain sentence in both languages.

A Fault stops a form from being published; the same struct says a warning, which does not. `fault()` takes the words
from `words.py`; pyxform's own messages come in through `pyxform_faults.py`.
"""

from collections.abc import Iterable

from msgspec import Struct

from server.forms.words import WORDS
from server.problems import Language


class Place(Struct, frozen=True):
    """Where in the file: sheet as the author named it, row from 1, column as Excel letters, and its heading. Any may
    be missing.
    """

    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""

    def __str__(self) -> str:
        """`survey!C12`, `survey!12`, `survey` or nothing."""
        cell = f"{self.column}{self.row or ''}"
        return f"{self.sheet}!{cell}" if self.sheet and cell else self.sheet


NOWHERE = Place()


class Fault(Struct, frozen=True, omit_defaults=True):
    """One thing to correct. `code` is stable; `vi` and `en` are sentences for the author of the form."""

    code: str
    vi: str
    en: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""

    @property
    def place(self) -> Place:
        """Sheet, row and column together."""
        return Place(self.sheet, self.row, self.column, self.heading)

    def sentence(self, language: Language) -> str:
        """The plain sentence in a language."""
        return self.vi if language == "vi" else self.en

    def line(self, language: Language) -> str:
        """One printed line: `survey!C12: sentence`."""
        place = str(self.place)
        return f"{place}: {self.sentence(language)}" if place else self.sentence(language)


def fault(code: str, place: Place = NOWHERE, **details: object) -> Fault:
    """A fault with the words of its code, `{details}` filled in. Raises LookupError for an unknown code."""
    vi, en = WORDS[code]
    shown = {key: shorten(str(value)) for key, value in details.items()}
    return Fault(code, vi.format(**shown), en.format(**shown), place.sheet, place.row, place.column, place.heading)


def shorten(text: str, longest: int = 160) -> str:
    """One line of at most `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def first_of_each_place(faults: Iterable[Fault]) -> list[Fault]:
    """Faults without repeats: what was found first at a cell stands, what has no cell is told once per sentence."""
    kept: dict[tuple[object, ...], Fault] = {}
    for one in faults:
        key = (one.sheet, one.row, one.column) if one.row and one.column else (one.sheet, one.row, one.en)
        kept.setdefault(key, one)
    return list(kept.values())
