"""Builds XLSForm workbooks for tests: a sheet is a list of rows, the first its headings."""

import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook as Book

Rows = Sequence[Sequence[object]]


def workbook(survey: Rows | None = None, choices: Rows = (), settings: Rows | None = None, **more: Rows) -> bytes:
    """The bytes of an .xlsx. Settings default to an id and a version; `settings=()` leaves the sheet out."""
    book = Book()
    book.remove(book.worksheets[0])
    if settings is None:
        settings = [("form_title", "form_id", "version"), ("Thử", "thu", "1")]
    sheets = {"survey": survey, "choices": choices, "settings": settings, **more}
    for title, rows in sheets.items():
        if rows:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
    if not book.worksheets:
        book.create_sheet("Sheet1")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same zip with one more entry, or with that entry replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return file.getvalue()


QUESTIONS = ("type", "name", "label", "relevant", "constraint", "calculation", "appearance", "choice_filter")
YES_NO = [("list_name", "name", "label"), ("yn", "yes", "Có"), ("yn", "no", "Không")]
