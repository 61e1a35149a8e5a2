"""The feature matrix of pwa/src/forms/README.md is whole, and says what publishing and the phone's code do."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from server.forms.features import FEATURES

FORMS = Path(__file__).parents[2] / "pwa" / "src" / "forms"


class Line(NamedTuple):
    """One row of the matrix: its table, the names in it, its verdict."""

    table: str
    names: list[str]
    verdict: str


def matrix() -> list[Line]:
    lines, table = [], ""
    for text in (FORMS / "README.md").read_text(encoding="utf-8").splitlines():
        if text.startswith("### "):
            table = text[4:]
        if cells := re.fullmatch(r"\| (.+?) \| (works|plain|refused) \|(.*)\|", text):
            lines.append(Line(table, re.findall(r"`([^`]+)`", cells[1]), cells[2]))
    return lines


def verdicts(table: str) -> dict[str, str]:
    return {name: line.verdict for line in matrix() if line.table == table for name in line.names}


def server_says(where: str, value: str) -> str:
    """What publishing does with a value: refused, plain or works."""
    found = [f.verdict for f in FEATURES if f.where == where and re.fullmatch(f.pattern, value, re.IGNORECASE)]
    return found[0] if found else "works"


def test_every_question_type_of_pyxform_is_in_the_matrix() -> None:
    assert set(QUESTION_TYPE_DICT) <= set(verdicts("Question types"))


def test_every_column_of_pyxform_is_in_the_matrix() -> None:
    named = {*aliases.survey_header, *aliases.list_header}
    assert named <= set(verdicts("Columns"))


@pytest.mark.parametrize(
    ("table", "where"), [("Question types", "type"), ("Appearances", "appearance"), ("Columns", "column")]
)
def test_the_matrix_says_what_publishing_does(table: str, where: str) -> None:
    said = verdicts(table)
    if where == "column":  # columns for other apps are passed over without a warning
        said = {name: verdict for name, verdict in said.items() if verdict != "plain"}
    assert said == {name: server_says(where, name) for name in said}


def test_every_refusal_and_warning_of_publishing_is_in_the_matrix() -> None:
    named = [name for line in matrix() for name in line.names]
    for feature in FEATURES:
        pattern = re.compile(feature.pattern.replace(r"\{\s*", r"\{"), re.IGNORECASE)
        assert any(pattern.fullmatch(name) or pattern.fullmatch(name.removesuffix("()")) for name in named), (
            feature.code
        )


def test_every_appearance_that_the_renderer_knows_is_in_the_matrix() -> None:
    said = verdicts("Appearances")
    code = "\n".join(path.read_text(encoding="utf-8") for path in FORMS.rglob("*.ts*") if ".test." not in path.name)
    known = set(re.findall(r"names\.has\('([^']+)'\)|namesOf\(\w+\)\.has\('([^']+)'\)", code))
    known_names = {name for pair in known for name in pair if name}
    for listed in re.findall(r"(?:CALENDARS|PARTIAL) = \[([^\]]+)\]", code):
        known_names |= set(re.findall(r"'([^']+)'", listed))
    assert len(known_names) > 30
    assert known_names <= set(said)
