"""Which questions ask for personal data, with and without diacritics, and which only sound like it."""

import pytest

from server.forms.privacy import find_personal, kind_of
from server.forms.reader import read
from server.forms.sheets import read_workbook
from tests.forms.workbooks import YES_NO, workbook


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Họ và tên", "name"), ("Ho va ten nguoi phan anh", "name"), ("HỌ TÊN CHỦ HỘ:", "name"), ("Tên", "name"),
        ("Tên người được phỏng vấn", "name"), ("Anh/chị tên gì?", "name"), ("First name", "name"), ("Prénom", "name"),
        ("firstNameFM", "name"), ("Name of the respondent", "name"), ("Respondent’s full name", "name"),
        ("Name", "name"),
        ("Số điện thoại", "phone"), ("So dien thoai lien he", "phone"), ("SĐT", "phone"), ("Số Zalo", "phone"),
        ("Primary contact no.", "phone"), ("phone_number", "phone"), ("Mobile number", "phone"), ("Phone", "phone"),
        ("Số CCCD", "identity"), ("So CMND/CCCD", "identity"), ("Chụp ảnh căn cước công dân", "identity"),
        ("Passport number", "identity"), ("National ID", "identity"), ("Số thẻ BHYT", "identity"),
        ("Email", "email"), ("Địa chỉ thư điện tử", "email"), ("Địa chỉ thường trú", "address"), ("Địa chỉ", "address"),
        ("Residential Address", "address"), ("Số nhà, tên đường", "address"), ("Adresse résidentielle", "address"),
    ],
)  # fmt: skip
def test_a_question_about_a_person_is_recognised(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Tên ấp", "Tên khóm, ấp", "Tên con kênh", "Tên cơ quan", "Tên tuyến đường", "Village name",
        "Name of the market",
        "Địa chỉ điểm ngập", "Số nhà bị ngập", "Số hộ dân bị ảnh hưởng", "Sóng điện thoại yếu ở đâu?", "Phone signal",
        "Bà con lo lắng điều gì?", "Bao nhiêu người nhắc đến việc này?", "Household income", "What do people say?",
        "Ghi rõ vấn đề khác", "Contact with flood water", "Bà con có nhận được tin nhắn không?", "Mã xã",
    ],
)  # fmt: skip
def test_a_question_about_a_topic_or_a_place_is_not(text: str) -> None:
    assert kind_of(text) == ""


def test_only_free_input_counts_and_the_path_is_told() -> None:
    survey = [
        ("type", "name", "label::vi", "label::en", "hint::vi"),
        ("note", "n", "Số điện thoại đường dây nóng: 1900", "Phone number of the hotline"),
        ("select_one yn", "has", "Bà con có số điện thoại không?", "Phone number?"),
        ("begin_group", "g", "Nhóm", "Group"),
        ("text", "who", "Ai nói", "Full name"),
        ("text", "p", "Ghi chú", "Notes", "Ghi số điện thoại của người dân"),
        ("end_group", "", ""),
        ("text", "ho_ten", "…", "…"),
    ]
    book, _ = read_workbook(workbook(survey, YES_NO))
    found = [(one.field, one.kind, str(one.place)) for one in find_personal(book, "data")]
    assert found == [
        ("/data/g/who", "name", "survey!D5"),
        ("/data/g/p", "phone", "survey!E6"),
        ("/data/ho_ten", "name", "survey!B8"),
    ]


def test_the_sentence_names_the_question_in_both_languages() -> None:
    survey = [("type", "name", "label"), ("text", "a", "Số điện thoại")]
    (personal,) = read(workbook(survey), "thu.xlsx").personal
    assert personal.refused().line("vi").startswith("survey!C2: Câu hỏi “Số điện thoại” hỏi số điện thoại")
    assert "a phone number" in personal.refused().line("en")
    assert "365" in personal.stated(365).vi
