"""Every board in a real browser: what staff, a coordinator and an administrator see and do, and who must see nothing.

One server for the file. Alice is a collaborator of Châu Đốc, Bob one of another commune; Charlie must see nothing.
"""

import io
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BOARD, PHONE, take
from tests.e2e.phones import MakeContext, Phone
from tests.e2e.test_screens import faults_of
from tests.server_process import ServerProcess, start_server

ALICE, BOB, CHARLIE = "huynh-thanh-tam", "le-quoc-dung", "nguyen-ngoc-lan"
COORDINATOR, STAFF, ADMINISTRATOR = "pham-minh-tuan", "vo-hong-nhung", "dang-hoang-long"
TEXTS = ("Nước lên ngập đường vào chợ, ghe không cập bến được", "Nước ngập đường vào chợ, học sinh phải nghỉ học")
REPORT = """async ([id, text]) => {
  const got = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const device = await got(indexedDB.open('langnghe'))
  const identity = await got(device.transaction('identity').objectStore('identity').get('current'))
  const db = await got(indexedDB.open(`langnghe-${identity.session.project}-${identity.replica}`))
  const tx = db.transaction(['changes', 'state', 'items'], 'readwrite')
  const sequence = ((await got(tx.objectStore('state').get('sequence'))) ?? 0) + 1
  const replica = (await got(tx.objectStore('state').get('replica'))) ?? identity.replica
  const form = (await got(tx.objectStore('items').getAll(IDBKeyRange.bound(['form'], ['form', []]))))[0]
  const area = identity.session.areas[0].code
  const fields = { form: form.id, form_version: form.fields.version, area, '/data/viec/noi_dung': text }
  const what = { intent: 'create', kind: 'submission', id, base: 0, fields, before: {}, settles: [] }
  const change = { sequence, ...what, made_at_ms: Date.now() }
  tx.objectStore('state').put(sequence, 'sequence')
  const kept = { replica, change, state: 'unsent', outcome: null, stale: false, kind: 'submission', id }
  tx.objectStore('changes').put(kept)
  await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = () => reject(tx.error) })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['changes'], hurry: true })
}"""
"""A report put into the outbox as the app puts it, without the minute of filling."""
CHANGE = """async changes => {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch('/board/changes', { method: 'POST', headers, body: JSON.stringify({ changes }) })
  return (await answer.json()).outcomes.map(one => one.result)
}"""


@pytest.fixture(scope="module")
def served(_demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    """A server with the small demo, as after its first start."""
    data = tmp_path_factory.mktemp("boards") / "data"
    shutil.copytree(_demo_folder, data)
    server = start_server({"DATA": str(data)})
    yield server
    server.stop()


def enrolled(served: ServerProcess, context: MakeContext, person: str, size: tuple[int, int] = BOARD) -> Phone:
    """A new device of a person; the first link of the server works once, later ones come from `langnghe invite`."""
    phone = Phone(context(size), served.url)
    phone.enrol(served.links()[person], f"Máy của {person}")
    return phone


def write_report(phone: Phone, name: str, text: str) -> None:
    phone.page.evaluate(REPORT, [name, text])


def test_boards_from_silence_to_answer(served: ServerProcess, context: MakeContext) -> None:
    alice = enrolled(served, context, ALICE, PHONE)
    bob, charlie = enrolled(served, context, BOB, PHONE), enrolled(served, context, CHARLIE, PHONE)
    staff = enrolled(served, context, STAFF)
    coordinator = enrolled(served, context, COORDINATOR)

    watch_sync_status(staff.page, staff, alice)
    write_report(bob, "r9", "Đường vào ấp hư hỏng nặng sau mưa lớn")
    bob.wait_synced()
    remind_a_person(coordinator)
    steer_topics(coordinator, staff)
    answer_and_be_read(coordinator, alice)
    see_nothing(charlie, coordinator)
    for phone in (alice, bob, charlie, staff, coordinator):
        assert phone.faults == []


def watch_sync_status(page: Page, staff: Phone, alice: Phone) -> None:
    """The board renews itself when a phone syncs; it is searched without marks, shaded, saved as a view, alarmed."""
    staff.go("/boards/sync-status")
    row = page.locator("tr", has_text="Huỳnh Thị Thanh Tâm")
    expect(row).to_contain_text("Phường Châu Đốc")
    made = row.locator("td").nth(1)
    before = int(made.inner_text())
    for number, text in enumerate(TEXTS):
        write_report(alice, f"r{number}", text)
    alice.wait_synced()
    expect(made).to_have_text(str(before + len(TEXTS)))
    take(page, "board-sync-status-vi")
    assert faults_of(staff, "board-sync-status", "/boards/sync-status", "vi", "light") == []

    page.get_by_label("Tìm người, máy, địa bàn").fill("chau doc tam")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Lưu cách xem này").click()
    page.get_by_label("Tên cách xem").fill("Châu Đốc")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_label("Tìm người, máy, địa bàn").fill("khong co ai")
    expect(page.get_by_text("Không có dòng nào khớp")).to_be_visible()
    page.get_by_role("button", name="Châu Đốc", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Châu Đốc", exact=True).click()

    page.get_by_label("Tô màu theo").select_option("arrivals")
    tile = page.locator(".heat-tile", has_text="Châu Đốc")
    expect(tile).to_contain_text("2 phiếu")
    tile.click()
    expect(page.get_by_role("heading", name="Máy tại Phường Châu Đốc")).to_be_visible()
    tile.click()
    page.get_by_role("button", name="Báo động").click()
    page.get_by_label("có máy không liên lạc quá").select_option("3")
    expect(page.get_by_text("Đã lưu báo động")).to_be_visible()
    page.get_by_role("button", name="Xong").click()


def remind_a_person(coordinator: Phone) -> None:
    """A person's page: the syncs that brought something, and a reminder that says whom it reaches."""
    page = coordinator.page
    coordinator.go("/boards/sync-status")
    expect(page.locator("tr", has_text="Lê Quốc Dũng")).to_have_count(0)
    page.get_by_role("link", name="Huỳnh Thị Thanh Tâm").click()
    expect(page.locator(".timeline li").first).to_contain_text("thay đổi")
    page.get_by_role("button", name="Nhắc gửi phiếu").click()
    expect(page.get_by_text("Không máy nào nhận được thông báo")).to_be_visible()
    take(page, "board-person-vi")


def steer_topics(coordinator: Phone, staff: Phone) -> None:
    """Found without marks; suggested reports are added; owner and due day are set; one is split off and merged back."""
    page = coordinator.page
    fields = {"title": "Ngập đường vào chợ", "area": "30316", "state": "new", "urgency": "medium"}
    topic = {"intent": "create", "kind": "topic", "id": "t1", "fields": fields}
    report = {"intent": "edit", "kind": "submission", "id": "r0", "base": 1, "fields": {"topic": "t1"}}
    assert page.evaluate(CHANGE, [topic, report]) == ["applied", "applied"]
    coordinator.go("/boards/topics")
    page.get_by_label("Tìm chủ đề, địa bàn").fill("ngap chau doc")
    page.get_by_role("link", name="Ngập đường vào chợ").click()
    matches = page.locator("section", has=page.get_by_role("heading", name="Phiếu có thể cùng chủ đề"))
    matches.locator("input").check()
    page.get_by_role("button", name="Xếp 1 phiếu vào chủ đề này").click()
    expect(page.locator("section[aria-labelledby=in-topic] li")).to_have_count(2)
    page.get_by_role("button", name="Tôi phụ trách").click()
    expect(page.get_by_role("button", name="Tôi phụ trách")).to_have_count(0)
    page.get_by_label("Hạn trả lời").fill("2026-01-31")
    expect(page.locator(".chip", has_text="quá hạn")).to_be_visible()
    take(page, "board-topic-vi")

    page.locator("section[aria-labelledby=in-topic] input").first.check()
    page.get_by_role("button", name="Tách 1 phiếu").click()
    page.get_by_label("Tên chủ đề mới").fill("Ngập đường, học sinh nghỉ học")
    page.locator("dialog").get_by_role("button", name="Tách 1 phiếu").click()
    expect(page.get_by_role("heading", name="Ngập đường, học sinh nghỉ học")).to_be_visible()
    page.get_by_role("button", name="Gộp vào đây").click()
    page.locator("dialog").get_by_role("button", name="Gộp chủ đề").click()
    expect(page.locator("section[aria-labelledby=in-topic] li")).to_have_count(2)

    staff.page.bring_to_front()
    assert faults_of(staff, "board-topics", "/boards/topics", "vi", "light") == []
    expect(staff.page.locator("tbody tr", has_text="học sinh nghỉ học")).to_contain_text("2")
    expect(staff.page.get_by_text("Hai tuần qua không nơi nào cao khác thường.")).to_be_visible()


def answer_and_be_read(coordinator: Phone, alice: Phone) -> None:
    """An answer counts as read once the phone of somebody who had reported showed it."""
    page = coordinator.page
    page.bring_to_front()
    name = page.url.rpartition("/")[2]
    said = {"topic": name, "area": "30316", "text": "Đã bố trí ghe đưa đón.", "answered_by": "Phạm Minh Tuấn"}
    assert page.evaluate(CHANGE, [{"intent": "create", "kind": "answer", "id": "a1", "fields": said}]) == ["applied"]
    alice.page.bring_to_front()
    alice.sync_now()
    alice.go(f"/topic/{name}")
    expect(alice.page.get_by_text("Đã bố trí ghe đưa đón.")).to_be_visible()
    alice.wait_synced()
    page.bring_to_front()
    coordinator.go("/boards/answers")
    counts = page.locator(".read-count").first
    expect(counts).to_contain_text("Người đã báo1")
    expect(counts).to_contain_text("Đã đọc1", timeout=30_000)
    assert faults_of(coordinator, "board-answers", "/boards/answers", "vi", "light") == []


def see_nothing(charlie: Phone, coordinator: Phone) -> None:
    """A collaborator has no board; a coordinator none of other areas' people, reports or topics."""
    page = charlie.page
    page.bring_to_front()
    for board in ("sync-status", "topics", "answers", "roster", "person/huynh-thanh-tam"):
        charlie.go(f"/boards/{board}")
        expect(page.locator(".notice").first).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(0)
    asked = "path => fetch(path).then(async answer => [answer.status, await answer.text()])"
    status, _ = page.evaluate(asked, "/exports/submissions.csv")
    assert status == 403
    coordinator.page.bring_to_front()
    status, text = coordinator.page.evaluate(asked, "/exports/submissions.csv")
    assert status == 200
    assert "r0," in text
    assert "r9," not in text
    status, _ = coordinator.page.evaluate(asked, f"/boards/people/{BOB}")
    assert status == 404


def people_sheet() -> bytes:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (("Mã người", "Họ tên", "Vai trò", "Mã địa bàn"), ("", "Đỗ Thị Mỹ Ân", "cộng tác viên", "30316")):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_an_administrator_keeps_areas_and_people_and_takes_exports(served: ServerProcess, context: MakeContext) -> None:
    admin = enrolled(served, context, ADMINISTRATOR)
    page = admin.page
    admin.go("/boards/roster")
    page.get_by_role("button", name="Nhập từ Excel").click()
    sheet = {"name": "nguoi.xlsx", "mimeType": "application/octet-stream", "buffer": people_sheet()}
    page.locator("input[accept='.xlsx']").set_input_files(sheet)  # type: ignore[arg-type]
    expect(page.locator("tr", has_text="do-thi-my-an")).to_contain_text("Thêm mới")
    page.get_by_role("button", name="Áp dụng 1 thay đổi").click()
    expect(page.get_by_text("Đã áp dụng 1 thay đổi.")).to_be_visible()
    page.get_by_role("button", name="Nhập từ Excel").click()
    page.get_by_label("Tìm người, địa bàn").fill("do thi my an")
    page.get_by_role("button", name="Mời", exact=True).click()
    expect(page.get_by_role("img", name="Phiếu mời: Đỗ Thị Mỹ Ân")).to_be_visible()
    take(page, "board-invitation-vi")
    page.get_by_role("button", name="Đóng").click()
    assert faults_of(admin, "board-roster", "/boards/roster", "vi", "light") == []

    page.get_by_role("button", name="Địa bàn 103").click()
    page.get_by_label("Phường Vĩnh Tế").check()
    page.get_by_label("Phường Châu Đốc").check()
    page.get_by_role("button", name="Sáp nhập").click()
    page.get_by_label("Mã đơn vị mới").fill("39999")
    page.get_by_label("Tên đơn vị mới").fill("Phường Núi Sam")
    page.get_by_role("button", name="Sáp nhập 2 địa bàn").click()
    expect(page.get_by_role("button", name="Địa bàn 102")).to_be_visible()
    expect(page.locator("tr", has_text="Phường Núi Sam")).to_contain_text("Phường Châu Đốc")

    admin.go("/boards/exports")
    for name in ("submissions.csv", "topics.xlsx"):
        what = "Phiếu" if name.startswith("sub") else "Chủ đề"
        with page.expect_download() as download:
            page.get_by_role("button", name=f"{what}: Tải {name.rpartition('.')[2].upper()}").click()
        assert download.value.suggested_filename == name
        assert download.value.path().stat().st_size > 100
    assert faults_of(admin, "board-exports", "/boards/exports", "vi", "light") == []
    assert admin.faults == []
