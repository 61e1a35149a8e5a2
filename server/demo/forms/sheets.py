"""How the demo's forms are written down: a question is one call, its words in Vietnamese and English."""

from typing import NamedTuple

VI, EN = "Tiếng Việt (vi)", "English (en)"
SURVEY = (
    "type", "name", f"label::{VI}", f"label::{EN}", f"hint::{VI}", f"hint::{EN}", "required", "relevant", "appearance",
    "constraint", f"constraint_message::{VI}", f"constraint_message::{EN}", "default", "calculation", "choice_filter",
    "parameters", "repeat_count", "readonly",
)  # fmt: skip
CHOICES = ("list_name", "name", f"label::{VI}", f"label::{EN}")
SETTINGS = ("form_title", "form_id", "version", "default_language", "instance_name")


class Both(NamedTuple):
    """The same words in both languages."""

    vi: str
    en: str


class FormSheets(NamedTuple):
    """One form: file name without ending, settings row, survey rows, choice rows and the choices' filter columns."""

    file: str
    settings: tuple[str, ...]
    survey: list[dict[str, str]]
    choices: list[dict[str, str]]
    filters: tuple[str, ...] = ()


def ask(
    kind: str,
    name: str,
    label: tuple[str, str] | None = None,
    hint: tuple[str, str] | None = None,
    *,
    limit: tuple[str, str, str] | None = None,
    **columns: str,
) -> dict[str, str]:
    """One row of the survey. `limit`: constraint and its message in both languages; `columns` by XLSForm name."""
    row = {"type": kind, "name": name, **columns}
    for column, words in (("label", label), ("hint", hint), ("constraint_message", limit[1:] if limit else None)):
        if words:
            row[f"{column}::{VI}"], row[f"{column}::{EN}"] = words
    if limit:
        row["constraint"] = limit[0]
    return row


def begin(kind: str, name: str, label: tuple[str, str], **columns: str) -> dict[str, str]:
    """A `group` or a `repeat` begins."""
    return ask(f"begin_{kind}", name, label) | columns


def end(kind: str) -> dict[str, str]:
    """The innermost `group` or `repeat` ends."""
    return {"type": f"end_{kind}"}


def choices(list_name: str, *options: tuple[str, str, str], **filters: str) -> list[dict[str, str]]:
    """A list of (name, Vietnamese, English), every one with the same filter columns."""
    return [
        {"list_name": list_name, "name": name, f"label::{VI}": vi, f"label::{EN}": en, **filters}
        for name, vi, en in options
    ]


YES_NO = choices("co_khong", ("co", "Có", "Yes"), ("khong", "Không", "No"), ("khong_ro", "Không rõ", "Not known"))
