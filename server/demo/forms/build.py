"""Writes the demo's XLSForms beside this file: `python -m server.demo.forms.build`."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from server.demo.forms.quarterly_survey import FORM as QUARTERLY_SURVEY
from server.demo.forms.quick_report import FORM as QUICK_REPORT
from server.demo.forms.sheets import CHOICES, SETTINGS, SURVEY, FormSheets

FORMS = (QUICK_REPORT, QUARTERLY_SURVEY)
FOLDER = Path(__file__).parent


def path_of(form: FormSheets) -> Path:
    """Where the workbook of a form lies."""
    return FOLDER / f"{form.file}.xlsx"


def rows_of(form: FormSheets) -> dict[str, list[tuple[str, ...]]]:
    """Sheet name -> rows, headings first; columns that no row uses are left out."""
    return {
        "survey": _table(SURVEY, form.survey),
        "choices": _table((*CHOICES, *form.filters), form.choices),
        "settings": [SETTINGS, form.settings],
    }


def _table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    unknown = {name for row in rows for name in row} - set(columns)
    if unknown:
        raise LookupError(f"no column is called {sorted(unknown)}")
    used = [column for column in columns if any(row.get(column) for row in rows)]
    return [tuple(used), *(tuple(row.get(column, "") for column in used) for row in rows)]


def build(form: FormSheets) -> Workbook:
    """The workbook of a form, with its headings frozen and readable widths."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in rows_of(form).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([cell or None for cell in row])
        sheet.freeze_panes = "C2"
        for number, heading in enumerate(rows[0]):
            cell = sheet.cell(1, number + 1)
            cell.font = Font(bold=True)
            width = 44 if "::" in heading else 22
            sheet.column_dimensions[cell.column_letter].width = width
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    return book


if __name__ == "__main__":
    for one in FORMS:
        build(one).save(path_of(one))
