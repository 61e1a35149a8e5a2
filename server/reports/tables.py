"""Tables as files: cells that a spreadsheet would execute are quoted, CSV and XLSX are written row by row. Pure.

A cell that begins with = + - @ or a control character runs as a formula in common spreadsheets (OWASP, "CSV
Injection"); it gets an apostrophe in front. Numbers stay numbers.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import IO

from openpyxl import Workbook

Cell = str | int | float | None
VIETNAM = timezone(timedelta(hours=7))
BOM = "\ufeff"
"""By which Excel knows that a CSV is UTF-8."""

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST = 32_000
"""A cell of XLSX holds 32,767 characters."""


def safe(cell: Cell) -> Cell:
    """The same cell, harmless."""
    if not isinstance(cell, str):
        return cell
    text = _CONTROL.sub("", cell)[:_LONGEST]
    if text.startswith(_RISKY) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def moment(ms: int) -> str:
    """Time in Vietnam, as both people and spreadsheets read it; "" for 0."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S") if ms else ""


def csv_rows(rows: Iterable[Sequence[Cell]]) -> str:
    """Some lines of CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()


class Sheet:
    """An XLSX that is written row by row into a temporary file, so that its size is none of the memory's business."""

    def __init__(self, title: str) -> None:
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title[:31])

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Append rows."""
        for row in rows:
            self._sheet.append([safe(cell) for cell in row])

    def finish(self) -> IO[bytes]:
        """The file, at its beginning; closing it removes it."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 the caller closes it
        self._book.save(file)
        file.seek(0)
        return file


def pieces(file: IO[bytes], size: int = 64 * 1024) -> Iterator[bytes]:
    """A file in pieces."""
    while piece := file.read(size):
        yield piece
