"""OpenRosa with requests as ODK Collect builds them: form list, manifest, submissions in several posts, amendments."""

import base64
import io
import json
import uuid
import zlib
from collections.abc import Awaitable, Callable
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from httpx import AsyncClient, Response
from PIL import Image

from server.exchange.forms import Publisher
from server.forms.attachments import FormFile
from server.forms.prepare import Prepared, Statement
from server.forms.publishing import Terms, publish_prepared, version_of
from server.forms.reader import read
from server.forms.reading import Reading
from server.store.database import Database
from server.store.forms import close_form
from server.store.items import StoredItem, load_items
from tests.forms.workbooks import QUESTIONS, workbook
from tests.http.conftest import NOW_MS, PROJECT, Phone

Tables = Callable[[], Awaitable[dict[str, int]]]
PhoneOf = Callable[[str], Awaitable[Phone]]
FORM = workbook(
    [
        QUESTIONS,
        ("text", "what", "Bà con nói gì"),
        ("begin_repeat", "place", "Nơi"),
        ("text", "hamlet", "Ấp"),
        ("end_repeat",),
        ("geopoint", "at", "Ở đâu", "", "", "", "decimals-1"),
        ("image", "photo", "Ảnh"),
        ("select_one_from_file xa.csv", "x", "Xã"),
    ]
)
XA = FormFile("xa.csv", "name,label\n1,Một\n".encode(), "text/csv")
LISTED = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
SAID = "{http://openrosa.org/http/response}"


class Collect:
    """ODK Collect, as far as the wire sees it."""

    def __init__(self, client: AsyncClient, given: dict[str, str]) -> None:
        self.client, self.given = client, given
        self.headers = {
            "X-OpenRosa-Version": "1.0",
            "Date": "Thu, 26 Nov 2026 04:00:00 GMT",
            "User-Agent": "org.odk.collect.android/v2025.4.2 Dalvik/2.1.0",
            "Accept-Encoding": "gzip",
            "Authorization": "Basic " + base64.b64encode(f"{given['username']}:{given['password']}".encode()).decode(),
        }

    async def get(self, url: str) -> Response:
        self.client.cookies.clear()
        return await self.client.get(url.replace("http://localhost:8000", ""), headers=self.headers)

    async def head(self) -> Response:
        url = "/openrosa/submission?deviceID=collect%3AuYz0bXPaC3tZ4a2s"
        return await self.client.request("HEAD", url, headers=self.headers)

    async def submit(self, xml: str, files: dict[str, bytes] | None = None, *, incomplete: bool = False) -> Response:
        """OkHttp's multipart: the XML first, each file under its own name, the mark of more to come last."""
        boundary = str(uuid.uuid4())
        parts = [_part("xml_submission_file", "text/xml", xml.encode(), "Phản ánh_2026-11-26_11-02-33.xml")]
        parts += [_part(name, "image/jpeg", content, name) for name, content in (files or {}).items()]
        if incomplete:
            parts.append(_part("*isIncomplete*", "", b"yes"))
        body = b"".join(f"--{boundary}\r\n".encode() + part for part in parts) + f"--{boundary}--\r\n".encode()
        headers = self.headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        url = "/openrosa/submission?deviceID=collect%3AuYz0bXPaC3tZ4a2s"
        self.client.cookies.clear()
        return await self.client.post(url, content=body, headers=headers)


def _part(name: str, media_type: str, content: bytes, filename: str = "") -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    head = f'Content-Disposition: form-data; name="{name}"{named}\r\n{kind}Content-Length: {len(content)}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def instance(what: str, ident: str, old: str = "", *, more: str = "") -> str:
    """A filled form as Collect writes it."""
    deprecated = f"<orx:deprecatedID>{old}</orx:deprecatedID>" if old else ""
    return (
        '<?xml version="1.0" ?><data id="thu" version="1" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">'
        f"<what>{what}</what>{more}<orx:meta><orx:instanceID>{ident}</orx:instanceID>{deprecated}</orx:meta></data>"
    )


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, "JPEG")
    return file.getvalue()


@cache
def _reading() -> Reading:
    return read(FORM, "thu.xlsx")


@pytest.fixture
async def ada(phone_of: PhoneOf, db: Database) -> Phone:
    prepared = Prepared(_reading(), (), (), (XA,), Statement())
    version = version_of(prepared, PROJECT, Terms(), Publisher(), NOW_MS)
    await publish_prepared(db, db.data, prepared, version, Publisher(), now_ms=NOW_MS)
    return await phone_of("ada")


async def password(phone: Phone, person: str = "alice", **more: str) -> dict[str, str]:
    answer = await phone.ask("POST", "/app-passwords", json={"person": person, **more})
    assert answer.status_code == 201, answer.text
    given: dict[str, str] = answer.json()
    return given


@pytest.fixture
async def collect(client: AsyncClient, ada: Phone) -> Collect:
    return Collect(client, await password(ada))


async def item(db: Database, ident: str) -> StoredItem:
    return (await db.reader.read(lambda tx: load_items(tx, PROJECT, [("submission", ident)])))["submission", ident]


async def test_collect_finds_forms_downloads_them_and_their_files(collect: Collect) -> None:
    listed = await collect.get("/openrosa/formList")
    assert listed.headers["x-openrosa-version"] == "1.0"
    assert listed.headers["content-type"] == "text/xml; charset=utf-8"
    forms = {one.findtext(f"{LISTED}formID"): one for one in ET.fromstring(listed.text)}
    assert set(forms) == {"quick", "thu"}
    form = forms["thu"]
    assert form.findtext(f"{LISTED}name") == "Thử"
    assert str(form.findtext(f"{LISTED}hash")).startswith("md5:")
    xform = await collect.get(str(form.findtext(f"{LISTED}downloadUrl")))
    assert '<data id="thu" version="1"' in xform.text
    manifest = ET.fromstring((await collect.get(str(form.findtext(f"{LISTED}manifestUrl")))).text)
    assert [file.findtext(f"{MANIFEST}filename") for file in manifest] == ["xa.csv"]
    file = await collect.get(str(manifest[0].findtext(f"{MANIFEST}downloadUrl")))
    assert file.text == "name,label\n1,Một\n"
    one = ET.fromstring((await collect.get("/openrosa/formList?formID=thu")).text)
    assert len(one) == 1


async def test_head_says_where_to_post_and_how_much(collect: Collect) -> None:
    answer = await collect.head()
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["location"].endswith("/openrosa/submission")
    assert int(answer.headers["x-openrosa-accept-content-length"]) > 1_000_000


async def test_a_submission_becomes_an_item_that_everybody_sees(
    collect: Collect, db: Database, phone_of: PhoneOf
) -> None:
    more = "<place><hamlet>Ấp 1</hamlet></place><place><hamlet>Ấp 2</hamlet></place><at>10.3756 105.4398 3.2 4.5</at>"
    answer = await collect.submit(instance("Nước mặn", "uuid:1", more=more))
    assert answer.status_code == 201
    assert ET.fromstring(answer.text).find(f"{SAID}message[@nature='submit_success']") is not None
    fields = (await item(db, "uuid:1")).state.fields
    assert fields == {
        "form": "thu",
        "form_version": "1",
        "area": "30000",
        "submitted_at_ms": fields["submitted_at_ms"],
        "/data/what": "Nước mặn",
        "/data/place#order": "i1 i2",
        "/data/place[i1]/hamlet": "Ấp 1",
        "/data/place[i2]/hamlet": "Ấp 2",
        "/data/at": "10.4 105.4 0 0",
    }
    cora = await phone_of("cora")
    items = (await cora.sync()).json()["items"]
    assert [one["id"] for one in items if one["kind"] == "submission"] == ["uuid:1"]


async def test_no_exact_position_rests_anywhere(collect: Collect, db: Database) -> None:
    await collect.submit(instance("Nước mặn", "uuid:1", more="<at>10.3756 105.4398 3.2 4.5</at>"))
    for table in ("openrosa_instances", "changes", "items"):
        for row in await db.reader.fetch(f"SELECT * FROM {table}"):
            assert b"10.3756" not in b"".join(
                bytes(value) for value in tuple(row) if isinstance(value, bytes | memoryview)
            )


async def test_the_same_bytes_again_are_taken_once(
    collect: Collect, tables: Callable[[], Awaitable[dict[str, int]]]
) -> None:
    xml = instance("Nước mặn", "uuid:1")
    assert (await collect.submit(xml)).status_code == 201
    before = await tables()
    assert (await collect.submit(xml)).status_code == 201
    assert await tables() == before


async def test_the_same_instance_id_with_other_content_is_refused_and_both_are_kept(
    collect: Collect, db: Database
) -> None:
    assert (await collect.submit(instance("Nước mặn", "uuid:1"))).status_code == 201
    other = await collect.submit(instance("Nước ngọt", "uuid:1"))
    assert other.status_code == 409
    assert "Cả hai bản" in other.text
    assert (await collect.submit(instance("Nước ngọt", "uuid:1"))).status_code == 409
    assert (await item(db, "uuid:1")).state.fields["/data/what"] == "Nước mặn"
    rows = await db.reader.fetch("SELECT state, xml FROM openrosa_instances WHERE instance = 'uuid:1' ORDER BY state")
    assert [row["state"] for row in rows] == ["reused", "taken"]
    assert "Nước ngọt".encode() in bytes(rows[0]["xml"])


async def test_attachments_may_come_in_several_posts(collect: Collect, db: Database, ada: Phone) -> None:
    xml = instance("Sạt lở", "uuid:1", more="<photo>1.jpg</photo>")
    assert (await collect.submit(xml, incomplete=True)).status_code == 201
    assert (await collect.submit(xml, {"1.jpg": picture()}, incomplete=True)).status_code == 201
    assert (await collect.submit(xml, {"1.jpg": picture()})).status_code == 201
    state = (await item(db, "uuid:1")).state
    sha256, size, media_type = state.fields["file:1.jpg"].split(" ")
    assert (int(size), media_type) == (len(picture()), "image/jpeg")
    assert state.revision == 2
    fetched = await ada.ask("GET", f"/attachments/{sha256}?submission=uuid:1")
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/jpeg")


async def test_an_amendment_is_a_new_revision_of_the_same_submission(collect: Collect, db: Database) -> None:
    more = "<place><hamlet>Ấp 1</hamlet></place>"
    await collect.submit(instance("Nước mặn", "uuid:1", more=more))
    assert (await collect.submit(instance("Nước rất mặn", "uuid:2", "uuid:1", more=more))).status_code == 201
    assert (await collect.submit(instance("Nước rất mặn", "uuid:3", "uuid:2"))).status_code == 201
    state = (await item(db, "uuid:1")).state
    assert state.revision == 3
    assert state.fields["/data/what"] == "Nước rất mặn"
    assert "/data/place#order" not in state.fields
    assert state.conflicts == ()


async def test_an_amendment_that_comes_before_what_it_amends_stands(collect: Collect, db: Database) -> None:
    assert (await collect.submit(instance("Bản sửa", "uuid:2", "uuid:1"))).status_code == 201
    assert (await collect.submit(instance("Bản đầu", "uuid:1"))).status_code == 201
    assert (await item(db, "uuid:1")).state.fields["/data/what"] == "Bản sửa"
    again = await collect.submit(instance("Bản đầu", "uuid:1"))
    assert again.status_code == 201


async def test_what_another_person_changed_meanwhile_is_a_conflict_not_a_loss(
    collect: Collect, db: Database, phone_of: PhoneOf
) -> None:
    await collect.submit(instance("Nước mặn", "uuid:1"))
    cora = await phone_of("cora")
    change = {"sequence": 1, "intent": "edit", "kind": "submission", "id": "uuid:1", "base": 1}
    await cora.sync({**change, "fields": {"/data/what": "Nước lợ"}})
    assert (await collect.submit(instance("Nước rất mặn", "uuid:2", "uuid:1"))).status_code == 201
    state = (await item(db, "uuid:1")).state
    assert state.fields["/data/what"] == "Nước lợ"
    assert len(state.conflicts) == 1


async def test_without_a_password_nothing_is_said(client: AsyncClient, collect: Collect) -> None:
    for wrong in ("", "Basic !!", "Bearer x", "Basic " + base64.b64encode(b"alice:wrong").decode()):
        answer = await client.get("/openrosa/formList", headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert answer.headers["x-openrosa-version"] == "1.0"
    other = Collect(client, collect.given | {"username": "bob"})
    assert (await other.get("/openrosa/formList")).status_code == 401
    cookie = {"Cookie": f"__Host-session={collect.given['password']}", "Sec-Fetch-Site": "same-origin"}
    assert (await client.get("/me", headers=cookie)).status_code == 401


async def test_a_revoked_device_gets_nothing_and_what_it_sends_is_kept_apart(
    collect: Collect, ada: Phone, db: Database
) -> None:
    revoked = await ada.ask("POST", f"/devices/{collect.given['device']}/revoke")
    assert revoked.status_code == 200
    assert (await collect.get("/openrosa/formList")).status_code == 401
    assert (await collect.submit(instance("Nước mặn", "uuid:1"))).status_code == 401
    rows = await db.reader.fetch("SELECT state FROM openrosa_instances")
    assert [row["state"] for row in rows] == ["quarantined"]
    assert await db.reader.read(lambda tx: load_items(tx, PROJECT, [("submission", "uuid:1")])) == {}


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        ("", 400),
        ("<data", 400),
        ("<data/>", 400),
        ('<data id="thu" version="1"/>', 400),
        (instance("A", "uuid:1").replace('id="thu"', 'id="unknown"'), 404),
        (instance("A", "uuid:1").replace('id="thu" version="1"', 'id="thu" version="99"'), 404),
        ('<!DOCTYPE d [<!ENTITY a "b">]>' + instance("&a;", "uuid:1").partition("?>")[2], 400),
        (instance("A", "uuid: 1"), 400),
    ],
)  # fmt: skip
async def test_bad_submissions_are_answered_plainly_and_leave_nothing(
    collect: Collect, tables: Tables, xml: str, status: int
) -> None:
    before = await tables()
    answer = await collect.submit(xml)
    assert answer.status_code == status
    assert ET.fromstring(answer.text).find(f"{SAID}message[@nature='submit_error']") is not None
    assert await tables() == before


async def test_a_file_of_a_wrong_kind_is_refused(collect: Collect) -> None:
    answer = await collect.submit(instance("A", "uuid:1", more="<photo>a.exe</photo>"), {"a.exe": b"MZ\x90"})
    assert answer.status_code == 415


async def test_an_app_password_is_for_those_one_leads_and_for_one_of_their_areas(phone_of: PhoneOf, ada: Phone) -> None:
    cora, alice = await phone_of("cora"), await phone_of("alice")
    assert (await password(cora, "alice"))["username"] == "alice"
    assert (await password(alice, "alice"))["username"] == "alice"
    assert (await alice.ask("POST", "/app-passwords", json={"person": "bob"})).json()["code"] == "person_unknown"
    assert (await cora.ask("POST", "/app-passwords", json={"person": "bob"})).json()["code"] == "person_unknown"
    given = await password(ada, "alice", area="30000")
    assert given["username"] == "alice@30000"
    assert (await ada.ask("POST", "/app-passwords", json={"person": "alice", "area": "30003"})).status_code == 403
    settings = json.loads(zlib.decompress(base64.b64decode(given["settings_qr"])))
    assert settings["general"]["password"] == given["password"]
    assert given["picture"].startswith("data:image/svg+xml")
    seen = {one["device"]: one for one in (await cora.ask("GET", "/app-passwords")).json()}
    assert (seen[given["device"]]["person"], seen[given["device"]]["revoked_at_ms"]) == ("alice", None)
    assert (await ada.ask("POST", f"/devices/{given['device']}/revoke")).status_code == 200
    (revoked,) = [one for one in (await ada.ask("GET", "/app-passwords")).json() if one["device"] == given["device"]]
    assert revoked["revoked_at_ms"]


async def test_a_closed_form_is_not_listed_and_takes_no_new_submission(collect: Collect, db: Database) -> None:
    await db.writer.run(lambda tx: close_form(tx, PROJECT, "thu", 1))
    forms = ET.fromstring((await collect.get("/openrosa/formList")).text)
    assert [one.findtext(f"{LISTED}formID") for one in forms] == ["quick"]
    assert (await collect.submit(instance("A", "uuid:1"))).status_code == 403


async def test_a_person_outside_the_area_is_refused(client: AsyncClient, ada: Phone) -> None:
    bob = Collect(client, await password(ada, "bob") | {"username": "bob@30000"})
    assert (await bob.submit(instance("A", "uuid:1"))).status_code == 403
