"""No blank label in any language: a missing translation is filled with the form's own default language.

pyxform writes "-" where a language has no text, and makes a nameless language out of a `hint` column beside
`label::English`. Here each translatable column gets every language of the form, so that a person who switches never
reads a dash; what was missing is told as a warning with its first place.
"""

from server.forms.faults import Fault, fault
from server.forms.sheets import Heading, Row, Sheet, Workbook

_MEDIA = ("image", "big-image", "audio", "video")
_TRANSLATABLE = {
    "survey": ("label", "hint", "guidance_hint", "constraint_message", "required_message", *_MEDIA),
    "choices": ("label", *_MEDIA),
    "external_choices": (),
}  # fmt: skip
_UNNAMED = "default"


def languages_of(workbook: Workbook) -> list[str]:
    """Languages of the labels, the default first; empty when the form names none."""
    named: list[str] = []
    for name in ("survey", "choices"):
        named += [h.language for h in workbook.sheet(name).of("label") if h.language and h.language not in named]
    if not named:
        return []
    default = workbook.settings().get("default_language", "")
    if any(not heading.language for heading in workbook.sheet("survey").of("label")):
        named.insert(0, default or _UNNAMED)
    named = list(dict.fromkeys(named))
    if default in named:
        named.remove(default)
        named.insert(0, default)
    return named


def fill_translations(workbook: Workbook) -> list[Fault]:
    """Give every translatable column all languages, in place. Returns warnings of labels that had no translation."""
    languages = languages_of(workbook)
    warnings: list[Fault] = []
    if not languages:
        return warnings
    for name, columns in _TRANSLATABLE.items():
        sheet = workbook.sheets.get(name)
        for column in columns if sheet else ():
            if sheet and sheet.of(column):
                warnings += _fill_column(sheet, column, languages, workbook.settings().get("default_language", ""))
    return warnings


def _fill_column(sheet: Sheet, column: str, languages: list[str], default: str) -> list[Fault]:
    present = {heading.language or default or _UNNAMED: heading for heading in sheet.of(column)}
    spare = next((heading for heading in sheet.of(column) if not heading.language), None)
    warnings: list[Fault] = []
    for language in languages:
        heading = present.get(language)
        if heading is None:
            letters = spare.letters if spare else next(iter(sheet.of(column))).letters
            heading = Heading(letters, f"{column}::{language}", column, language)
        missing, used = list[Row](), ""
        for row in sheet.rows:
            if heading.text in row.cells:
                continue
            found = _text_elsewhere(row, languages, present, spare)
            if found:
                row.cells[heading.text] = found[0]
                missing.append(row)
                used = used or found[1]
        if heading not in sheet.headings and any(heading.text in row.cells for row in sheet.rows):
            sheet.headings.append(heading)
        if missing and column == "label" and language != _UNNAMED:
            place, count = sheet.place(missing[0], heading=heading), len(missing)
            warnings.append(
                fault("translation_missing", place, language=language, count=count, column=column, fallback=used)
            )
    if spare and (default or _UNNAMED) not in languages:
        _drop(sheet, spare)
    return warnings


def _text_elsewhere(
    row: Row, languages: list[str], present: dict[str, Heading], spare: Heading | None
) -> tuple[str, str] | None:
    """(text, language) of the first language that has one."""
    for other in languages:
        if other in present and present[other].text in row.cells:
            return row.cells[present[other].text], other
    return (row.cells[spare.text], _UNNAMED) if spare and spare.text in row.cells else None


def _drop(sheet: Sheet, heading: Heading) -> None:
    """Take a column away whose texts every language has by now."""
    sheet.headings.remove(heading)
    for row in sheet.rows:
        row.cells.pop(heading.text, None)
