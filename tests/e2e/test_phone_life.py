"""What may happen to a phone in the field: a server away, two tabs, a refusal, a restored backup, a revocation."""

import os
import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.phones import MakeContext, Phone, langnghe
from tests.server_process import ServerProcess, free_port, start_server
from tests.webpush.push_service import PushService

PERSON = "le-quoc-dung"
Invite = Callable[[str], str]

MAKE_REPORT = """async ([id, form]) => {
  const open = name => new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await open(name)
  const tx = db.transaction(['changes', 'state'], 'readwrite')
  const state = tx.objectStore('state')
  const read = key => new Promise(resolve => { const r = state.get(key); r.onsuccess = () => resolve(r.result) })
  const replica = await read('replica') ?? name.split('-').at(-1)
  const sequence = (await read('sequence') ?? 0) + 1
  tx.objectStore('state').put(sequence, 'sequence')
  const fields = { form, form_version: '1', area: '30742', label: `Phiếu ${id}`, '/data/viec/noi_dung': 'Nước lên.' }
  tx.objectStore('changes').put({ replica, state: 'unsent', outcome: null, stale: false, kind: 'submission', id,
    change: { sequence, intent: 'create', kind: 'submission', id, base: 0, fields, before: {}, settles: [],
      made_at_ms: Date.now() } })
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['changes'], hurry: true })
}"""


class Site:
    """One server on a port of its own that can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self.environ = {"DATA": str(folder), "PORT": str(free_port())}
        self.server: ServerProcess = start_server(self.environ)
        self.url = self.server.url

    def invite(self, person: str = PERSON) -> str:
        done = langnghe("invite", person, environ={**os.environ, **self.environ})
        found = re.search(r"http\S+/#/enrol/\S+", done.stdout)
        assert found, done.stdout + done.stderr
        return found[0]

    def restart(self) -> None:
        self.server = start_server(self.environ)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """A server with the small demo."""
    made = Site(tmp_path_factory.mktemp("life"))
    yield made
    made.server.stop()


@pytest.fixture
def phone(site: Site, context: MakeContext) -> Phone:
    """An enrolled collaborator's phone."""
    made = Phone(context(PHONE), site.url)
    made.enrol(site.invite())
    made.wait_offline_ready()
    return made


def report(phone: Phone, name: str, form: str = "phan-anh-nhanh") -> None:
    """A finalised report in the outbox, as the form renderer leaves it."""
    phone.page.evaluate(MAKE_REPORT, [name, form])


def test_the_queue_empties_by_itself_when_the_server_comes_back(site: Site, phone: Phone) -> None:
    site.server.stop()
    report(phone, "away")
    phone.go("/")
    expect(phone.page.locator(".river .figure")).to_have_text("1")
    expect(phone.page.locator(".river")).to_contain_text("Tự gửi lại", timeout=10_000)
    site.restart()
    phone.wait_synced(330)  # on a busy machine the restart is slow, and the pauses have grown towards their cap
    expect(phone.page.locator(".river")).to_contain_text("Đã gửi hết")


def test_two_tabs_send_a_change_once(site: Site, phone: Phone) -> None:
    other = phone.context.new_page()
    other.goto(site.url)
    expect(other.locator(".nav")).to_be_visible()
    bodies: list[str] = []
    for page in (phone.page, other):
        page.on("request", lambda one: bodies.append(one.post_data or "") if one.url.endswith("/sync") else None)
    report(phone, "tabs")
    phone.wait_synced()
    assert sum('"tabs"' in body for body in bodies) == 1


def test_a_refused_report_is_given_up_with_a_reason_and_blocks_nothing(phone: Phone) -> None:
    report(phone, "poison", form="no-such-form")
    report(phone, "after-poison")
    phone.wait_synced()
    phone.go("/outbox")
    page = phone.page
    expect(page.locator(".list-item", has_text="Phiếu after-poison").locator(".chip")).to_have_text("Đã nhận")
    page.locator(".list-item", has_text="Phiếu poison").click()
    expect(page.locator(".notice")).to_contain_text("Máy chủ chưa có bản biểu mẫu này")
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất ra tệp").click()
    assert '"poison"' in Path(download.value.path()).read_text()
    page.get_by_role("button", name="Bỏ phiếu này").click()
    page.locator("#reason").fill("Ghi nhầm biểu mẫu")
    page.locator("dialog").get_by_role("button", name="Bỏ phiếu").click()
    phone.go("/")
    expect(page.get_by_text("Cần anh/chị xem")).to_have_count(0)


def test_after_a_backup_is_restored_the_phone_offers_again_what_it_still_holds(site: Site, phone: Phone) -> None:
    report(phone, "before-backup")
    phone.wait_synced()
    folder = Path(site.environ["DATA"]).parent / "backup"
    environ = {**os.environ, **site.environ}
    assert langnghe("backup", str(folder), environ=environ).returncode == 0
    report(phone, "after-backup")
    phone.wait_synced()

    site.server.stop()
    restored = langnghe("restore", "--from", str(folder), environ=environ)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    site.restart()
    phone.sync_now()
    phone.go("/sync")
    expect(phone.page.get_by_text("vừa được khôi phục từ bản sao lưu")).to_be_visible()
    phone.go("/outbox")
    for name in ("before-backup", "after-backup"):
        expect(phone.page.locator(".list-item", has_text=f"Phiếu {name}").locator(".chip")).to_have_text("Đã nhận")


def test_a_revoked_phone_is_refused_at_the_next_request_and_erases_itself(site: Site, phone: Phone) -> None:
    device = phone.page.evaluate("fetch('/me').then(answer => answer.json()).then(me => me.device)")
    report(phone, "kept")
    phone.wait_synced()
    phone.page.evaluate("device => fetch(`/devices/${device}/revoke`, { method: 'POST' })", device)
    phone.page.evaluate("new BroadcastChannel('langnghe').postMessage({ hurry: true })")
    expect(phone.page.get_by_text("Máy này đã bị thu hồi")).to_be_visible()
    left = phone.page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")
    assert left == ["langnghe"]
    phone.go("/outbox")
    expect(phone.page.get_by_text("Nước lên")).to_have_count(0)


def test_signing_out_says_what_would_be_lost_and_erases(site: Site, phone: Phone) -> None:
    phone.set_offline(True)
    report(phone, "unsent")
    phone.go("/settings")
    phone.page.get_by_role("button", name="Đăng xuất và xóa khỏi máy").click()
    expect(phone.page.locator("dialog")).to_contain_text("Còn 1 phiếu chưa gửi")
    phone.set_offline(False)
    phone.page.locator("dialog").get_by_role("button", name="Xóa và đăng xuất").click()
    expect(phone.page.get_by_text("Anh/chị đã đăng xuất khỏi máy này")).to_be_visible()
    assert phone.page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))") == ["langnghe"]
    assert phone.page.evaluate("fetch('/me').then(answer => answer.status)") == 401


def test_a_phone_whose_session_ended_enrols_again_and_sends_what_it_kept(site: Site, phone: Phone) -> None:
    phone.context.clear_cookies()
    report(phone, "kept-through")
    phone.go("/")
    expect(phone.page.locator(".notice")).to_contain_text("Mọi thứ đã ghi vẫn còn trên máy này")
    expect(phone.page.locator(".river .figure")).to_have_text("1")
    phone.enrol(site.invite())
    expect(phone.page.locator(".river")).to_contain_text("Đã gửi hết")
    phone.go("/outbox")
    expect(phone.page.locator(".list-item", has_text="Phiếu kept-through").locator(".chip")).to_have_text("Đã nhận")


def test_an_invitation_works_once(site: Site, context: MakeContext) -> None:
    link = site.invite()
    first = Phone(context(PHONE), site.url)
    first.enrol(link)
    second = Phone(context(PHONE), site.url)
    second.page.goto(link)
    second.page.locator("form button[type=submit]").click()
    expect(second.page.locator(".notice[role=status], .notice")).to_contain_text(["Chưa đăng ký được", ""])
    expect(second.page.get_by_text("Mã mời này đã được một thiết bị khác sử dụng")).to_be_visible()


MAKE_PHOTO = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
  const pen = canvas.getContext('2d')
  for (let n = 0; n < 400; n++) {
    pen.fillStyle = `hsl(${n * 37} 80% 50%)`
    pen.fillRect(n * 17 % 640, n * 29 % 480, 40, 30)
  }
  const bytes = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.9))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()))
  const sha256 = [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('')
  const open = name => new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await open(name)
  const tx = db.transaction(['files', 'changes'], 'readwrite')
  tx.objectStore('files').put({ sha256, size: bytes.size, type: 'image/jpeg', bytes, sent: 0, made_at_ms: Date.now() })
  const changes = tx.objectStore('changes')
  const all = changes.getAll()
  const kept = await new Promise(resolve => { all.onsuccess = () => resolve(all.result.at(-1)) })
  kept.change.fields['file:anh.jpg'] = `${sha256} ${bytes.size} image/jpeg`
  kept.change.fields['/data/noi/anh'] = 'anh.jpg'
  kept.change.fields.area = '30316'
  changes.put(kept)
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
}"""


def test_the_words_go_first_the_photo_follows_and_the_coordinator_sees_it(site: Site, context: MakeContext) -> None:
    phone = Phone(context(PHONE), site.url)
    phone.enrol(site.invite("huynh-thanh-tam"))
    phone.wait_offline_ready()
    phone.context.route("**/attachments*", lambda route: route.abort())
    phone.set_offline(True)
    report(phone, "photo")
    phone.page.evaluate(MAKE_PHOTO)
    phone.set_offline(False)
    phone.go("/outbox")
    row = phone.page.locator(".list-item", has_text="Phiếu photo")
    expect(row.locator(".chip")).to_have_text("Đã nhận", timeout=15_000)
    expect(row).to_contain_text("Ảnh, tệp: 0/1")
    phone.context.unroute("**/attachments*")
    phone.sync_now()
    expect(row).not_to_contain_text("Ảnh, tệp")

    coordinator = Phone(context(PHONE), site.url)
    coordinator.enrol(site.invite("pham-minh-tuan"))
    coordinator.go("/reports")
    coordinator.page.get_by_text("Phiếu photo").click()
    photo = coordinator.page.locator("img.photo")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("naturalWidth", 640)


def test_the_webpush_self_test_comes_back_and_is_shown_as_proven(tmp_path: Path, context: MakeContext) -> None:
    service = PushService.start_in_thread()
    server = start_server({"DATA": str(tmp_path), "WEBPUSH_TEST_SERVICE": service.address})
    try:
        phone = Phone(context(PHONE), server.url)
        phone.take_webpush_from(service)
        phone.enrol(server.links()[PERSON])
        phone.wait_offline_ready()
        phone.go("/settings")
        expect(phone.page.locator(".card", has_text="Thông báo")).to_contain_text("chưa kiểm chứng")
        phone.page.get_by_role("button", name="Gửi thử cho tôi").click()
        phone.deliver(service.wait_for_blocking(1)[0].payload)
        expect(phone.page.locator(".card", has_text="Thông báo")).to_contain_text("Máy này nhận được thông báo")
        assert [one["title"] for one in phone.notifications()] == ["Thông báo thử đã đến"]
        phone.sync_now()
        assert phone.faults == []
    finally:
        server.stop()
        service.stop_thread()
