"""The phone's own engine opens what is published, and refuses what it cannot run."""

from pathlib import Path

import pytest

from server.forms.engine import find_node, open_in_engine, thin
from server.forms.expressions import FUNCTIONS
from server.forms.reader import read
from server.forms.reading import Reading
from tests.forms.workbooks import QUESTIONS, YES_NO, workbook

ODD_CALLS = {
    "instance": "count(instance('yn')/root/item)",
    "current": "count(current()/../a)",
    "indexed-repeat": "indexed-repeat(${in}, ${rep}, 1)",
    "jr:choice-name": "jr:choice-name(${a}, '${a}')",
    "pulldata": "pulldata('xa', 'label', 'name', ${a})",
    "id": "count(id('a'))",
    "count": "count(${rep})",
    "sum": "sum(${in})",
    "randomize": "count(randomize(instance('yn')/root/item))",
    "last": "/data/rep[last()]/in",
    "count-non-empty": "count-non-empty(${in})",
    "regex": "regex(${a}, '[0-9]+')",
    "digest": "digest('a', 'MD5')",
    "local-name": "local-name(${a})",
    "name": "name(${a})",
    "namespace-uri": "namespace-uri(${a})",
    "position": "position(..)",
    "area": "area('10 105 0 0; 10 106 0 0; 11 106 0 0; 10 105 0 0')",
    "distance": "distance('10 105 0 0; 10 106 0 0')",
    "geofence": "geofence('10 105 0 0', '10 105 0 0; 10 106 0 0; 11 106 0 0; 10 105 0 0')",
    "jr:itext": "jr:itext('x')",
    "date": "date('2026-11-26')",
    "date-time": "date-time('2026-11-26')",
    "format-date": "format-date(today(), '%Y')",
    "format-date-time": "format-date-time(now(), '%Y')",
    "decimal-date-time": "decimal-date-time(today())",
    "decimal-time": "decimal-time('10:00:00.000+07:00')",
    "translate": "translate('a', 'a', 'b')",
    "lang": "lang('vi')",
}


async def test_the_engine_is_here_where_the_phone_app_is_built() -> None:
    assert find_node()


async def test_every_function_that_the_check_allows_is_one_of_the_engine() -> None:
    calls = {name: ODD_CALLS.get(name, f"{name}({', '.join(['1'] * FUNCTIONS[name][0])})") for name in FUNCTIONS}
    survey = [
        QUESTIONS,
        ("select_one yn", "a", "A"),
        ("begin_repeat", "rep", "Rep"),
        ("integer", "in", "In"),
        ("end_repeat",),
        *[("calculate", f"c{n}", "", "", "", call) for n, call in enumerate(calls.values())],
    ]
    reading = read(workbook(survey, YES_NO), "thu.xlsx")
    assert reading.faults == []
    faults, warnings = await open_in_engine(reading, {"xa.csv": "name,label\nyes,Có\n"})
    assert [one.en for one in faults] == []
    assert warnings == []


async def test_what_the_engine_throws_is_a_fault_at_the_question_it_names() -> None:
    survey = [QUESTIONS, ("text", "a", "A"), ("calculate", "c", "", "", "", "jr:choice-name(${a}, '${a}')")]
    reading = read(workbook(survey), "thu.xlsx")
    assert reading.faults == []
    faults, _ = await open_in_engine(reading, {})
    assert [(one.code, str(one.place)) for one in faults] == [("engine_refused", "survey!B2")]


async def test_a_broken_expression_does_not_pass_the_engine_either() -> None:
    xform = read(workbook([QUESTIONS, ("text", "a", "A", "true()")]), "thu.xlsx").xform.replace("true()", "selected(.")
    faults, _ = await open_in_engine(Reading(xform=xform), {})
    assert "syntax error" in faults[0].en


async def test_a_server_without_node_says_that_this_check_was_left_out(tmp_path: Path) -> None:
    faults, warnings = await open_in_engine(Reading(xform="<x/>"), {}, modules=tmp_path)
    assert (faults, [one.code for one in warnings]) == ([], ["engine_missing"])


@pytest.mark.slow
async def test_an_unanswered_external_list_is_blank_not_an_error() -> None:
    reading = read(workbook([QUESTIONS, ("select_one_from_file xa.geojson", "x", "Xã")]), "thu.xlsx")
    assert (await open_in_engine(reading, {}))[0] == []


async def test_a_function_that_the_engine_complains_of_is_found_in_its_cell() -> None:
    survey = [QUESTIONS, ("geotrace", "a", "A"), ("calculate", "d", "", "", "", "distance(${a})")]
    faults, _ = await open_in_engine(read(workbook(survey), "thu.xlsx"), {})
    assert [(one.code, str(one.place)) for one in faults] == [("engine_refused", "survey!F3")]


async def test_a_list_of_thousands_is_cut_for_the_check_only() -> None:
    survey = [("type", "name", "label::vi", "label::en"), ("select_one xa", "a", "A", "A")]
    choices = [
        ("list_name", "name", "label::vi", "label::en"),
        *[("xa", f"x{n}", f"Xã {n}", f"C {n}") for n in range(3_000)],
    ]
    reading = read(workbook(survey, choices), "thu.xlsx")
    assert reading.xform.count("<item>") == 3_000
    assert thin(reading.xform).count("<item>") == 60
    assert "Xã 2999" not in thin(reading.xform)
    assert (await open_in_engine(reading, {}))[0] == []
