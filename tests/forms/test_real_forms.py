"""Real forms that nobody of this house wrote, through every check and the phone's engine, to a published version."""

from pathlib import Path

import pytest

from server.commands.forms import Asked, publish_file
from server.forms.prepare import Statement
from server.settings import Settings, read_settings
from server.store.database import Database
from server.store.projects import create_project
from tests.forms.workbooks import QUESTIONS, workbook

REAL = Path(__file__).parents[3] / "shared" / "forms"
"""Beside the clone; where it is not there, forms of our own with the same features stand in."""
STATED = Statement("Khảo sát điều kiện sống", "Tôi đồng ý trả lời.", 365)
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
async def settings(database: Database) -> Settings:
    chosen = read_settings({"DATA": str(database.data), "DATABASE_URL": database.url})
    await database.writer.run(lambda tx: create_project(tx, chosen.project, "An Giang", epoch="e", at_ms=1))
    return chosen


def write(folder: Path, content: bytes, name: str = "thu.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def test_the_real_form_with_every_question_type_publishes_with_warnings(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = REAL / "all-question-types-v2024091201-3.xlsx"
    if not REAL.is_dir():
        file = write(tmp_path, every_kind(), "all-question-types.xlsx")
    answered = await publish_file(database, settings, Asked(file=file), now_ms=1)
    assert answered.code == 0, answered.lines
    assert "all-question-types" in answered.lines[0]
    assert len(answered.lines) > 5


async def test_the_real_survey_that_asks_for_a_first_name_is_refused_until_its_purpose_is_stated(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = REAL / "socio-economic-survey-v20240515.xlsx"
    if not REAL.is_dir():
        survey = [QUESTIONS, *[("note", f"n{row}", "…") for row in range(2, 24)], ("text", "firstNameFM", "First name")]
        file = write(tmp_path, workbook(survey, settings=[("form_id",), ("socio-economic-survey",)]))
    refused = await publish_file(database, settings, Asked(file=file, language="en"), now_ms=1)
    assert refused.code == 1
    assert any(
        line.startswith("survey!C24: The question “First name” asks for a person's name") for line in refused.lines
    )
    stated = await publish_file(database, settings, Asked(file=file, statement=STATED), now_ms=2)
    assert stated.code == 0, stated.lines


def every_kind() -> bytes:
    """A form of our own with most question types, for where the real one is not beside the clone."""
    kinds = ("text", "integer", "decimal", "range", "image", "barcode", "audio", "video", "file", "date", "time")
    kinds += ("dateTime", "geopoint", "geotrace", "geoshape", "select_one yn", "select_multiple yn", "rank yn", "note")
    choices = [
        ("list_name", "name", "label", "image"),
        ("yn", "yes", "Có", "co.png"),
        ("yn", "no", "Không", "khong.png"),
    ]
    survey = [QUESTIONS, *[(kind, f"q{n}", kind) for n, kind in enumerate(kinds)]]
    survey += [("text", "ex", "Ex", "", "", "", "ex:com.example"), ("date", "eth", "E", "", "", "", "ethiopian")]
    survey += [("select_one_from_file xa.geojson", "map", "Map", "", "", "", "map"), ("phonenumber", "p", "")]
    return workbook(survey, choices, settings=[("form_id", "version"), ("all-question-types", "1")])


async def test_our_own_form_of_every_kind_publishes_too(database: Database, settings: Settings, tmp_path: Path) -> None:
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, every_kind())), now_ms=1)
    assert answered.code == 0, answered.lines
