"""Long choice lists of an `external_choices` sheet become CSV files beside the form, which phone and ODK Collect both
read.

`select_one_external LIST` (an ODK Collect special with its own itemsets.csv and no words for other engines) is
rewritten to `select_one_from_file LIST.csv`; its choice_filter works unchanged, as the columns of the sheet are the
columns of the file.
"""

import csv
import io
import re

from server.forms.faults import Fault, fault
from server.forms.sheets import Sheet, Workbook

_EXTERNAL = re.compile(r"select[ _]one[ _]external\s+(\S+)\s*$", re.IGNORECASE)


def move_external_choices(workbook: Workbook) -> tuple[dict[str, str], list[Fault]]:
    """Rewrite the survey in place. Returns {file name: CSV text} and what to tell the author."""
    survey, external = workbook.sheet("survey"), workbook.sheets.pop("external_choices", None)
    files, told = dict[str, str](), list[Fault]()
    kinds = survey.of("type")
    if external is None or not kinds:
        return files, told
    for row in survey.rows:
        found = _EXTERNAL.match(row.cells.get(kinds[0].text, ""))
        if not found or not any(external.value(choice, "list_name") == found[1] for choice in external.rows):
            continue
        file = re.sub(r"[^\w-]", "_", found[1]) + ".csv"
        row.cells[kinds[0].text] = f"select_one_from_file {file}"
        if file not in files:
            files[file] = _to_csv(external, found[1])
            told.append(fault("external_choices_moved", survey.place(row, "type"), name=found[1], file=file))
    return files, told


def _to_csv(external: Sheet, name: str) -> str:
    """The rows of one list: name, label (of the first language) and the columns that filters use."""
    label = next(iter(external.of("label")), None)
    others = [h for h in external.headings if h.column not in {"list_name", "name", "label"}]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["name", "label", *(heading.text for heading in others)])
    for row in external.rows:
        if external.value(row, "list_name") == name:
            value = external.value(row, "name")
            shown = row.cells.get(label.text, value) if label else value
            writer.writerow([value, shown, *(row.cells.get(heading.text, "") for heading in others)])
    return text.getvalue()
