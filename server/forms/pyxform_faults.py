"""pyxform's messages turned into faults with a place: `[row : 12] On the 'survey' sheet, the 'name' value …` and free
ones.

A message that no line here knows is still shown, word for word, at the best place that can be told. pyxform's
numbered messages are recognised by their own templates, so a new pyxform that only rewords them still lands in the
right code.
"""

import re
from functools import cache

from server.forms.faults import NOWHERE, Fault, Place, fault
from server.forms.sheets import Workbook

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"[Oo]n the '(\w+)' sheet|for sheet: '(\w+)'|in (?:the )?(survey|choices|settings) sheet")
_COLUMN = re.compile(r"the '([\w ()-]+?)' value")

_NUMBERED: dict[str, tuple[str, str, str]] = {
    "NAMES_001": ("name_twice", "survey", "name"),
    "NAMES_003": ("name_reserved", "survey", "name"),
    "NAMES_004": ("name_twice", "survey", "name"),
    "NAMES_005": ("name_reserved", "survey", "name"),
    "NAMES_006": ("choice_name_missing", "choices", "name"),
    "NAMES_007": ("choice_twice", "choices", "name"),
    "NAMES_008": ("name_invalid", "survey", "name"),
    "NAMES_009": ("name_invalid", "survey", "name"),
    "LABEL_001": ("choice_label_missing", "choices", "label"),
    "HEADER_003": ("heading_missing", "survey", ""),
    "PYREF_001": ("reference_unclosed", "survey", ""),
    "PYREF_003": ("reference_unknown", "survey", ""),
    "PYREF_004": ("reference_ambiguous", "survey", ""),
    "SURVEY_001": ("group_not_opened", "survey", "type"),
    "SURVEY_002": ("group_not_closed", "survey", "type"),
    "SURVEY_004": ("parameter_invalid", "survey", "parameters"),
    "SURVEY_005": ("parameter_invalid", "survey", "parameters"),
}
"""pyxform's code -> our code, and sheet and column where its message names none. RANGE_… count as parameter_invalid."""

_FREE: tuple[tuple[str, str, str, str], ...] = (
    (r"Question with no type", "type_missing", "survey", "type"),
    (r"Missing calculation", "calculation_missing", "survey", "calculation"),
    (r"Question or group with no name", "name_missing", "survey", "name"),
    (r"List name not in (?:external )?(?:choices|columns) sheet: (?P<value>\S+)", "list_unknown", "survey", "type"),
    (r"There should be a choices sheet(?P<value>)", "list_unknown", "survey", "type"),
    (r"Unknown question type '(?P<value>[^']+)'", "type_unknown", "survey", "type"),
    (r"Choice names with spaces.*See \[(?P<value>[^\]]*)\] in \[", "choice_with_space", "choices", "name"),
    (r"Choice filter not supported with or_other", "or_other_with_filter", "survey", "choice_filter"),
    (r"survey element named '(?P<value>[^']+)' has no label", "label_missing", "survey", "label"),
    (r"Row without name, text, or label", "row_skipped", "survey", "type"),
    (r"The 'disabled' column", "row_disabled", "survey", "disabled"),
    (r"Use the max-pixels parameter", "image_size_advice", "survey", "parameters"),
    (r"do not contain valid machine-readable codes: (?P<value>[^\n]*?)\.", "language_without_code", "survey", "label"),
    (r"uses or_other and translations", "or_other_untranslated", "survey", "type"),
    (
        r"instance id will be generated for different.*Instance name: '(?P<value>[^']+)'",
        "list_name_twice",
        "survey",
        "type",
    ),
    (r"(?:[Pp]arameter|value for|must be set to|seed value)", "parameter_invalid", "survey", "parameters"),
)
"""Pattern -> our code, sheet and column of pyxform's messages that have no number."""


def explain(message: str, workbook: Workbook) -> list[Fault]:
    """One or more faults for what pyxform said; it joins several findings of one kind by line breaks."""
    parts = [part for part in re.split(r"\n(?=\[row : )", message.strip()) if part.strip()]
    return [_explain_one(part.strip(), workbook) for part in parts] or [fault("pyxform_said", message="?")]


def _explain_one(message: str, workbook: Workbook) -> Fault:
    number = int(found[1]) if (found := _ROW.search(message)) else 0
    code, sheet, column, details = _recognise(message)
    if not any(re.search(pattern, message, re.DOTALL) for pattern, *_ in _FREE):
        if told := _SHEET.search(message):
            sheet = next(group for group in told.groups() if group)
        if told := _COLUMN.search(message):
            column = told[1].split(" (")[0]
    value = details.get("value") or details.get("name") or ""
    number = number or _row_of(workbook, sheet, column, value)
    place = _place(workbook, sheet, number, column)
    if code in {"name_invalid", "name_twice", "name_reserved"} and not value:
        value = _cell(workbook, place)
    if code == "reference_unclosed":
        details = {"expression": _cell(workbook, place)}
    details = {"message": _first_line(message), "name": details.get("q", value), "heading": details.get("missing", ""),
               "value": value, "expression": "", "similar": ""} | details  # fmt: skip
    return fault(code, place, **details)


def _recognise(message: str) -> tuple[str, str, str, dict[str, str]]:
    for name, template in _templates():
        if found := template.fullmatch(message):
            code, sheet, column = _NUMBERED.get(
                name, ("parameter_invalid" if name.startswith("RANGE") else "pyxform_said", "", "")
            )
            return code, sheet, column, {key: text or "" for key, text in found.groupdict().items()}
    for pattern, code, sheet, column in _FREE:
        if found := re.search(pattern, message, re.DOTALL):
            return code, sheet, column, {key: text or "" for key, text in found.groupdict().items()}
    return "pyxform_said", "survey" if _ROW.search(message) else "", "", {}


@cache
def _templates() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """pyxform's numbered messages as patterns, with a group for each `{token}`."""
    from pyxform.errors import ErrorCode

    patterns = []
    for code in ErrorCode:
        seen: set[str] = set()
        pattern = ""
        for text, token in re.findall(r"((?:[^{}]|\{\{|\}\})*)(\{\w+\})?", code.value.msg):
            pattern += re.escape(text.replace("{{", "{").replace("}}", "}"))
            if token and token[1:-1] not in seen:
                pattern += f"(?P<{token[1:-1]}>.*?)"
                seen.add(token[1:-1])
            elif token:
                pattern += ".*?"
        patterns.append((code.name, re.compile(pattern, re.DOTALL)))
    return tuple(patterns)


def _place(workbook: Workbook, name: str, number: int, column: str) -> Place:
    sheet = workbook.sheets.get(name)
    if sheet is None:
        return Place(name, number) if name and number else NOWHERE
    heading = next(iter(sheet.of(column)), None) or next((h for h in sheet.headings if h.text == column), None)
    if heading is None:
        return Place(sheet.title, number)
    return Place(sheet.title, number, heading.letters, heading.text)


def _row_of(workbook: Workbook, name: str, column: str, value: str) -> int:
    """The first row whose cell in `column`, or whose name, is `value`; a heading fault is in row 1; else 0."""
    sheet = workbook.sheets.get(name)
    if sheet is None or not value:
        return 0
    for wanted in (column, "name"):
        for row in sheet.rows:
            if sheet.value(row, wanted) in {value, f"select_one {value}", f"select_multiple {value}"}:
                return row.number
    return 0


def _cell(workbook: Workbook, place: Place) -> str:
    sheet = workbook.sheets.get(place.sheet.strip().lower())
    row = next((r for r in sheet.rows if r.number == place.row), None) if sheet else None
    return row.cells.get(place.heading, "") if row else ""


def _first_line(message: str) -> str:
    return re.sub(r"\s*Learn more: \S+", "", _ROW.sub("", message).split("\n")[0]).strip()
