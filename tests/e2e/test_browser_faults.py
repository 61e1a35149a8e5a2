"""What befalls a browser on a real phone: killed, opened twice, full, wiped, wrong in time, restored from a copy.
Nothing is lost, or the person is told what was.
"""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.browser_faults import Profile, fill_report, received, write_report
from tests.e2e.conftest import PHONE
from tests.e2e.next_version import Release
from tests.e2e.phones import READ_STATE, MakeContext, Phone
from tests.server_process import ServerProcess

TAM, TUAN = "huynh-thanh-tam", "pham-minh-tuan"
TEN_YEARS_OFF = """(() => {
  const Right = Date
  const ahead = 10 * 365 * 86400000
  globalThis.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + ahead) }
    static now() { return Right.now() + ahead }
  }
})()"""

FULL = """() => {
  globalThis.standing = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function () {
    this.transaction.abort()
    throw new DOMException('the disk is full', 'QuotaExceededError')
  }
}"""
"""Chromium goes on believing for half a minute in the space it had, whatever quota is set: so its error, by hand."""

AS_BEFORE = """async () => {
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await new Promise(resolve => { indexedDB.open(name).onsuccess = event => resolve(event.target.result) })
  const tx = db.transaction('state', 'readwrite')
  const status = await new Promise(resolve => { tx.store = tx.objectStore('state')
    tx.store.get('status').onsuccess = event => resolve(event.target.result) })
  for (const later of ['batch']) delete status[later]
  tx.store.put(status, 'status')
  for (const later of ['carried', 'floor', 'health', 'lost']) tx.store.delete(later)
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
}"""
"""The database without what only later versions write: every such member must be optional."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "served"


@pytest.fixture
def profiles(browser: Browser, tmp_path: Path) -> Generator[Callable[[str, str], Profile]]:
    """Make browsers of their own: `profiles(NAME, URL)`; all are closed at the end."""
    made: list[Profile] = []

    def make(name: str, url: str) -> Profile:
        made.append(Profile(browser, tmp_path / name, url))
        return made[-1]

    yield make
    for one in made:
        one.close()


def once(data: Path, *texts: str) -> None:
    """The server has exactly these reports, each made by one change."""
    assert {text: len(makers) for text, makers in received(data).items()} == dict.fromkeys(texts, 1)


def test_a_killed_browser_loses_nothing_and_a_copy_of_its_storage_becomes_another_replica(
    start: Callable[..., ServerProcess], profiles: Callable[[str, str], Profile], data: Path, tmp_path: Path
) -> None:
    server = start()
    first = profiles("first", server.url)
    phone = first.open()
    phone.enrol(server.links()[TAM], "Điện thoại của Tâm")
    first.close()  # Chromium writes cookies down twice a minute only, or when it is closed.
    phone = first.come_back()

    # Killed after saving, before anything was sent.
    phone.wait_offline_ready()
    phone.go("/forms")
    expect(phone.page.locator("a.list-item", has_text="Phản ánh nhanh")).to_be_visible()
    phone.set_offline(True)
    phone.page.reload()
    fill_report(phone, "Nước lên ngập chợ")
    first.kill()
    phone = first.come_back()
    phone.wait_synced()
    once(data, "Nước lên ngập chợ")

    # Killed when the server has committed and its receipt is on the way.
    def keep_answer(route: Route) -> None:
        route.fetch()

    phone.context.route("**/sync", keep_answer)
    with phone.page.expect_request("**/sync"):
        write_report(phone, "r2", "Cầu gãy")
    phone.page.wait_for_timeout(1500)
    once(data, "Nước lên ngập chợ", "Cầu gãy")
    first.kill()

    # The profile is copied, as a backup app does, and both phones are used.
    shutil.copytree(tmp_path / "first", tmp_path / "second", symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
    phone = first.come_back()
    phone.wait_synced()
    write_report(phone, "r3", "Hết nước sạch")
    phone.wait_synced()
    second = profiles("second", server.url).come_back()
    write_report(second, "r4", "Mất điện")
    second.wait_synced()
    once(data, "Nước lên ngập chợ", "Cầu gãy", "Hết nước sạch", "Mất điện")
    makers = received(data)
    assert makers["Hết nước sạch"] != makers["Mất điện"]
    phone.sync_now()
    for one in (phone, second):
        one.go("/outbox")
        expect(one.page.locator(".chip", has_text="Đã nhận")).to_have_count(4)


def test_two_tabs_and_the_worker_send_each_report_once(
    start: Callable[..., ServerProcess], context: MakeContext, data: Path
) -> None:
    server = start()
    opened = context(PHONE)
    phone = Phone(opened, server.url)
    phone.enrol(server.links()[TAM])
    phone.wait_offline_ready()
    other = opened.new_page()
    other.goto(server.url)
    expect(other.locator(".nav")).to_be_visible()
    phone.set_offline(True)
    for number in range(3):
        write_report(phone, f"t{number}", f"Việc {number}")
    phone.set_offline(False)
    phone.context.service_workers[0].evaluate(
        "self.dispatchEvent(new SyncEvent('sync', { tag: 'outbox', lastChance: false }))"
    )
    other.evaluate("new BroadcastChannel('langnghe').postMessage({ hurry: true })")
    phone.wait_synced()
    once(data, "Việc 0", "Việc 1", "Việc 2")
    assert phone.faults == []


def test_a_full_phone_says_so_and_keeps_what_was_typed(
    start: Callable[..., ServerProcess], context: MakeContext, data: Path
) -> None:
    server = start()
    phone = Phone(context(PHONE), server.url)
    phone.enrol(server.links()[TAM])
    fill_report(phone, "Ghe không cập bến được", finalise=False)
    phone.page.evaluate(FULL)
    phone.page.locator('[data-path="/data/muc/muc_do"]').get_by_text("Để biết").click()
    expect(phone.page.locator('.saving[data-state="failed"]')).to_be_visible()
    phone.page.evaluate("() => { IDBObjectStore.prototype.put = globalThis.standing }")
    phone.page.locator('[data-path="/data/muc/muc_do"]').get_by_text("Cần xử lý trong tuần").click()
    expect(phone.page.locator('.saving[data-state="saved"]')).to_be_visible()
    for _ in range(12):
        phone.page.locator('.form-bar button[data-kind="main"]').click()
        phone.page.wait_for_timeout(300)
        if phone.page.url.endswith("#/outbox"):
            break
    phone.wait_synced()
    once(data, "Ghe không cập bến được")


def test_a_wiped_phone_is_told_what_is_gone_and_gets_back_what_was_sent(
    start: Callable[..., ServerProcess], context: MakeContext, data: Path
) -> None:
    server = start()
    phone = Phone(context(PHONE), server.url)
    phone.enrol(server.links()[TAM])
    write_report(phone, "w1", "Đã gửi")
    phone.page.wait_for_timeout(300)
    phone.wait_synced()
    devtools = phone.context.new_cdp_session(phone.page)
    kinds = "indexeddb,cache_storage,service_workers"
    devtools.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": kinds})
    phone.page.goto("about:blank")
    phone.page.goto(server.url)
    expect(phone.page.get_by_text("Bộ nhớ của ứng dụng trên máy này đã bị xóa")).to_be_visible()
    expect(phone.page.get_by_text("phiếu chưa gửi đã mất")).to_be_visible()


def test_an_app_upgraded_without_a_signal_opens_the_last_versions_database(
    start: Callable[..., ServerProcess], context: MakeContext, data: Path
) -> None:
    server = start()
    release = Release(server.url)
    phone = Phone(context(PHONE), release.url)
    phone.enrol(server.links()[TAM].replace(server.url, release.url))
    phone.wait_offline_ready()
    release.put_out()
    phone.page.evaluate(
        "() => navigator.serviceWorker.getRegistration().then(one => one.update()).then(() => undefined)"
    )
    expect(phone.page.get_by_text("Đã có bản mới.")).to_be_visible()
    phone.set_offline(True)
    write_report(phone, "u1", "Trước khi nâng cấp")
    phone.page.evaluate(AS_BEFORE)
    with phone.page.expect_event("load"):
        phone.page.get_by_role("button", name="Dùng bản mới").click()
    phone.go("/outbox")
    expect(phone.page.locator(".chip", has_text="Chờ gửi")).to_have_count(1)
    write_report(phone, "u2", "Sau khi nâng cấp")
    expect(phone.page.locator(".chip", has_text="Chờ gửi")).to_have_count(2)
    phone.set_offline(False)
    phone.wait_synced()
    once(data, "Trước khi nâng cấp", "Sau khi nâng cấp")
    assert phone.faults == []
    release.close()


def test_a_clock_ten_years_off_and_put_right_again_decides_nothing(
    start: Callable[..., ServerProcess], profiles: Callable[[str, str], Profile], data: Path
) -> None:
    server = start()
    profile = profiles("clock", server.url)
    phone = profile.open()
    phone.page.add_init_script(TEN_YEARS_OFF)
    phone.enrol(server.links()[TAM])
    write_report(phone, "c1", "Năm 2036")
    phone.page.wait_for_timeout(300)
    phone.wait_synced()
    tried_at_ms = phone.page.evaluate(READ_STATE, "tell")["status"]["tried_at_ms"]
    profile.close()
    phone = profile.come_back()
    write_report(phone, "c2", "Năm nay")
    phone.wait_synced()
    assert phone.page.evaluate(READ_STATE, "tell")["status"]["tried_at_ms"] < tried_at_ms - 9 * 365 * 86_400_000
    once(data, "Năm 2036", "Năm nay")
