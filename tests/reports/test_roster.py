"""Merging and dividing areas, importing people from a sheet, invitations to print: for those who may."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

from openpyxl import Workbook

from server.store.standings import DAY_MS
from tests.http.conftest import ONE_ENGINE, Phone, report
from tests.reports.test_sync_status import get

PhoneOf = Callable[[str], Awaitable[Phone]]
XLSX = {"Content-Type": "application/octet-stream"}


async def test_a_merger_keeps_the_past_and_takes_what_still_comes(phone_of: PhoneOf, clock: Any) -> None:
    alice, bob, cora, ada = [await phone_of(person) for person in ("alice", "bob", "cora", "ada")]
    await alice.sync(report(1, "a1"))
    await bob.sync(report(1, "b1", area="30003"))
    into = {"area": "30000", "name": "Xã Mới"}
    asked = {"areas": ["30000", "30003"], "into": into, "at_ms": clock.now_ms - DAY_MS}
    assert (await cora.ask("POST", "/areas/merge", json=asked)).json()["code"] == "not_allowed"
    late = await ada.ask("POST", "/areas/merge", json={**asked, "at_ms": clock.now_ms + DAY_MS})
    assert late.json()["code"] == "body_malformed"
    merged = await ada.ask("POST", "/areas/merge", json=asked)
    assert merged.status_code == 200, merged.text
    units = {one["area"]: one for one in merged.json()}
    assert (units["30003"]["successors"], units["30000"]["merged_from"]) == (["30000"], ["30003"])
    queued = await bob.sync(report(2, "b2", area="30003"))
    assert queued.json()["outcomes"][0]["result"] == "applied"
    names = {item["id"]: item["fields"]["name"] for item in queued.json()["items"] if item["kind"] == "area"}
    assert names == {"30000": "Xã Mới"}
    seen = {one["item"]["id"] for one in (await cora.ask("GET", "/boards/submissions")).json()}
    assert seen == {"a1", "b1", "b2"}
    (area,) = await get(cora, "/boards/areas")
    assert (area["name"], area["days"][-1], area["standing"]["people"]) == ("Xã Mới", 3, 3)
    people = {one["person"]: one["areas"] for one in (await ada.ask("GET", "/people")).json()}
    assert people["bob"] == ["30000"]


@ONE_ENGINE
async def test_a_division_makes_new_units_and_leaves_the_past_undivided(phone_of: PhoneOf, clock: Any) -> None:
    alice, cora, ada = [await phone_of(person) for person in ("alice", "cora", "ada")]
    await alice.sync(report(1, "a1"))
    into = [{"area": "30100", "name": "Xã Đông"}, {"area": "30103", "name": "Xã Tây"}]
    asked = {"area": "30000", "into": into, "at_ms": clock.now_ms}
    taken = await ada.ask("POST", "/areas/split", json={**asked, "into": [into[0], {"area": "30003", "name": "x"}]})
    assert "taken" in taken.json()["detail"]
    assert (await ada.ask("POST", "/areas/split", json=asked)).status_code == 200
    areas = {one["area"]: one for one in await get(cora, "/boards/areas")}
    assert areas.keys() == {"30100", "30103"}
    assert [sum(one["days"]) for one in areas.values()] == [0, 0]
    assert [one["item"]["id"] for one in (await cora.ask("GET", "/boards/submissions")).json()] == ["a1"]


def sheet(*rows: tuple[str, ...]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@ONE_ENGINE
async def test_a_sheet_is_previewed_then_applied_and_one_fault_stops_it(phone_of: PhoneOf) -> None:
    cora, ada = await phone_of("cora"), await phone_of("ada")
    heading = ("Họ tên", "MÃ NGƯỜI", "Vai trò", "Mã địa bàn", "Liên hệ")
    good = sheet(
        heading,
        ("Alice", "alice", "Điều phối viên", "30000, 30003", ""),
        ("Đỗ Văn Ân", "", "", "xa ba", "0900"),
        ("Bob", "bob", "cộng tác viên", "30003", ""),
    )
    assert (await cora.ask("POST", "/people/import", content=good, headers=XLSX)).json()["code"] == "not_allowed"
    preview = (await ada.ask("POST", "/people/import", content=good, headers=XLSX)).json()
    assert [(one["row"], one["kind"], one["person"]) for one in preview["lines"]] == [
        (2, "changed", "alice"), (3, "new", "do-van-an"), (4, "same", "bob"),
    ]  # fmt: skip
    assert preview["lines"][0]["changes"] == {
        "role": ["collaborator", "coordinator"], "areas": ["30000", "30000, 30003"],
    }  # fmt: skip
    saved = (await ada.ask("POST", "/people/import?save=true", content=good, headers=XLSX)).json()
    assert saved["saved"] == 2
    people = {one["person"]: one for one in (await ada.ask("GET", "/people")).json()}
    assert (people["do-van-an"]["areas"], people["alice"]["role"]) == (["30006"], "coordinator")
    bad = sheet(heading, ("X", "", "vua", "30000", ""), ("", "y", "", "1", ""), ("Z", "", "", "99999", ""))
    faults = (await ada.ask("POST", "/people/import", content=bad, headers=XLSX)).json()["lines"]
    assert [one["fault"] for one in faults] == ["role_unknown", "name_missing", "area_unknown"]
    refused = await ada.ask("POST", "/people/import?save=true", content=bad, headers=XLSX)
    assert refused.json()["code"] == "sheet_faulty"
    for content in (b"not a sheet", sheet()[:200]):
        answer = await ada.ask("POST", "/people/import", content=content, headers=XLSX)
        assert answer.json()["code"] == "sheet_unreadable"
    assert (await ada.ask("GET", "/people/template.xlsx")).content[:2] == b"PK"


@ONE_ENGINE
async def test_invitations_are_printed_for_people_one_leads(phone_of: PhoneOf) -> None:
    cora = await phone_of("cora")
    (one,) = (await cora.ask("POST", "/invitations/sheet", json={"people": ["alice"]})).json()
    assert one["picture"].startswith("data:image/svg+xml;base64,")
    newcomer = Phone(cora.client)
    assert (await newcomer.enrol(one["link"].rsplit("/", 1)[1])).status_code == 201
    refused = await cora.ask("POST", "/invitations/sheet", json={"people": ["alice", "bob"]})
    assert refused.json()["code"] == "person_unknown"
