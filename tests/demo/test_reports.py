from collections import Counter

from server.demo.answers import answer_quick_report
from server.demo.facts import read_areas, read_former_areas
from server.demo.forms import quick_report
from server.demo.reports import (
    DAY_MS,
    WEEKS,
    Report,
    districts_of,
    invent_collaborators,
    invent_reports,
    landscape_of,
    read_concerns,
)

COMMUNES = read_areas()[1:]
FORMER = {area.code: area for area in read_former_areas()}
BY_NAME = {commune.name: commune for commune in COMMUNES}


def reports(seed: int) -> list[Report]:
    return list(invent_reports(invent_collaborators(COMMUNES, seed), COMMUNES, FORMER, seed))


def test_the_same_seed_invents_the_same_reports() -> None:
    assert reports(1) == reports(1)
    assert reports(1) != reports(2)


def test_every_report_lies_within_the_months_before_now() -> None:
    assert all(0 < report.before_ms <= WEEKS * 7 * DAY_MS for report in reports(1))
    assert 1_500 < len(reports(1)) < 3_000


def test_communes_have_the_landscape_they_really_have() -> None:
    found = {
        name: landscape_of(BY_NAME[name], FORMER) for name in ("Xã Tri Tôn", "Đặc khu Phú Quốc", "Phường Rạch Giá")
    }
    assert found == {
        "Xã Tri Tôn": {"hill"},
        "Đặc khu Phú Quốc": {"island"},
        "Phường Rạch Giá": {"coast", "town"},
    }


def test_nobody_reports_what_cannot_be_where_they_are() -> None:
    where = {(concern.concern, place) for concern in read_concerns() for place in concern.where}
    areas = {commune.code: commune for commune in COMMUNES}
    strange = [
        report
        for report in reports(1)
        if not any((report.concern, place) in where for place in landscape_of(areas[report.area], FORMER))
    ]
    assert strange == []


def test_a_surge_stands_out_where_it_is_and_only_there() -> None:
    areas = {commune.code: commune for commune in COMMUNES}
    cho_moi = Counter(
        (report.before_ms - 1) // (14 * DAY_MS)
        for report in reports(1)
        if report.concern == "sat-lo" and "Huyện Chợ Mới" in districts_of(areas[report.area], FORMER)
    )
    usual = sum(count for fortnight, count in cho_moi.items() if fortnight) / (WEEKS // 2)
    assert cho_moi[0] > 3 * usual


def test_some_collaborators_have_been_silent() -> None:
    latest: dict[str, int] = {}
    for report in reports(1):
        latest[report.person] = min(report.before_ms, latest.get(report.person, report.before_ms))
    silent = [person for person, before in latest.items() if before > 14 * DAY_MS]
    assert 5 <= len(silent) <= 40


def test_every_report_can_be_written_with_the_quick_report_form() -> None:
    choices: dict[str, set[str]] = {}
    for row in quick_report.CHOICES:
        choices.setdefault(row["list_name"], set()).add(row["name"])
    lists = {"viec/chu_de": "chu_de", "muc/muc_do": "muc_do", "muc/so_nguoi": "bao_nhieu", "muc/nguon": "nguon"}
    lists |= {"nuoc_ngap/kieu": "kieu_ngap", "nuoc_ngap/duong_di": "duong_di"}
    for report in reports(1):
        answers = answer_quick_report(report, 1_790_000_000_000, "1")
        assert {
            name for name, list_ in lists.items() if answers.get(f"/data/{name}", "x") not in {*choices[list_], "x"}
        } == set()
