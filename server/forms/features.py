"""What of XLSForm this house does not do, or does plainly, in one table. Nothing of a form is ignored without a word.

`refused` is a fault, `plain` a warning: the question is shown as an ordinary field, or its value stays blank. What
the table does not name works; the phone's own list is in pwa/src/forms/README.md. Patterns match the whole value,
without case.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from server.forms.faults import Fault, Place
from server.forms.sheets import Row, Sheet, Workbook

Where = Literal["type", "appearance", "sheet", "column", "setting", "reference", "function"]


class Feature(NamedTuple):
    """One line of the table. `pattern` is a regular expression for the value named by `where`."""

    code: str
    where: Where
    pattern: str
    verdict: Literal["refused", "plain"]
    vi: str
    en: str


FEATURES = (
    Feature("audit_unsupported", "type", "audit", "refused",
            "Không hỗ trợ nhật ký thao tác (audit): ứng dụng không theo dõi người điền biểu mẫu. Hãy xóa dòng này.",
            "The audit log is not supported: the app does not watch the person who fills the form. Remove this row."),
    Feature("background_audio_unsupported", "type", "background-audio", "refused",
            "Không hỗ trợ ghi âm ngầm (background-audio). Hãy dùng câu hỏi kiểu audio để người điền tự bấm ghi.",
            "Recording in the background is not supported. Use an audio question, which the person starts."),
    Feature("osm_unsupported", "type", r"osm\b.*", "refused",
            "Kiểu câu hỏi osm không được hỗ trợ.",
            "The question type osm is not supported."),
    Feature("geotrace_plain", "type", "(add |q )?(geotrace|geoshape)( prompt)?", "plain",
            "Ứng dụng không có bản đồ để vẽ ({value}); người điền tự ghi tọa độ từng điểm.",
            "There is no map to draw on ({value}); points are typed."),
    Feature("last_saved_unsupported", "reference", r"\$\{\s*last-saved#[^}]*\}", "refused",
            "Không hỗ trợ lấy lại câu trả lời của lần điền trước (${{last-saved#…}}). Hãy bỏ phần này.",
            "Taking over answers of the last submission (${{last-saved#…}}) is not supported. Remove it."),
    Feature("intersects_unsupported", "function", "intersects", "refused",
            "Không hỗ trợ hàm intersects().",
            "The function intersects() is not supported."),
    Feature("search_unsupported", "appearance", r"search\s*\(.*", "refused",
            "Không hỗ trợ search() trong cột appearance. Hãy dùng select_one_from_file với tệp CSV và choice_filter.",
            "search() in appearance is not supported. Use select_one_from_file with a CSV file and choice_filter."),
    Feature("entities_unsupported", "sheet", "entities", "refused",
            "Không hỗ trợ thực thể (trang entities). Hãy xóa trang này.",
            "Entities are not supported. Remove the entities sheet."),
    Feature("entities_unsupported", "column", "save_to", "refused",
            "Không hỗ trợ thực thể (cột save_to). Hãy xóa cột này.",
            "Entities are not supported. Remove the save_to column."),
    Feature("encryption_unsupported", "setting", "public_key", "refused",
            "Không nhận biểu mẫu có khóa mã hóa riêng (public_key): máy chủ sẽ không đọc được báo cáo. Hãy xóa ô này.",
            "A form with its own encryption key (public_key) is not taken: nobody here could read its submissions."),
    Feature("submission_url_ignored", "setting", "submission_url", "plain",
            "submission_url bị bỏ qua: báo cáo chỉ được gửi về máy chủ này.",
            "submission_url is left out: submissions go to this server only."),
    Feature("metadata_blank", "type",
            "(get |uri:)?(device ?id|phone ?number|subscriber ?id|sim ?(serial|id)|imei|username|email)", "plain",
            "Ứng dụng không thu thập thông tin máy và người dùng ({value}); trường này sẽ để trống.",
            "The app does not collect data of the phone or its user ({value}); this field stays blank."),
    Feature("position_not_automatic", "type", "(start|background)-geopoint", "plain",
            "Ứng dụng không tự lấy vị trí ({value}); trường này sẽ để trống. Hãy dùng câu hỏi geopoint.",
            "The app does not take a position by itself ({value}); it stays blank. Ask by a geopoint question."),
    Feature("external_app_plain", "appearance", r"ex:.*", "plain",
            "Không mở ứng dụng ngoài (ex:…) từ biểu mẫu; câu hỏi hiện như ô nhập thông thường.",
            "Other apps (ex:…) are not opened; the question is shown as an ordinary field."),
    Feature("appearance_plain", "appearance",
            r"printer|bearing|web|align:.*|w\d+|ethiopian|coptic|islamic|bikram-sambat|myanmar|persian|"
            "buddhist|placement-map|maps|map|image-map",
            "plain",
            "Kiểu hiển thị “{value}” không có trên ứng dụng; câu hỏi hiện theo kiểu thông thường.",
            "The appearance “{value}” is not available; the question is shown the ordinary way."),
)  # fmt: skip


def find_features(workbook: Workbook) -> Iterator[tuple[Literal["refused", "plain"], Fault]]:
    """Every use of a feature of the table, with its place. Functions are found by `expressions`."""
    for name in workbook.sheets:
        yield from _match("sheet", name, workbook.sheets[name].place() if workbook.sheets[name].rows else None)
    settings = workbook.sheet("settings")
    for row in settings.rows[:1]:
        for heading in settings.headings:
            if heading.text in row.cells:
                yield from _match("setting", heading.column, settings.place(row, heading=heading))
    survey = workbook.sheet("survey")
    for heading in survey.headings:
        if any(heading.text in row.cells for row in survey.rows):
            yield from _match("column", heading.column, survey.place(heading=heading))
    for row in survey.rows:
        yield from _find_in_row(survey, row)


def _find_in_row(survey: Sheet, row: Row) -> Iterator[tuple[Literal["refused", "plain"], Fault]]:
    yield from _match("type", " ".join(survey.value(row, "type").split()), survey.place(row, "type"))
    appearance = survey.value(row, "appearance")
    whole = re.match(r"\s*(search\s*\(|ex:)", appearance)
    for token in [appearance.strip()] if whole else appearance.split():
        yield from _match("appearance", token, survey.place(row, "appearance"))
    for heading in survey.headings:
        for reference in re.findall(r"\$\{[^}]*\}", row.cells.get(heading.text, "")):
            yield from _match("reference", reference, survey.place(row, heading=heading))


def _match(where: Where, value: str, place: Place | None) -> Iterator[tuple[Literal["refused", "plain"], Fault]]:
    for feature in FEATURES:
        if place and feature.where == where and re.fullmatch(feature.pattern, value, re.IGNORECASE | re.DOTALL):
            yield feature.verdict, _told(feature, place, value)


def function_fault(name: str, place: Place) -> Fault | None:
    """The fault of a function that the table refuses; None when it does not name it."""
    for feature in FEATURES:
        if feature.where == "function" and re.fullmatch(feature.pattern, name):
            return _told(feature, place, name)
    return None


def _told(feature: Feature, place: Place, value: str) -> Fault:
    vi, en = feature.vi.format(value=value), feature.en.format(value=value)
    return Fault(feature.code, vi, en, place.sheet, place.row, place.column, place.heading)
