"""Instance XML and fields, both ways, by the vectors that the phone reads too; and XML from hostile hands."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.forms.reader import read
from server.forms.submission import (
    UnreadableXmlError,
    bare,
    fields_to_xml,
    parse_xml,
    read_instance,
    repeats_of,
    shape_of_instance,
    shape_of_xform,
    xml_to_fields,
)
from tests.forms.workbooks import workbook

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))


def vector(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def tree(element: ET.Element) -> Any:
    """Local names, order and text; blank elements aside, but not blank instances of the repeat `ho`."""
    children = [tree(child) for child in element]
    inside = [child for child in children if child] or (element.text or "").strip()
    name = element.tag.rpartition("}")[2]
    return (name, inside) if inside or name == "ho" else None


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_vector_reads_into_its_fields(path: Path) -> None:
    known = vector(path)
    fields, ids = xml_to_fields(parse_xml(known["xml"]), {bare(name): False for name in known["ids"]}, known["ids"])
    assert fields == known["fields"]
    assert ids == {name: order for name, order in known["ids"].items() if order}


@pytest.mark.parametrize("path", [p for p in VECTORS if vector(p)["both_ways"]], ids=lambda path: path.stem)
def test_a_vector_is_built_from_its_fields(path: Path) -> None:
    known = vector(path)
    shape = shape_of_instance(parse_xml(known["xml"]), {bare(name): False for name in known["ids"]})
    identity = {
        name: known["xml"].partition(f"{name}>")[2].partition("<")[0] for name in ("instanceID", "deprecatedID")
    }
    built = fields_to_xml(shape, known["fields"], identity, {})
    assert tree(parse_xml(built.xml)) == tree(parse_xml(known["xml"]))
    assert built.leftover == {}


def test_the_shape_of_a_form_knows_its_repeats_and_which_are_counted() -> None:
    survey = [
        ("type", "name", "label", "repeat_count"),
        ("begin_group", "g", "G"),
        ("begin_repeat", "free", "Tự do"),
        ("text", "a", "A"),
        ("begin_repeat", "three", "Ba lần", "3"),
        ("text", "b", "B"),
        ("end_repeat",),
        ("end_repeat",),
        ("end_group",),
    ]
    shape = shape_of_xform(read(workbook(survey), "thu.xlsx").xform.encode())
    assert repeats_of(shape) == {"/data/g/free": False, "/data/g/free/three": True}
    xml = "<data id='thu'><g><free><a>x</a><three><b>1</b></three><three><b>2</b></three></free></g></data>"
    fields, _ = xml_to_fields(parse_xml(xml), repeats_of(shape), new_id=lambda _, index: f"i{index + 1}")
    assert fields == {
        "/data/g/free#order": "i1",
        "/data/g/free[i1]/a": "x",
        "/data/g/free[i1]/three#order": "1 2",
        "/data/g/free[i1]/three[1]/b": "1",
        "/data/g/free[i1]/three[2]/b": "2",
    }


def test_an_answer_without_a_place_is_left_over_and_a_stray_instance_comes_last() -> None:
    shape = shape_of_instance(parse_xml("<data><ho><ten/></ho></data>"), {"/data/ho": False})
    fields = {"/data/ho#order": "b", "/data/ho[b]/ten": "B", "/data/ho[a]/ten": "A", "/data/gone": "x", "area": "91"}
    built = fields_to_xml(shape, fields, {}, {"id": "h", "version": "2"})
    assert built.leftover == {"/data/gone": "x"}
    assert built.ids == {"/data/ho": ["b", "a"]}
    assert b'<data id="h" version="2"><ho><ten>B</ten></ho><ho><ten>A</ten></ho></data>' in built.xml


text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).filter(lambda t: not t.isspace())
identifier = st.text("abcdefghij0123456789_-", min_size=1, max_size=6)


@given(
    answers=st.dictionaries(st.sampled_from(["/data/a", "/data/g/b"]), text),
    people=st.dictionaries(identifier, st.dictionaries(st.sampled_from(["x", "y"]), text), max_size=5),
)
def test_fields_survive_the_way_through_xml(answers: dict[str, str], people: dict[str, dict[str, str]]) -> None:
    import unicodedata

    shape = shape_of_instance(parse_xml("<data><a/><g><b/></g><r><x/><y/></r></data>"), {"/data/r": False})
    fields = {name: unicodedata.normalize("NFC", value) for name, value in answers.items()}
    if people:
        fields["/data/r#order"] = " ".join(people)
    for id_, person in people.items():
        fields |= {f"/data/r[{id_}]/{name}": unicodedata.normalize("NFC", value) for name, value in person.items()}
    built = fields_to_xml(shape, fields, {}, {"id": "thu"})
    again, _ = xml_to_fields(parse_xml(built.xml), repeats_of(shape), built.ids)
    assert again == fields


def test_identity_is_read_with_and_without_namespaces() -> None:
    xml = b"""<d xmlns:orx="http://openrosa.org/xforms" id="thu" version="2"><a>1</a><orx:meta>
    <orx:instanceID>uuid:2</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID></orx:meta></d>"""
    found = read_instance(xml)
    assert (found.form, found.version, found.instance_id, found.deprecated_id) == ("thu", "2", "uuid:2", "uuid:1")


@pytest.mark.parametrize(
    "xml",
    [
        b"", b"not xml", b"<data><a></data>", b"<data/>", b"<a>" * 60 + b"</a>" * 60,
        b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d id="t">&a;</d>',
        b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d id="t">&a;</d>',
    ],
)  # fmt: skip
def test_hostile_xml_is_unreadable_and_nothing_worse(xml: bytes) -> None:
    with pytest.raises(UnreadableXmlError):
        read_instance(xml)
