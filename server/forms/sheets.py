"""A workbook as the author sees it: sheets, headings and cells, each with its place. No openpyxl outside
`read_workbook`.

Headings are XLSForm's, with their older names (`caption`, `relevance`, `count`), `label::English (en)` and
`bind::relevant` forms: `column` is the one canonical name, `language` what follows the `::`. Values are text, as
pyxform reads them.
"""

import io
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from server.forms.faults import Fault, Place, fault

SUPPORTED = ("survey", "choices", "settings", "external_choices", "entities", "osm")
MAX_COLUMNS = 400
_BLANK_ROWS_END = 60
_BLANK_COLUMNS_END = 20
_ERRORS = {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}

_OLDER_NAMES = {
    "caption": "label",
    "relevance": "relevant",
    "read_only": "readonly",
    "calculate": "calculation",
    "constraining_message": "constraint_message",
    "constraintmsg": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "command": "type",
    "tag": "name",
    "value": "name",
    "list name": "list_name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "set_form_id": "form_id",
    "id_string": "form_id",
    "set_form_title": "form_title",
    "title": "form_title",
}


class Heading(Struct, frozen=True):
    """One column: its letters, the heading as written, the canonical name and the language (empty: none named)."""

    letters: str
    text: str
    column: str
    language: str = ""


class Row(Struct):
    """One row by number (the heading is row 1) with the cells that hold something, by heading text."""

    number: int
    cells: dict[str, str]


class Sheet(Struct):
    """One sheet: `title` as the author wrote it, `name` in lower case."""

    title: str
    headings: list[Heading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The sheet's name as XLSForm knows it."""
        return self.title.strip().lower()

    def of(self, column: str) -> list[Heading]:
        """Headings of one canonical column: one per language."""
        return [heading for heading in self.headings if heading.column == column]

    def value(self, row: Row, column: str) -> str:
        """The cell of a canonical column that names no language first; empty when there is none."""
        return next((row.cells[h.text] for h in self.of(column) if h.text in row.cells), "")

    def place(self, row: Row | None = None, column: str = "", heading: Heading | None = None) -> Place:
        """The place of a cell. Falls back to the row, then the sheet."""
        found = heading or next(iter(self.of(column)), None)
        if found is None:
            return Place(self.title, row.number if row else 0)
        return Place(self.title, row.number if row else 1, found.letters, found.text)


class Workbook(Struct):
    """The sheets that XLSForm knows, by lower-case name, and the titles of all."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        """A sheet by name; an empty one when the workbook has none."""
        return self.sheets.get(name) or Sheet(name)

    def settings(self) -> dict[str, str]:
        """The settings row by canonical name."""
        sheet = self.sheet("settings")
        if not sheet.rows:
            return {}
        return {heading.column: sheet.rows[0].cells.get(heading.text, "") for heading in sheet.headings}


def canonical(text: str) -> tuple[str, str]:
    """(canonical column, language) of a heading: `Label::English (en)` is (`label`, `English (en)`)."""
    parts = [part.strip() for part in (text.split("::") if "::" in text else text.split(":"))]
    if len(parts) > 1 and parts[0] == "jr":
        parts = [f"jr:{parts[1]}", *parts[2:]]
    if len(parts) > 1 and parts[0].lower() in {"bind", "media", "control", "body"}:
        parts = [f"jr:{parts[2]}", *parts[3:]] if parts[1] == "jr" and len(parts) > 2 else parts[1:]
    name = "_".join(parts[0].split()).lower()
    return _OLDER_NAMES.get(name, name), "::".join(parts[1:])


def letters_of(index: int) -> str:
    """Excel letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_workbook(content: bytes) -> tuple[Workbook, list[Fault]]:
    """The cells of an .xlsx that `archive.inspect` let through, and faults of its cells. Formulas count by their last
    value.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        workbook, faults = Workbook(titles=list(book.sheetnames)), list[Fault]()
        for sheet in book.worksheets:
            name = str(sheet.title).strip().lower()
            if name not in SUPPORTED and len(book.sheetnames) > 1:
                continue
            sheet.reset_dimensions()
            read, found = _read_sheet(str(sheet.title), sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS))
            workbook.sheets[name if name in SUPPORTED else "survey"] = read
            faults += found
        return workbook, faults
    finally:
        book.close()


def _read_sheet(title: str, rows: Iterable[tuple[object, ...]]) -> tuple[Sheet, list[Fault]]:
    numbered = enumerate(rows, 1)
    sheet, faults = Sheet(title), list[Fault]()
    sheet.headings, faults = _read_headings(title, next(numbered, (1, ()))[1])
    indexes = [(_index_of(heading.letters), heading) for heading in sheet.headings]
    blank = 0
    for number, values in numbered:
        cells = {}
        for index, heading in indexes:
            if index >= len(values) or not (value := text_of(values[index])):
                continue
            cells[heading.text] = value
            if value in _ERRORS:
                faults.append(fault("cell_error", Place(title, number, heading.letters, heading.text), value=value))
        blank = 0 if cells else blank + 1
        if blank > _BLANK_ROWS_END:
            break
        if cells:
            sheet.rows.append(Row(number, cells))
    return sheet, faults


def _read_headings(title: str, values: tuple[object, ...]) -> tuple[list[Heading], list[Fault]]:
    headings, faults, blank = list[Heading](), list[Fault](), 0
    for index, value in enumerate(values):
        text = re.sub(r" +", " ", text_of(value))
        if not text:
            blank += 1
            if blank > _BLANK_COLUMNS_END:
                break
            continue
        blank = 0
        letters = letters_of(index)
        if any(heading.text == text for heading in headings):
            faults.append(fault("heading_twice", Place(title, 1, letters, text), heading=text))
            continue
        headings.append(Heading(letters, text, *canonical(text)))
    return headings, faults


def _index_of(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def text_of(value: object) -> str:
    """A cell as pyxform reads it: whole numbers without a point, TRUE and FALSE, no non-breaking spaces at the ends."""
    if value is None:
        return ""
    if value is True or value is False:
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\xa0", " ").strip()


def dense_rows(sheet: Sheet) -> Iterator[dict[str, str]]:
    """Rows from 2 on with the blank ones between, as pyxform counts them."""
    number = 2
    for row in sheet.rows:
        while number < row.number:
            yield {}
            number += 1
        yield row.cells
        number += 1
