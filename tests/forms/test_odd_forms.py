"""Forms as people really write them: old spellings, odd headings, many functions. None is refused, none crashes."""

from collections.abc import Sequence

import pytest

from server.forms.reader import read
from server.forms.reading import Reading
from tests.forms.workbooks import YES_NO, workbook

COLUMNS = (
    "type",
    "name",
    "label",
    "relevant",
    "constraint",
    "calculation",
    "appearance",
    "choice_filter",
    "default",
    "required",
    "hint",
    "repeat_count",
    "trigger",
)
PLACES = [
    ("list_name", "name", "label", "tinh"),
    ("xa", 1, "Một", "91"),
    ("xa", 2, "Hai", "92"),
    ("tinh", "91", "An Giang", ""),
    ("tinh", "92", "Cần Thơ", ""),
    *[(*row, "") for row in YES_NO[1:]],
]


def ask(kind: str, name: str = "", label: str = "", **columns: str) -> tuple[str, ...]:
    return (kind, name, label, *(columns.get(column, "") for column in COLUMNS[3:]))


def form(*rows: tuple[str, ...], choices: Sequence[Sequence[object]] = PLACES) -> Reading:
    return read(workbook([COLUMNS, *rows], choices), "thu.xlsx")


CALCULATIONS = {
    "int((today() - ${dob}) div 365.25)",
    "floor(decimal-date-time(today()) - decimal-date-time(${dob}))",
    "count(${r})",
    "sum(${i})",
    "join(' ', ${n})",
    "max(${i})",
    "indexed-repeat(${n}, ${r}, 1)",
    "once(random())",
    "uuid()",
    "format-date(${dob}, '%d/%m/%Y')",
    "coalesce(${n2}, ${n3})",
    "substr(${n2}, 0, 2)",
    "selected-at(${sm}, 0)",
    "jr:choice-name(selected-at(${sm}, 0), '${sm}')",
    "round(${n3} div 3, 2)",
    "-${n3}+5*${n3}",
    "${n3} mod 2 = 0",
    "if(${n3} < 18, 'a', if(${n3} < 60, \"b\", 'c'))",
    "pulldata('xas', 'label', 'name', ${x})",
    "instance('xa')/root/item[name = ${x}]/label",
    "string-length(normalize-space(${n2})) > 0 and ${n2} != ''",
    "translate(${n2}, 'ab', 'AB')",
    "contains(${n2}, 'x') or starts-with(${n2}, 'y') or ends-with(${n2}, 'z')",
    "/data/n2 = 'x'",
    "../n2 != ''",
    "count-selected(${sm}) * 2",
    "boolean-from-string('true')",
    "${n3}-${n3}",
    "concat(${n2}, ' (', ${n3}, ')')",
    "min(${n3}, 5, 6)",
    "sin(pi()) + pow(2, 3)",
    "digest(${n2}, 'SHA-256', 'hex')",
}


@pytest.mark.parametrize("calculation", sorted(CALCULATIONS))
def test_a_calculation_that_forms_use_passes(calculation: str) -> None:
    reading = form(
        ask("date", "dob", "Ngày"),
        ask("text", "n2", "N"),
        ask("integer", "n3", "N"),
        ask("select_one xa", "x", "X"),
        ask("select_multiple yn", "sm", "S"),
        ask("begin_repeat", "r", "R"),
        ask("text", "n", "N"),
        ask("integer", "i", "I", constraint=".>=0 and .<=120"),
        ask("end_repeat"),
        ask("calculate", "c", calculation=calculation),
    )
    assert reading.faults == []


def test_old_and_careless_spellings_are_understood() -> None:
    reading = form(
        ask("Text ", "a", "A"),
        ask("Select_One yn", "b", "B"),
        ask("add select one prompt using yn", "c", "C"),
        ask("select all that apply from yn", "d", "D"),
        ask("int", "e", "E"),
        ask("photo", "f", "F"),
        ask("gps", "g", "G"),
        ask("Begin Group", "h", "H"),
        ask("q location", "i", "I"),
        ask("End Group"),
        ask("begin looped group", "j", "J"),
        ask("string", "k", "K"),
        ask("end looped group"),
        ask("begin loop over yn", "l", "L"),
        ask("integer", "m", "Bao nhiêu %(label)s"),
        ask("end loop"),
    )
    assert reading.faults == []


def test_cascades_table_lists_and_choices_from_a_repeat_are_understood() -> None:
    reading = form(
        ask("select_multiple tinh", "t", "T"),
        ask("select_one xa", "x", "X", choice_filter="selected(${t}, tinh)"),
        ask("begin_group", "g", "G", appearance="table-list"),
        ask("select_one yn", "p", "P"),
        ask("select_one yn", "q", "Q"),
        ask("end_group"),
        ask("begin_repeat", "r", "R", repeat_count="count-selected(${t})"),
        ask("text", "n", "N"),
        ask("end_repeat"),
        ask("select_one ${n}", "who", "Cái nào?"),
    )
    assert reading.faults == []


def test_defaults_are_expressions_only_where_they_look_like_one() -> None:
    reading = form(
        ask("text", "a", "A", default="a-b (c)"),
        ask("integer", "b", "B", default="-1"),
        ask("date", "c", "C", default="2026-01-01"),
        ask("date", "d", "D", default="today()"),
        ask("text", "e", "E", default="${a}"),
        ask("text", "f", "F", default="http://example.org/?a=(b"),
    )
    assert [str(one.place) for one in reading.faults if one.code != "pyxform_said"] == []


@pytest.mark.parametrize(
    "headings",
    [
        ("type", "name", "label:Vietnamese", "label:English"),
        ("Type", "Name", "Label::Tiếng Việt (vi)", "Label::English (en)"),
        ("type", "name", "caption", "hint::English (en)"),
        ("type", "name", "label", "media::image"),
        ("type", "name", "label", "ghi chú riêng"),
    ],
)
def test_headings_of_all_ages_are_understood(headings: tuple[str, ...]) -> None:
    reading = read(workbook([headings, ("text", "a", "A", "B"), ("text", "b", "C", "")]), "thu.xlsx")
    assert reading.faults == []
    assert "<value>-</value>" not in reading.xform


def test_columns_without_a_heading_and_rows_of_remarks_do_no_harm() -> None:
    choices = [("list_name", "name", "label", None, "thứ tự"), ("yn", "a", "A", "zz", 1), (None, None, None, "ghi chú")]
    survey = [
        ("type", "name", "label", None, "relevant"),
        ("text", "a", "A", "rác"),
        ("select_one yn", "b", "B", None, "${a} = 'x'"),
    ]
    reading = read(workbook(survey, choices), "thu.xlsx")
    assert reading.faults == []
    assert "rác" not in reading.xform


def test_six_hundred_questions_and_twenty_languages_are_read_in_seconds() -> None:
    languages = [f"label::Ngôn ngữ {n} (x{n})" for n in range(20)]
    survey = [("type", "name", *languages)]
    survey += [("text", f"q{n}", *[f"Câu {n}"] * 20) for n in range(600)]
    reading = read(workbook(survey), "thu.xlsx")
    assert (reading.faults, reading.questions, len(reading.languages)) == ([], 600, 20)


def test_an_empty_workbook_and_one_with_empty_sheets_say_so() -> None:
    assert [one.code for one in read(workbook(None, settings=()), "thu.xlsx").faults] == ["survey_missing"]
    empty = workbook([("type", "name", "label")], [("list_name", "name", "label")])
    assert [one.code for one in read(empty, "thu.xlsx").faults] == ["survey_empty"]
