"""The topics board: search without marks, what is unusual, matches, merging and splitting, answers, within scope."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.reports.likeness import rank
from server.reports.places import units_of_today
from server.store.areas import Area
from server.store.standings import DAY_MS
from server.store.tallies import week_of, written_at_ms
from tests.http.conftest import ONE_ENGINE, Phone, report
from tests.http.test_boards import act, topic
from tests.reports.test_sync_status import get

PhoneOf = Callable[[str], Awaitable[Phone]]
WEEK_MS = 7 * DAY_MS


def test_likeness_needs_no_marks_and_counts_rare_words_more() -> None:
    scores = rank("Nước mặn vào ruộng lúa", ["nuoc man vao ruong", "giá lúa giảm", "điện yếu"])
    assert scores[0] > 0.5 > scores[1] > scores[2] == 0


def test_a_week_begins_on_monday_in_vietnam_and_a_wrong_clock_is_not_believed() -> None:
    monday_ms = 1_795_971_600_000  # 30 November 2026, 00:00 in Vietnam
    assert week_of(monday_ms) == week_of(monday_ms - 1) + 1 == week_of(monday_ms + WEEK_MS - 1)
    assert written_at_ms({"submitted_at_ms": str(monday_ms - DAY_MS)}, monday_ms) == monday_ms - DAY_MS
    for said in (monday_ms + 1, monday_ms - 61 * DAY_MS, "x"):
        assert written_at_ms({"submitted_at_ms": str(said)}, monday_ms) == monday_ms


def test_the_past_of_a_merged_unit_counts_for_the_new_one_and_of_a_divided_one_for_none() -> None:
    def area(code: str, **more: Any) -> Area:
        return Area(project="p", area=code, name=code, **more)

    units = units_of_today(
        [
            area("1", valid_to_ms=5, successors=("3",)),
            area("2", valid_to_ms=5, successors=("3", "4")),
            area("3", merged_from=("0",)),
            area("4"),
        ]
    )
    assert units == {"0": "3", "1": "3", "2": "", "3": "3", "4": "4"}


async def test_an_unusual_week_emerges_and_small_cells_stay_hidden(phone_of: PhoneOf, clock: Any) -> None:
    alice, cora, bob = await phone_of("alice"), await phone_of("cora"), await phone_of("bob")
    sequence = 0
    for count in (1, 1, 1, 1, 1, 1, 1, 1, 1, 7):
        reports = [report(sequence + n, **{"/data/viec/chu_de": "ngap_lut"}) for n in range(1, count + 1)]
        await alice.sync(*reports)
        sequence += count
        clock.now_ms += WEEK_MS
    clock.now_ms -= WEEK_MS
    (one,) = await get(cora, "/boards/emerging")
    assert [one[name] for name in ("area", "subject", "count", "score")] == ["30000", "ngap_lut", 7, 12.0]
    assert one["weeks"] == [0, 0] + [None] * 9 + [7]
    assert (await bob.ask("GET", "/boards/emerging")).json()["code"] == "not_allowed"


async def test_topics_are_found_matched_merged_and_split(phone_of: PhoneOf, clock: Any) -> None:
    alice, cora, stan = await phone_of("alice"), await phone_of("cora"), await phone_of("stan")
    texts = ["nước mặn vào ruộng sâu", "nước mặn vào ruộng lúa", "trạm y tế thiếu thuốc men"]
    await alice.sync(*(report(n + 1, f"r{n}", **{"/data/what": text}) for n, text in enumerate(texts)))
    await act(cora, topic("t1", title="Nước mặn vào ruộng"), topic("t2", title="Nước mặn ở kênh"))
    edit = {"intent": "edit", "kind": "submission", "base": 1, "before": {"topic": None}}
    await act(cora, {**edit, "id": "r0", "fields": {"topic": "t1"}}, {**edit, "id": "r2", "fields": {"topic": "t2"}})
    found = await get(stan, "/boards/topic-list?q=NUOC%20man%20xa%20mot")
    assert {one["topic"]: one["submissions"] for one in found} == {"t1": 1, "t2": 1}
    page = await get(cora, "/boards/topic/t1")
    assert [one["submission"] for one in page["matches"]] == ["r1"]
    assert [one["topic"] for one in page["similar"]] == ["t2"]
    assert page["weeks"][-1] is None
    merged = await cora.ask("POST", "/boards/topic/t2/merge", json={"into": "t1"})
    assert merged.json() == {"topic": "t1", "moved": 1, "refused": 0}
    assert [(one["topic"], one["submissions"]) for one in await get(cora, "/boards/topic-list")] == [("t1", 2)]
    split = await cora.ask("POST", "/boards/topic/t1/split", json={"title": "Thuốc men", "submissions": ["r2"]})
    assert (split.status_code, split.json()["moved"]) == (201, 1)
    rows = {one["title"]: one["submissions"] for one in await get(cora, "/boards/topic-list?only=all")}
    assert rows == {"Nước mặn vào ruộng": 1, "Nước mặn ở kênh": 0, "Thuốc men": 1}
    wrong = await cora.ask("POST", "/boards/topic/t1/split", json={"title": "x", "submissions": ["r2"]})
    assert wrong.json()["code"] == "body_malformed"


@ONE_ENGINE
async def test_other_areas_see_and_change_nothing(phone_of: PhoneOf) -> None:
    cora, stan, charlie = [await phone_of(person) for person in ("cora", "stan", "charlie")]
    await act(stan, topic("far", area="30003"), topic("near"))
    assert [one["topic"] for one in await get(cora, "/boards/topic-list")] == ["near"]
    assert (await cora.ask("GET", "/boards/topic/far")).json()["code"] == "item_unknown"
    assert (await cora.ask("POST", "/boards/topic/far/merge", json={"into": "near"})).json()["code"] == "item_unknown"
    assert (await cora.ask("POST", "/boards/topic/near/merge", json={"into": "far"})).json()["code"] == "item_unknown"
    for path in ("topic-list", "emerging", "topic/near", "answers"):
        assert (await charlie.ask("GET", f"/boards/{path}")).json()["code"] == "not_allowed"


async def test_answers_say_who_read_them_and_how_long_places_waited(phone_of: PhoneOf, clock: Any) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1, "r1"))
    await act(cora, topic("t1"), topic("t2"))
    await act(cora, {"intent": "edit", "kind": "submission", "id": "r1", "base": 1, "fields": {"topic": "t1"}})
    clock.now_ms += 2 * DAY_MS
    said = {"topic": "t1", "area": "30000", "text": "Đã rõ", "answered_by": "Cora"}
    await act(cora, {"intent": "create", "kind": "answer", "id": "a1", "fields": said})
    device = alice.me["device"]
    opened = {
        "sequence": 2, "intent": "create", "kind": "delivery", "id": f"answer!a1:{device}",
        "fields": {"alert": "answer!a1", "device": device, "area": "30000", "opened_at_ms": str(clock.now_ms)},
    }  # fmt: skip
    assert (await alice.sync(opened)).json()["outcomes"][0]["result"] == "applied"
    board = await get(cora, "/boards/answers")
    (area,) = board["areas"]
    assert [area[name] for name in ("topics", "answered", "median_ms", "waiting_ms")] == [2, 1, 2 * DAY_MS, 2 * DAY_MS]
    (answer,) = board["answers"]
    assert [answer[name] for name in ("title", "reporters", "told", "read")] == ["Nước mặn", 1, 0, 1]
