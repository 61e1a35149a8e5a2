"""The two forms of the demo: sound, in both languages, asking nothing about anybody, and the same as their data."""

import pytest
from openpyxl import load_workbook

from server.demo.forms.build import FORMS, build, path_of, rows_of
from server.demo.forms.sheets import EN, VI, FormSheets
from server.demo.publish import publish_demo_forms
from server.forms.prepare import prepare
from server.store.database import Database
from server.store.forms import get_form_version, list_forms
from server.store.projects import create_project

IDS = [form.file for form in FORMS]


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_the_workbook_holds_what_the_data_says(form: FormSheets) -> None:
    book = load_workbook(path_of(form))
    written = {
        sheet.title: [tuple(str(cell or "") for cell in row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book
    }
    assert written == rows_of(form)
    assert build(form).sheetnames == book.sheetnames


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_every_word_is_there_in_both_languages(form: FormSheets) -> None:
    for row in [*form.survey, *form.choices]:
        for column in ("label", "hint", "constraint_message"):
            assert bool(row.get(f"{column}::{VI}")) == bool(row.get(f"{column}::{EN}")), row


@pytest.mark.parametrize("form", FORMS, ids=IDS)
async def test_the_form_is_sound_and_asks_nothing_about_anybody(form: FormSheets) -> None:
    prepared = await prepare(path_of(form).read_bytes(), f"{form.file}.xlsx")
    assert [one.line("en") for one in (*prepared.faults, *prepared.warnings)] == []
    assert prepared.reading.personal == []
    assert prepared.reading.languages == [VI, EN]


async def test_the_survey_is_long_and_uses_what_surveys_use() -> None:
    form = FORMS[1]
    kinds = [row["type"].split()[0] for row in form.survey]
    assert 40 <= sum(not kind.startswith(("begin", "end", "note", "calculate")) for kind in kinds) <= 60
    assert {"begin_repeat", "range", "rank", "calculate", "select_multiple", "geopoint", "image"} <= set(kinds)
    assert any("choice_filter" in row for row in form.survey)


async def test_publishing_them_twice_changes_nothing(database: Database) -> None:
    await database.writer.run(lambda tx: create_project(tx, "p", "P", epoch="e", at_ms=1))
    assert await publish_demo_forms(database, "p", database.data, now_ms=1) == ["phan-anh-nhanh", "khao-sat-quy"]
    assert await publish_demo_forms(database, "p", database.data, now_ms=2) == []
    forms = await database.reader.read(lambda tx: list_forms(tx, "p"))
    assert [form.title for form in forms] == ["Khảo sát quý", "Phản ánh nhanh"]
    version = await database.reader.read(lambda tx: get_form_version(tx, "p", "khao-sat-quy"))
    assert version is not None
    assert version.published_at_ms == 1
