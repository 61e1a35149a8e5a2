"""Boards: what leaders see and do, within scope; their actions are changes like any other."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.http.conftest import ONE_ENGINE, Phone, report
from tests.http.test_attachments import address, photo, upload

PhoneOf = Callable[[str], Awaitable[Phone]]
Tables = Callable[[], Awaitable[dict[str, int]]]


async def act(phone: Phone, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await phone.ask("POST", "/board/changes", json={"changes": list(changes)})
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


def topic(name: str, area: str = "30000", **fields: str) -> dict[str, Any]:
    return {
        "intent": "create",
        "kind": "topic",
        "id": name,
        "fields": {"title": "Nước mặn", "area": area, "state": "new", **fields},
    }


async def test_a_coordinator_gathers_reports_into_an_urgent_topic(phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1, "one"), report(2, "two"))
    seen = (await cora.ask("GET", "/boards/submissions")).json()
    assert [one["item"]["id"] for one in seen] == ["two", "one"]
    outcomes = await act(
        cora,
        topic("t1"),
        {"intent": "edit", "kind": "submission", "id": "one", "base": 1, "fields": {"topic": "t1"}},
        {"intent": "edit", "kind": "topic", "id": "t1", "base": 1, "fields": {"urgency": "urgent"}},
    )
    assert [one["result"] for one in outcomes] == ["applied", "applied", "applied"]
    (board,) = (await cora.ask("GET", "/boards/topics")).json()
    assert board["submissions"] == 1
    assert board["item"]["fields"]["urgency"] == "urgent"
    assert "t1" in [item["id"] for item in (await alice.sync(made_up_to=2)).json()["items"]]


async def test_phone_and_board_disagree_and_a_person_settles_it(phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1, "one"))
    await act(
        cora,
        {"intent": "edit", "kind": "submission", "id": "one", "base": 1, "fields": {"/data/what": "ngập"}},
    )
    edit = {
        "sequence": 2, "intent": "edit", "kind": "submission", "id": "one", "base": 1,
        "fields": {"/data/what": "sạt lở"},
    }  # fmt: skip
    outcome = (await alice.sync(edit)).json()["outcomes"][0]
    assert outcome["result"] == "conflicted"
    settle = {
        "sequence": 3, "intent": "resolve", "kind": "submission", "id": "one", "base": outcome["revision"],
        "fields": {"/data/what": "sạt lở"}, "settles": outcome["conflicts"],
    }  # fmt: skip
    assert (await alice.sync(settle)).json()["outcomes"][0]["result"] == "applied"
    (seen,) = (await cora.ask("GET", "/boards/submissions")).json()
    assert seen["item"]["fields"]["/data/what"] == "sạt lở"
    assert "conflicts" not in seen["item"]
    steps = (await cora.ask("GET", "/boards/history/submission/one")).json()
    assert [step["change"]["intent"] for step in steps] == ["create", "edit", "edit", "resolve"]
    assert "ngập" in [step["change"]["fields"].get("/data/what") for step in steps]


@pytest.mark.parametrize(("person", "sees"), [("bob", 0), ("charlie", 0), ("alice", 1), ("cora", 1), ("stan", 1)])
async def test_boards_show_only_what_is_in_scope(phone_of: PhoneOf, person: str, sees: int) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(report(1, "one"))
    await act(cora, topic("t1"))
    reader = await phone_of(person)
    assert len((await reader.ask("GET", "/boards/submissions")).json()) == sees
    assert len((await reader.ask("GET", "/boards/topics")).json()) == sees
    for kind, item in (("submission", "one"), ("topic", "t1")):
        answer = await reader.ask("GET", f"/boards/history/{kind}/{item}")
        assert answer.status_code == (200 if sees else 404)


async def test_another_areas_coordinator_changes_nothing(phone_of: PhoneOf) -> None:
    bob, cora = await phone_of("bob"), await phone_of("cora")
    await bob.sync(report(1, "bobs", area="30003"))
    outcomes = await act(
        cora,
        {"intent": "edit", "kind": "submission", "id": "bobs", "base": 1, "fields": {"/data/what": "x"}},
        topic("elsewhere", area="30003"),
        {"intent": "create", "kind": "alert", "id": "a:30000", "fields": {"area": "30000"}},
    )
    assert [one["code"] for one in outcomes] == ["out_of_scope", "out_of_scope", "not_allowed"]


@ONE_ENGINE
async def test_a_collaborator_has_no_board_to_act_on(phone_of: PhoneOf, tables: Tables) -> None:
    alice = await phone_of("alice")
    before = await tables()
    for path in ("/boards/sync-status",):
        assert (await alice.ask("GET", path)).json()["code"] == "not_allowed"
    answer = await alice.ask("POST", "/board/changes", json={"changes": [topic("t1")]})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert await tables() == before


@pytest.mark.parametrize(
    "body", [{}, {"changes": []}, {"changes": [{"intent": "create"}]}, {"changes": [topic("t")] * 201}, []]
)
@ONE_ENGINE
async def test_malformed_board_changes_save_nothing(phone_of: PhoneOf, tables: Tables, body: Any) -> None:
    cora = await phone_of("cora")
    before = await tables()
    answer = await cora.ask("POST", "/board/changes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert await tables() == before


@pytest.mark.parametrize("query", ["before=-1", "most=0", "most=1000", "before=x", "most=1.5"])
@ONE_ENGINE
async def test_a_malformed_page_is_a_problem(phone_of: PhoneOf, query: str) -> None:
    cora = await phone_of("cora")
    answer = await cora.ask("GET", f"/boards/submissions?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query_malformed"), answer.text


async def test_submissions_are_paged_and_chosen(phone_of: PhoneOf) -> None:
    alice, cora = await phone_of("alice"), await phone_of("cora")
    await alice.sync(*(report(number, f"r{number}") for number in range(1, 6)))
    first = (await cora.ask("GET", "/boards/submissions?most=2")).json()
    assert [one["item"]["id"] for one in first] == ["r5", "r4"]
    second = (await cora.ask("GET", f"/boards/submissions?most=9&before={first[-1]['item']['position']}")).json()
    assert [one["item"]["id"] for one in second] == ["r3", "r2", "r1"]
    for query, found in (("form=quick", 5), ("form=other", 0), ("area=30000", 5), ("area=30003", 0), ("topic=t", 0)):
        assert len((await cora.ask("GET", f"/boards/submissions?{query}")).json()) == found


async def test_a_submission_says_which_files_are_missing(phone_of: PhoneOf) -> None:
    alice, cora, bob = await phone_of("alice"), await phone_of("cora"), await phone_of("bob")
    content = photo()
    await alice.sync(report(1, "one", **{"file:p.jpg": f"{address(content)} {len(content)} image/jpeg"}))
    (seen,) = (await cora.ask("GET", "/boards/submissions")).json()
    assert seen["missing_files"] == ["p.jpg"]
    await upload(alice, content)
    (seen,) = (await cora.ask("GET", "/boards/submissions")).json()
    assert seen["missing_files"] == []
    path = f"/attachments/{address(content)}?submission=one"
    assert (await cora.ask("GET", path)).status_code == 200
    assert (await bob.ask("GET", path)).json()["code"] == "attachment_unknown"
