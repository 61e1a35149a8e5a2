"""A form file's bytes in, a Reading out: archive, cells, checks, privacy, languages, and pyxform at the end.

Runs inside the child process only (`child.py` starts it, `convert.py` starts that). Never raises for what a file holds,
except MemoryError.
"""

import hashlib
import re
from pathlib import PurePath

from server.forms.archive import has_macros, inspect
from server.forms.check import STRUCTURAL, check_workbook
from server.forms.expressions import list_expressions
from server.forms.external import move_external_choices
from server.forms.faults import Fault, fault, first_of_each_place
from server.forms.paths import walk
from server.forms.privacy import find_personal, fold
from server.forms.pyxform_faults import explain
from server.forms.reading import Reading
from server.forms.sheets import Sheet, Workbook, dense_rows, read_workbook
from server.forms.translations import fill_translations, languages_of


def read(content: bytes, filename: str) -> Reading:
    """All that a form file says, or its faults. `filename` gives a form id where the settings name none."""
    if faults := inspect(content):
        return Reading(faults=faults)
    try:
        workbook, faults = read_workbook(content)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception:  # noqa: BLE001 - openpyxl fails in many ways on a damaged workbook; all mean the same to the author
        return Reading(faults=[fault("file_not_xlsx")])
    found, warnings = check_workbook(workbook)
    faults += found
    if any(one.code in STRUCTURAL for one in found):
        return Reading(faults=faults)
    if has_macros(content):
        warnings.append(fault("macros_ignored"))
    return _convert(workbook, _Identity(workbook, content, filename), faults, warnings)


class _Identity:
    """Form id, version, title and root element, from the settings or, where they are silent, from the file."""

    def __init__(self, workbook: Workbook, content: bytes, filename: str) -> None:
        settings, sheet = workbook.settings(), workbook.sheet("settings")
        row = sheet.rows[0] if sheet.rows else None
        self.warnings: list[Fault] = []
        said = settings.get("form_id", "")
        self.form = _slug(said or PurePath(filename).stem)[:64] or "form"
        if not said:
            self.warnings.append(fault("form_id_missing", sheet.place(), form=self.form))
        elif said != self.form:
            self.warnings.append(fault("form_id_changed", sheet.place(row, "form_id"), form=self.form))
        self.version_place = sheet.place(row, "version")
        told = settings.get("version", "")
        self.version = _slug(told)[:64] or hashlib.sha256(content).hexdigest()[:12]
        if not told:
            self.warnings.append(fault("version_missing", sheet.place(), version=self.version))
        elif told != self.version:
            self.warnings.append(fault("version_changed", sheet.place(row, "version"), version=self.version))
        self.title = settings.get("form_title", "") or said or PurePath(filename).stem
        self.root = settings.get("name", "") or "data"


def _slug(text: str) -> str:
    """Letters without diacritics, digits, points, hyphens and underscores; runs of others become one hyphen."""
    if re.fullmatch(r"[A-Za-z0-9._-]+", text):
        return text.lstrip(".")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", fold(text).replace(" ", "-")).strip(".-")


def _convert(workbook: Workbook, identity: _Identity, faults: list[Fault], warnings: list[Fault]) -> Reading:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    survey = workbook.sheet("survey")
    _lower_types(survey)
    personal = find_personal(workbook, identity.root)
    languages = languages_of(workbook)
    files, moved = move_external_choices(workbook)
    warnings = identity.warnings + warnings + moved + fill_translations(workbook)
    said: list[str] = []
    xform = ""
    try:
        xform = convert(_as_pyxform_reads(workbook, identity), warnings=said).xform
        faults = [one for one in faults if one.code != "reference_unknown"]
    except PyXFormError as error:
        faults = faults + explain(str(error), workbook)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - a fault inside pyxform is still only a form that cannot be converted
        faults = [*faults, fault("conversion_failed", message=f"{type(error).__name__}: {error}")]
    for message in said:
        warnings += explain(message, workbook)
    return Reading(
        faults=first_of_each_place(faults),
        warnings=first_of_each_place(warnings),
        personal=personal,
        form=identity.form,
        version=identity.version,
        title=identity.title,
        root=identity.root,
        languages=languages,
        xform=xform,
        files=files,
        version_place=identity.version_place,
        expressions=list(list_expressions(workbook)),
        places={path: survey.place(row, "name") for row, path in walk(survey, identity.root)},
        needs=sorted(_files_named(xform) - set(files)),
        questions=len(re.findall(r"<(?:input|select1?|upload|range|trigger|odk:rank)[\s>]", xform)),
    )


def _lower_types(survey: Sheet) -> None:
    """`Text` is `text`, `End Group` is `end group`: pyxform knows its types in one spelling only."""
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    for row in survey.rows:
        for heading in survey.of("type"):
            text = " ".join(row.cells.get(heading.text, "").split())
            is_known = text in QUESTION_TYPE_DICT or text.lower() not in QUESTION_TYPE_DICT
            if re.match(r"(begin|end)[ _]", text, re.IGNORECASE) or not is_known:
                row.cells[heading.text] = text.lower()
            elif keyword := re.match(r"(select[ _](one|multiple)\w*|rank)(?=\s)", text, re.IGNORECASE):
                row.cells[heading.text] = keyword[0].lower() + text[keyword.end() :]


def _as_pyxform_reads(workbook: Workbook, identity: _Identity) -> dict[str, object]:
    """The workbook as the dict that pyxform's own reader makes, with our identity in the settings."""
    book: dict[str, object] = {"sheet_names": workbook.titles, "fallback_form_name": identity.form}
    for name, sheet in workbook.sheets.items():
        book[name] = list(dense_rows(sheet))
        book[f"{name}_header"] = [dict.fromkeys(heading.text for heading in sheet.headings)]
    settings = workbook.sheet("settings")
    left_out = {"form_id", "version", "form_title", "submission_url"}
    given = settings.rows[0].cells if settings.rows else {}
    row = {h.text: given[h.text] for h in settings.headings if h.text in given and h.column not in left_out}
    row |= {"form_id": identity.form, "version": identity.version, "form_title": identity.title}
    book["settings"] = [row]
    book["settings_header"] = [dict.fromkeys(row)]
    return book


def _files_named(xform: str) -> set[str]:
    """Names of the form attachments that an XForm refers to."""
    named = re.findall(r"jr://(?:file|file-csv|images|audio|video)/([^\"'<>]+)", xform)
    return {name.strip() for name in named if name.strip() not in {"", "-"}}
