"""The lock: a PIN over what rests on the phone, sending while locked, a lost PIN, and a phone revoked while locked."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, take
from tests.e2e.phones import MakeContext, Phone, faults_of_axe
from tests.e2e.test_main_path import next_page, to_the_end
from tests.server_process import ServerProcess

PERSON = "le-quoc-dung"
PIN = "481516"
SECRET = "Bà con kể chuyện riêng tư"

READ_ALL = """async () => {
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const found = {}
  for (const store of ['items', 'changes', 'drafts', 'state']) {
    found[store] = await new Promise(resolve => {
      const r = db.transaction(store).objectStore(store).getAll()
      r.onsuccess = () => resolve(r.result)
    })
  }
  db.close()
  return JSON.stringify(found)
}"""

CHANGE_LOCK = """async some => {
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const tx = db.transaction('state', 'readwrite')
  const state = tx.objectStore('state')
  const lock = await new Promise(resolve => { const r = state.get('lock'); r.onsuccess = () => resolve(r.result) })
  state.put({ ...lock, ...some }, 'lock')
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['state'] })
}"""

LEFT = """async () => {
  const databases = (await indexedDB.databases()).map(one => one.name)
  const cached = []
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) cached.push(new URL(request.url).pathname)
  }
  const shown = await (await navigator.serviceWorker.ready).getNotifications()
  const opening = indexedDB.open('langnghe')
  const device = await new Promise(resolve => { opening.onsuccess = () => resolve(opening.result) })
  const identities = await new Promise(resolve => {
    const r = device.transaction('identity').objectStore('identity').getAllKeys()
    r.onsuccess = () => resolve(r.result)
  })
  device.close()
  return { databases, cached, shown: shown.length, identities }
}"""


@pytest.fixture
def phone(start: Callable[..., ServerProcess], context: MakeContext) -> Phone:
    """An enrolled collaborator's phone that works offline."""
    server = start()
    made = Phone(context(PHONE), server.url)
    made.enrol(server.links()[PERSON], "Điện thoại của Dũng")
    made.wait_offline_ready()
    return made


def set_pin(phone: Phone) -> None:
    """From the offer on home to a locked-by-PIN app."""
    phone.go("/pin")
    fields = phone.page.locator(".pin")
    fields.nth(0).fill(PIN)
    fields.nth(1).fill(PIN)
    phone.page.get_by_role("button", name="Bật khóa").click()
    expect(phone.page.get_by_text("Dữ liệu trên máy được mã hóa bằng mã PIN.")).to_be_visible()


def lock_now(phone: Phone) -> None:
    phone.go("/settings")
    phone.page.get_by_role("button", name="Khóa ngay").click()
    expect(phone.page.get_by_role("heading", name="Ứng dụng đang khóa")).to_be_visible()


def enter(phone: Phone, pin: str) -> None:
    phone.page.locator(".pin").fill(pin)
    phone.page.get_by_role("button", name="Mở khóa").click()


def write_report(phone: Phone) -> None:
    """Fill in the short form to its end, as a person does."""
    page = phone.page
    phone.go("/forms")
    page.locator("a.list-item", has_text="Phản ánh nhanh").click()
    next_page(phone)
    page.locator('[data-path="/data/viec/chu_de"] button').click()
    page.get_by_text("Ngập, triều cường, sạt lở").click()
    page.locator('[data-path="/data/viec/noi_dung"] textarea').fill(SECRET)
    next_page(phone)
    page.locator('[data-path="/data/nuoc_ngap/kieu"]').get_by_text("Triều cường, nước sông lên").click()
    page.locator('[data-path="/data/nuoc_ngap/do_sau_cm"] input').fill("60")
    page.locator('[data-path="/data/nuoc_ngap/duong_di"]').get_by_text("Đi được nhưng khó").click()
    next_page(phone)
    page.locator('[data-path="/data/muc/so_nguoi"]').get_by_text("6 đến 20 người").click()
    page.locator('[data-path="/data/muc/muc_do"]').get_by_text("Cần xử lý trong tuần").click()


def submissions_of(folder: Path) -> int:
    """Submissions with the secret that the server has, from its database."""
    [file] = [one for one in folder.rglob("*.sqlite*") if one.suffix in {".sqlite", ".sqlite3"}] or list(
        folder.rglob("*.db")
    )
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT fields FROM items WHERE kind = 'submission'").fetchall()
    return sum(SECRET in bytes(fields if isinstance(fields, bytes) else fields.encode()).decode() for (fields,) in rows)


def test_a_pin_seals_what_rests_and_the_worker_sends_while_locked(phone: Phone, tmp_path: Path) -> None:
    page = phone.page
    expect(page.get_by_text("Đặt mã PIN để người khác cầm máy")).to_be_visible()
    take(page, "pin-offer-vi")
    page.get_by_role("link", name="Đặt mã PIN").click()
    page.locator(".pin").nth(0).fill(PIN)
    page.locator(".pin").nth(1).fill("111111")
    page.get_by_role("button", name="Bật khóa").click()
    expect(page.get_by_text("Hai lần nhập chưa giống nhau.")).to_be_visible()
    take(page, "pin-set-vi")
    assert faults_of_axe(page) == []
    set_pin(phone)
    page.locator(".card", has_text="Khóa ứng dụng").scroll_into_view_if_needed()
    take(page, "pin-settings-vi")

    phone.set_offline(True)
    write_report(phone)
    to_the_end(phone)
    expect(page.locator(".chip", has_text="Chờ gửi")).to_be_visible()
    assert SECRET not in page.evaluate(READ_ALL)

    lock_now(phone)
    expect(page.get_by_text("1 thay đổi chưa gửi đã được niêm phong")).to_be_visible()
    assert SECRET not in page.content()
    assert faults_of_axe(page) == []
    take(page, "lock-vi")

    # The page cannot deliver: what arrives now, the worker sent, woken by Background Sync.
    page.route("**/courier", lambda route: route.abort())
    phone.set_offline(False)
    expect(page.get_by_text("Phần đã niêm phong máy chủ đã nhận.")).to_be_visible()
    assert submissions_of(tmp_path) == 1

    enter(phone, PIN)
    expect(page.locator(".nav")).to_be_visible()
    phone.wait_synced()
    phone.go("/outbox")
    expect(page.locator(".chip", has_text="Đã nhận")).to_be_visible()
    assert submissions_of(tmp_path) == 1
    assert SECRET not in page.evaluate(READ_ALL)
    page.locator("a.list-item").first.click()
    expect(page.get_by_text(SECRET).first).to_be_visible()

    page.evaluate(CHANGE_LOCK, {"idle_minutes": 0.02})
    expect(page.get_by_role("heading", name="Ứng dụng đang khóa")).to_be_visible()
    assert phone.faults == []


def test_wrong_pins_wait_longer_and_a_lost_one_says_what_is_lost(phone: Phone) -> None:
    page = phone.page
    set_pin(phone)
    phone.set_offline(True)
    write_report(phone)
    page.locator("header button").first.click()
    lock_now(phone)
    for _ in range(4):
        enter(phone, "000000")
        expect(page.locator(".fault")).to_be_visible()
        expect(page.get_by_role("button", name="Đang mở…")).to_have_count(0)
    expect(page.locator(".fault")).to_contain_text("Thử lại sau")
    page.reload()
    expect(page.locator(".fault")).to_contain_text("Thử lại sau")
    expect(page.get_by_role("button", name="Mở khóa")).to_be_disabled()
    take(page, "lock-waiting-vi")
    assert faults_of_axe(page) == []

    page.get_by_role("button", name="Quên mã PIN").click()
    expect(page.locator("dialog")).to_contain_text("1 bản nháp")
    take(page, "pin-forgotten-vi")
    assert faults_of_axe(page) == []
    phone.set_offline(False)
    page.get_by_role("button", name="Xóa và đăng ký lại").click()
    expect(page.get_by_text("Anh/chị đã đăng xuất khỏi máy này")).to_be_visible()
    assert_nothing_left(phone)


def test_a_phone_revoked_while_locked_erases_itself(phone: Phone) -> None:
    page = phone.page
    set_pin(phone)
    device = page.evaluate("fetch('/me').then(answer => answer.json()).then(me => me.device)")
    phone.go("/settings")
    page.get_by_text("English").click()
    page.get_by_role("button", name="Lock now").click()
    expect(page.get_by_role("heading", name="The app is locked")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    take(page, "lock-en")
    assert faults_of_axe(page) == []
    page.evaluate("device => fetch(`/devices/${device}/revoke`, { method: 'POST' })", device)
    phone.deliver(b'{"kind":"sync"}')
    expect(page.locator(".welcome .notice")).to_be_visible()
    assert_nothing_left(phone)
    assert re.search("revoked", page.locator(".welcome .notice").inner_text())


def assert_nothing_left(phone: Phone) -> None:
    """No records, no answers in caches (only the app's own files), no notifications, no keys, no cookie."""
    left = phone.page.evaluate(LEFT)
    assert left["databases"] == ["langnghe"]
    assert left["identities"] == []
    assert left["shown"] == 0
    kept = re.compile(r"/(assets|icons|fonts)/|/(index\.html|manifest\.webmanifest|.*\.(svg|png|js|json|woff2|ico))?$")
    assert [path for path in left["cached"] if not kept.match(path)] == []
    assert phone.context.cookies() == []
