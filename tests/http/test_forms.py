"""Forms over HTTP: the administrator's upload, what phones fetch, and whom a form is not for."""

import gzip
from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient
from msgspec import structs

from server.exchange.forms import Publisher, publish
from server.store.database import Database
from server.store.forms import get_form_version
from tests.forms.workbooks import QUESTIONS, workbook
from tests.http.conftest import NOW_MS, PROJECT, Phone

PhoneOf = Callable[[str], Awaitable[Phone]]
SOUND = workbook([QUESTIONS, ("select_one_from_file xa.csv", "x", "Xã"), ("text", "a", "A")])
XA = ("media", ("xa.csv", "name,label\n1,Một\n".encode(), "text/csv"))


def xlsx(content: bytes, name: str = "thu.xlsx") -> tuple[str, tuple[str, bytes, str]]:
    return ("file", (name, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))


async def upload(phone: Phone, *files: Any, **fields: str) -> Any:
    return await phone.ask("POST", "/forms", files=list(files), data=fields)


async def test_an_upload_is_previewed_then_published_then_fetched(phone_of: PhoneOf, db: Database) -> None:
    ada, alice = await phone_of("ada"), await phone_of("alice")
    preview = (await upload(ada, xlsx(SOUND), XA)).json()
    assert (preview["form"], preview["standing"], preview["faults"]) == ("thu", "", [])
    assert preview["files"] == ["xa.csv"]
    assert "<h:html" in preview["xform"]
    assert await db.reader.read(lambda tx: get_form_version(tx, PROJECT, "thu")) is None

    published = await upload(ada, xlsx(SOUND), XA, publish="true")
    assert (published.status_code, published.json()["standing"]) == (200, "new")
    fetched = await alice.ask("GET", "/forms/thu/1/form.xml", headers={"Accept-Encoding": "gzip"})
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "application/xml; charset=utf-8"
    assert fetched.headers["content-encoding"] == "gzip"
    assert fetched.text == preview["xform"]
    again = await alice.ask("GET", "/forms/thu/1/form.xml", headers={"If-None-Match": fetched.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    listed = await alice.ask("GET", "/forms/thu/1/xa.csv")
    assert (listed.status_code, listed.text) == (200, "name,label\n1,Một\n")
    assert listed.headers["content-type"].startswith("text/csv")
    assert (await alice.ask("GET", "/forms/thu/1/other.csv")).json()["code"] == "attachment_unknown"
    assert (await alice.ask("GET", "/forms/thu/2/form.xml")).json()["code"] == "form_unknown"


async def test_a_form_reaches_phones_through_their_next_sync(phone_of: PhoneOf) -> None:
    ada, alice = await phone_of("ada"), await phone_of("alice")
    await upload(ada, xlsx(SOUND), XA, publish="true", closes_at_ms="1900000000000")
    items = (await alice.sync()).json()["items"]
    (fields,) = [item["fields"] for item in items if item["kind"] == "form" and item["id"] == "thu"]
    assert fields["version"] == "1"
    assert fields["closes_at_ms"] == "1900000000000"
    assert '"name":"xa.csv"' in fields["attachments"]


async def test_faults_come_back_with_their_places_and_nothing_is_published(
    phone_of: PhoneOf, tables: Callable[[], Awaitable[dict[str, int]]]
) -> None:
    ada = await phone_of("ada")
    before = await tables()
    broken = workbook([QUESTIONS, ("text", "a", "A", "selected(."), ("text", "b", "Số điện thoại")])
    preview = (await upload(ada, xlsx(broken))).json()
    assert {one["place"]: one["code"] for one in preview["faults"]} == {
        "survey!D2": "brackets_unbalanced",
        "survey!C3": "personal_data",
    }
    refused = await upload(ada, xlsx(broken), publish="true")
    assert (refused.status_code, refused.json()["code"]) == (422, "form_invalid")
    assert refused.json()["detail"].startswith("Tệp biểu mẫu chưa thể công bố: survey!D2:")
    assert len(refused.json()["faults"]) == 2
    assert await tables() == before


async def test_what_is_no_form_is_a_problem_document(phone_of: PhoneOf) -> None:
    ada = await phone_of("ada")
    text = await upload(ada, xlsx(b"type,name,label", "thu.csv"))
    assert (text.status_code, text.json()["code"]) == (422, "form_unreadable")
    old = await upload(ada, xlsx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cu.xls"))
    assert ".xlsx" in old.json()["detail"]
    assert (await upload(ada, ("other", ("x", b"1", "text/plain")))).json()["code"] == "body_malformed"
    assert (await upload(ada, xlsx(SOUND), retention_days="mười")).json()["code"] == "body_malformed"
    wrong = await ada.ask("POST", "/forms", json={})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "content_type_wrong")


async def test_only_administrators_publish_and_only_staff_see_the_list(phone_of: PhoneOf, client: AsyncClient) -> None:
    for person in ("alice", "cora", "stan"):
        assert (await upload(await phone_of(person), xlsx(SOUND))).json()["code"] == "not_allowed"
    assert (await (await phone_of("cora")).ask("GET", "/forms")).status_code == 403
    assert (await client.get("/forms/quick/1/form.xml")).json()["code"] == "not_enrolled"
    forms = (await (await phone_of("stan")).ask("GET", "/forms")).json()
    assert [(form["form"], form["version"]) for form in forms] == [("quick", "1")]


async def test_a_form_for_one_commune_is_unknown_in_another(phone_of: PhoneOf) -> None:
    ada, alice, bob = await phone_of("ada"), await phone_of("alice"), await phone_of("bob")
    published = await upload(ada, xlsx(SOUND), XA, publish="true", areas="30003", roles="collaborator, coordinator")
    assert published.status_code == 200
    assert (await bob.ask("GET", "/forms/thu/1/form.xml")).status_code == 200
    assert (await alice.ask("GET", "/forms/thu/1/form.xml")).json()["code"] == "form_unknown"
    assert (await alice.ask("GET", "/forms/thu/1/xa.csv")).json()["code"] == "form_unknown"
    (form,) = [one for one in (await ada.ask("GET", "/forms")).json() if one["form"] == "thu"]
    assert form["versions"][0]["areas"] == ["30003"]
    assert form["versions"][0]["size"] > 100


async def test_personal_data_is_published_with_purpose_consent_and_retention(phone_of: PhoneOf, db: Database) -> None:
    ada = await phone_of("ada")
    asks = workbook([QUESTIONS, ("text", "a", "Họ và tên")])
    assert (await upload(ada, xlsx(asks), publish="true")).json()["code"] == "form_invalid"
    stated = {"purpose": "Khảo sát", "consent": "Tôi đồng ý", "retention_days": "90"}
    assert (await upload(ada, xlsx(asks), publish="true", **stated)).json()["standing"] == "new"
    (form,) = [one for one in (await ada.ask("GET", "/forms")).json() if one["form"] == "thu"]
    assert form["versions"][0]["retention_days"] == 90
    assert form["versions"][0]["warnings"][0]["field"] == "/data/a"


async def test_an_upload_larger_than_any_form_is_refused(phone_of: PhoneOf) -> None:
    ada = await phone_of("ada")
    answer = await upload(ada, xlsx(gzip.compress(b"x") + bytes(61 * 1024 * 1024)))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def report(sequence: int, item: str, area: str = "30000", form: str = "quick") -> dict[str, Any]:
    fields = {"form": form, "form_version": "1", "area": area, "/data/a": "x"}
    return {"sequence": sequence, "intent": "create", "kind": "submission", "id": item, "fields": fields}


async def outcomes(phone: Phone, *changes: dict[str, Any]) -> list[tuple[str, str]]:
    answer = (await phone.sync(*changes)).json()
    return [(one["result"], one.get("code", "")) for one in answer["outcomes"]]


async def test_a_closed_form_takes_amendments_only_until_it_is_opened_again(phone_of: PhoneOf) -> None:
    ada, alice = await phone_of("ada"), await phone_of("alice")
    assert await outcomes(alice, report(1, "s1")) == [("applied", "")]
    closed = await ada.ask("POST", "/forms/quick/close")
    assert (closed.status_code, closed.json()["closed_at_ms"]) == (200, NOW_MS)
    amended = {"sequence": 3, "intent": "edit", "kind": "submission", "id": "s1", "base": 1, "fields": {"/data/a": "y"}}
    assert await outcomes(alice, report(2, "s2"), amended) == [("rejected", "form_closed"), ("applied", "")]
    items = (await alice.sync()).json()["items"]
    assert [one["fields"]["closes_at_ms"] for one in items if one["id"] == "quick"] == [str(NOW_MS)]
    assert (await ada.ask("POST", "/forms/quick/open")).json()["closed_at_ms"] is None
    assert await outcomes(alice, report(4, "s2")) == [("applied", "")]
    assert (await ada.ask("POST", "/forms/no/close")).json()["code"] == "form_unknown"
    assert (await alice.ask("POST", "/forms/quick/close")).json()["code"] == "not_allowed"


async def test_a_submission_before_the_opening_or_from_whom_the_form_is_not_for_is_refused(phone_of: PhoneOf) -> None:
    ada, alice, bob, cora = [await phone_of(name) for name in ("ada", "alice", "bob", "cora")]
    terms: dict[str, Any] = {"areas": ["30003"], "roles": ["collaborator"]}
    assert (await ada.ask("PUT", "/forms/quick/1/terms", json=terms)).status_code == 200
    assert await outcomes(alice, report(1, "s1")) == [("rejected", "out_of_scope")]
    assert await outcomes(cora, report(1, "s2")) == [("rejected", "out_of_scope")]
    assert await outcomes(bob, report(1, "s3", "30003")) == [("applied", "")]
    terms = {"areas": ["91"], "opens_at_ms": NOW_MS + 1000}
    assert (await ada.ask("PUT", "/forms/quick/1/terms", json=terms)).json()["versions"][0]["areas"] == ["91"]
    assert await outcomes(alice, report(2, "s1")) == [("rejected", "form_closed")]
    assert (await ada.ask("PUT", "/forms/quick/1/terms", json={"areas": ["91"]})).status_code == 200
    assert await outcomes(alice, report(3, "s1")) == [("applied", "")]
    assert (await ada.ask("PUT", "/forms/quick/2/terms", json={})).json()["code"] == "form_unknown"


async def test_terms_of_an_older_version_do_not_bring_it_back_to_phones(phone_of: PhoneOf, db: Database) -> None:
    ada, alice = await phone_of("ada"), await phone_of("alice")
    first = await db.reader.read(lambda tx: get_form_version(tx, PROJECT, "quick"))
    assert first is not None
    second = structs.replace(first, version="2", published_at_ms=NOW_MS + 1)
    await db.writer.run(lambda tx: publish(tx, second, Publisher(), now_ms=NOW_MS), project=PROJECT)
    assert (await ada.ask("PUT", "/forms/quick/1/terms", json={"roles": ["coordinator"]})).status_code == 200
    (fields,) = [one["fields"] for one in (await alice.sync()).json()["items"] if one["id"] == "quick"]
    assert (fields["version"], fields.get("roles", "")) == ("2", "")
