"""Files that must not be opened, and files that only look odd."""

import io
import time
import zipfile

import pytest

from server.forms import archive
from server.forms.convert import convert
from server.forms.reader import read
from tests.forms.workbooks import QUESTIONS, with_part, workbook

GOOD = workbook([QUESTIONS, ("text", "a", "A")])


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"type,name,label\ntext,a,A\n", "file_not_xlsx"),
        (b"PK\x03\x04 and no zip", "file_not_xlsx"),
        (GOOD[:400], "file_not_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (zipped(mimetype=b"x", **{"content.xml": b"<x/>"}), "file_ods"),
        (zipped(**{"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}), "file_not_xlsx"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "file_unsafe"),
        (with_part(GOOD, "xl/media/big.xml", bytes(40 * 1024 * 1024)), "file_too_heavy"),
        (with_part(GOOD, "xl/worksheets/sheet9.xml", b'<row r="1"/>' * 60_001), "file_too_many_rows"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "file_not_xlsx"),
    ],
)
async def test_a_file_that_is_no_workbook_gets_one_plain_sentence(content: bytes, code: str) -> None:
    reading = await convert(content, "thu.xlsx")
    assert [one.code for one in reading.faults] == [code]
    assert reading.faults[0].vi.endswith(".")
    assert reading.xform == ""


def test_thousands_of_entries_are_refused_before_any_is_read() -> None:
    many = zipped(**{f"xl/{n}.xml": b"" for n in range(2_001)}, **{"[Content_Types].xml": b"", "xl/workbook.xml": b""})
    assert [one.code for one in archive.inspect(many)] == ["file_too_heavy"]


def test_macros_are_left_alone_and_told() -> None:
    reading = read(with_part(GOOD, "xl/vbaProject.bin", b"\x00"), "thu.xlsm")
    assert reading.faults == []
    assert [one.code for one in reading.warnings] == ["macros_ignored"]


async def test_a_conversion_without_end_is_stopped() -> None:
    began = time.monotonic()
    reading = await convert(GOOD, "thu.xlsx", wall_seconds=0.01)
    assert [one.code for one in reading.faults] == ["conversion_too_long"]
    assert time.monotonic() - began < 5


async def test_a_workbook_with_five_thousand_choices_and_blank_formatted_rows_converts() -> None:
    choices = [("list_name", "name", "label"), *[("xa", f"x{n}", f"Xã {n}") for n in range(5_000)]]
    reading = await convert(workbook([QUESTIONS, ("select_one xa", "a", "A")], choices), "thu.xlsx")
    assert reading.faults == []
    assert [str(one.place) + " " + one.code for one in reading.warnings] == ["choices!A2 choices_long"]


async def test_the_child_has_no_more_memory_than_its_limit() -> None:
    wide = [QUESTIONS, *[("text", f"q{n}", "x" * 2_000) for n in range(3_000)]]
    short = await convert(workbook(wide), "thu.xlsx", memory_bytes=90 * 1024 * 1024)
    assert [one.code for one in short.faults] == ["conversion_too_much_memory"]
    enough = await convert(workbook(wide), "thu.xlsx")
    assert (enough.faults, enough.questions) == ([], 3_000)
