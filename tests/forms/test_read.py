"""What reading a form file finds: real forms, odd ones, faults with sheet, row and column."""

import pytest

from server.forms.convert import convert
from server.forms.reader import read
from tests.forms.workbooks import QUESTIONS, YES_NO, workbook


def lines(content: bytes, filename: str = "thu.xlsx") -> list[str]:
    return [f"{one.place} {one.code}" for one in read(content, filename).faults]


def warnings(content: bytes) -> list[str]:
    return [f"{one.place} {one.code}" for one in read(content, "thu.xlsx").warnings]


async def test_a_plain_form_becomes_an_xform_with_its_identity() -> None:
    content = workbook([QUESTIONS, ("select_one yn", "flooded", "Có ngập không?")], YES_NO)
    reading = await convert(content, "thu.xlsx")
    assert (reading.faults, reading.form, reading.version, reading.title) == ([], "thu", "1", "Thử")
    assert '<data id="thu" version="1"' in reading.xform
    assert reading.questions == 1


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("selected(${a}", "brackets_unbalanced"),
        ("${a} = 'x", "quotes_unclosed"),
        ("${a} == 'x'", "operator_unknown"),
        ("${a} = 'x' and", "expression_invalid"),
        ("${b} = 1", "reference_unknown"),
        ("${a = 1", "reference_unclosed"),
        ("foo(${a})", "function_unknown"),
        ("selected(${a})", "arguments_wrong"),
        ("intersects(${a})", "intersects_unsupported"),
        ("${last-saved#a} = 1", "last_saved_unsupported"),
    ],
)
def test_a_broken_expression_is_a_fault_in_its_own_cell(expression: str, code: str) -> None:
    assert f"survey!D3 {code}" in lines(workbook([QUESTIONS, ("text", "a", "A"), ("text", "c", "C", expression)]))


@pytest.mark.parametrize(
    "expression",
    [
        "selected(${a}, 'x') and not(selected(${a}, 'y'))", "${a} != ''", "count-selected(${a}) <= 3", "‘x’ = ${a}",
        "string-length(${a}) > 3 or regex(${a}, '^[0-9]{3}(x)$')",
        ". >= 0 and . < 10", "if(${a} = 'x', 1, 0) div 2 = 1",
        "jr:choice-name(${a}, '${a}') = 'x'", "once(today()) > date('2026-01-01')", "TRUE", "5 -count(${a}) = 4",
        "position(..) = 1", "instance('yn')/root/item[name = 'yes']/label = 'x'", "${a} = 'don''t'",
    ],
)  # fmt: skip
def test_sound_expressions_pass(expression: str) -> None:
    survey = [QUESTIONS, ("select_one yn", "a", "A"), ("text", "c", "C", expression)]
    found = lines(workbook(survey, YES_NO))
    assert found == ([] if "''t" not in expression else ["survey!D3 expression_invalid"])


def test_every_fault_is_told_at_once() -> None:
    survey = [QUESTIONS, ("text", "a", "A", "foo()"), ("text", "b", "B", "", "selected(."), ("text", "a", "Lại")]
    assert set(lines(workbook(survey))) == {
        "survey!D2 function_unknown",
        "survey!E3 brackets_unbalanced",
        "survey!B4 name_twice",
    }


@pytest.mark.parametrize(
    ("survey", "choices", "expected"),
    [
        ([QUESTIONS, ("select_one nope", "a", "A")], YES_NO, "survey!A2 list_unknown"),
        ([QUESTIONS, ("slect_one yn", "a", "A")], YES_NO, "survey!A2 type_unknown"),
        ([QUESTIONS, ("text", "a b", "A")], (), "survey!B2 name_invalid"),
        ([QUESTIONS, ("text", "", "A")], (), "survey!B2 name_missing"),
        ([QUESTIONS, ("", "a", "A"), ("text", "b", "B")], (), "survey!A2 type_missing"),
        ([QUESTIONS, ("begin group", "g", "G"), ("text", "a", "A")], (), "survey!A2 group_not_closed"),
        ([QUESTIONS, ("text", "a", "A"), ("end group", "", "")], (), "survey!A3 group_not_opened"),
        ([QUESTIONS, ("calculate", "a", "")], (), "survey!F2 calculation_missing"),
        ([QUESTIONS, ("select_one yn", "a", "A")], [*YES_NO, ("yn", "no", "K")], "choices!B4 choice_twice"),
        ([QUESTIONS, ("select_one yn", "a", "A")], [*YES_NO, ("yn", "", "K")], "choices!B4 choice_name_missing"),
        ([QUESTIONS, ("select_multiple yn", "a", "A")], [*YES_NO, ("yn", "k b", "K")], "choices!B4 choice_with_space"),
        ([QUESTIONS, ("text", "a", "#REF!")], (), "survey!C2 cell_error"),
        ([QUESTIONS, ("audit", "audit", ""), ("text", "a", "A")], (), "survey!A2 audit_unsupported"),
        ([(*QUESTIONS, "label"), ("text", "a", "A")], (), "survey!I1 heading_twice"),
        ([("name", "label"), ("a", "A")], (), "survey!1 heading_missing"),
        ([QUESTIONS], (), "survey survey_empty"),
        ([QUESTIONS, ("select_one yn", "a", "A", "", "", "", "search('x')")], YES_NO, "survey!G2 search_unsupported"),
    ],
)
def test_a_fault_names_sheet_row_and_column(
    survey: list[tuple[str, ...]], choices: list[tuple[str, ...]], expected: str
) -> None:
    assert expected in lines(workbook(survey, choices))


def test_entities_and_own_encryption_are_refused_by_name() -> None:
    content = workbook(
        [(*QUESTIONS, "save_to"), ("text", "a", "A", *[""] * 5, "species")],
        settings=[("form_id", "public_key"), ("thu", "MIIB")],
        entities=[("list_name", "label"), ("trees", "${a}")],
    )
    codes = {one.code for one in read(content, "thu.xlsx").faults}
    assert {"entities_unsupported", "encryption_unsupported"} <= codes


def test_a_form_without_settings_takes_id_from_its_file_and_version_from_its_content() -> None:
    content = workbook([QUESTIONS, ("text", "a", "A")], settings=())
    first, again = read(content, "Phản ánh nhanh (2).xlsx"), read(content, "Phản ánh nhanh (2).xlsx")
    assert (first.form, first.title) == ("phan-anh-nhanh-2", "Phản ánh nhanh (2)")
    assert first.version == again.version != ""
    assert {one.code for one in first.warnings} == {"form_id_missing", "version_missing"}
    assert f'version="{first.version}"' in first.xform


def test_a_missing_translation_is_filled_and_told_never_a_dash() -> None:
    survey = [
        ("type", "name", "label::vi", "label::en", "hint"),
        ("text", "a", "Mực nước", "Water level", "cm"),
        ("text", "b", "Ghi chú", ""),
    ]
    reading = read(workbook(survey), "thu.xlsx")
    assert reading.languages == ["vi", "en"]
    assert "survey!D3 translation_missing" in [f"{one.place} {one.code}" for one in reading.warnings]
    assert "<value>-</value>" not in reading.xform
    assert 'lang="default"' not in reading.xform


def test_external_choices_become_a_csv_file_beside_the_form() -> None:
    survey = [QUESTIONS, ("text", "r", "R"), ("select_one_external xa", "x", "Xã", *[""] * 4, "tinh=${r}")]
    external = [("list_name", "name", "label", "tinh"), ("xa", "1", "Một", "91"), ("xa", "2", "Hai", "92")]
    reading = read(workbook(survey, external_choices=external), "thu.xlsx")
    assert reading.faults == []
    assert reading.files["xa.csv"].splitlines() == ["name,label,tinh", "1,Một,91", "2,Hai,92"]
    assert 'src="jr://file-csv/xa.csv"' in reading.xform
    assert reading.needs == []


def test_what_is_shown_plainly_or_stays_blank_is_a_warning() -> None:
    survey = [
        QUESTIONS,
        ("phonenumber", "p", ""),
        ("start-geopoint", "s", ""),
        ("text", "a", "A", "", "", "", "ex:com.example.app(x='1')"),
        ("date", "d", "D", "", "", "", "ethiopian"),
    ]
    found = warnings(workbook(survey))
    assert "survey!A2 metadata_blank" in found
    assert "survey!A3 position_not_automatic" in found
    assert "survey!G4 external_app_plain" in found
    assert "survey!G5 appearance_plain" in found


def test_or_other_ranges_ranks_repeats_and_media_convert() -> None:
    survey = [
        ("type", "name", "label", "parameters", "repeat_count", "image", "relevant"),
        ("select_one yn or_other", "a", "A"),
        ("range", "r", "R", "start=0 end=10 step=1"),
        ("rank yn", "k", "K"),
        ("begin_repeat", "rep", "Rep", "", "${r}"),
        ("image", "p", "P", "max-pixels=1024", "", "hinh.png"),
        ("text", "o", "O", "", "", "", "${a} = 'other'"),
        ("end_repeat",),
        ("select_one_from_file xa.csv", "x", "Xã"),
    ]
    reading = read(workbook(survey, YES_NO), "thu.xlsx")
    assert reading.faults == []
    assert reading.needs == ["hinh.png", "xa.csv"]


def test_a_submission_address_in_the_form_is_left_out() -> None:
    content = workbook(
        [QUESTIONS, ("text", "a", "A")],
        settings=[("form_id", "version", "submission_url"), ("thu", "1", "https://elsewhere.example")],
    )
    reading = read(content, "thu.xlsx")
    assert "elsewhere" not in reading.xform
    assert "settings!C2 submission_url_ignored" in warnings(content)


def test_rows_far_below_keep_their_number() -> None:
    survey: list[tuple[object, ...]] = [QUESTIONS, ("text", "a", "A"), *[()] * 40, ("text", "b", "B", "foo()")]
    assert "survey!D43 function_unknown" in lines(workbook(survey))


def test_a_sheet_named_otherwise_is_named_in_the_fault() -> None:
    content = workbook([QUESTIONS, ("text", "a", "A")])
    assert read(content, "x.xlsx").faults == []
    other = workbook(None, Survay=[QUESTIONS, ("text", "a", "A")])
    (found,) = read(other, "x.xlsx").faults
    assert found.code == "survey_missing"
    assert "Survay" in found.vi
