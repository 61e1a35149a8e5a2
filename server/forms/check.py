"""Every check of a workbook that needs no conversion: sheets, headings, features, expressions, long lists.

Runs in the child process of `convert`. Faults stop the form, warnings do not. pyxform stops at its first complaint;
these checks find the rest, so that an author corrects a sheet once.
"""

from difflib import get_close_matches

from server.forms.expressions import check_expressions
from server.forms.faults import Fault, Place, fault
from server.forms.features import find_features
from server.forms.sheets import Workbook

LONG_LIST = 1_000
"""Choices in one list from which phones are slow (0.4 s against 1.5 s at 4 x CPU with a CSV file)."""
STRUCTURAL = {"survey_missing", "heading_missing", "survey_empty"}
"""Faults after which nothing further is looked at."""


def check_workbook(workbook: Workbook) -> tuple[list[Fault], list[Fault]]:
    """(faults, warnings) of a workbook. With structural faults nothing further is looked at."""
    if faults := _check_structure(workbook):
        return faults, []
    faults, warnings = list[Fault](), _check_lists(workbook)
    for verdict, found in find_features(workbook):
        (faults if verdict == "refused" else warnings).append(found)
    faults += check_expressions(workbook)
    return faults, warnings


def _check_structure(workbook: Workbook) -> list[Fault]:
    survey = workbook.sheets.get("survey")
    if survey is None:
        close = get_close_matches("survey", [title.lower() for title in workbook.titles], 1, 0.6)
        similar = f" ({', '.join(workbook.titles)})" if close or workbook.titles else ""
        return [fault("survey_missing", similar=similar)]
    if not survey.of("type"):
        if len(workbook.titles) == 1 and survey.name != "survey":
            return [fault("survey_missing", similar=f" ({survey.title})")]
        return [fault("heading_missing", Place(survey.title, 1), heading="type")]
    if not any(survey.value(row, "type") for row in survey.rows):
        return [fault("survey_empty", Place(survey.title))]
    faults = []
    choices = workbook.sheets.get("choices")
    if choices and choices.rows:
        faults = [
            fault("heading_missing", Place(choices.title, 1), heading=column)
            for column in ("list_name", "name")
            if not choices.of(column)
        ]
    return faults


def _check_lists(workbook: Workbook) -> list[Fault]:
    choices, sizes, first = workbook.sheet("choices"), dict[str, int](), dict[str, Place]()
    for row in choices.rows:
        name = choices.value(row, "list_name")
        sizes[name] = sizes.get(name, 0) + 1
        first.setdefault(name, choices.place(row, "list_name"))
    return [fault("choices_long", first[name], name=name, count=n) for name, n in sizes.items() if n > LONG_LIST]
