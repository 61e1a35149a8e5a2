"""What the tests of browser faults share: a browser to kill, reports written quickly, the server's own count."""

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, Error, expect

from tests.e2e.conftest import FLAGS, PHONE, chromium
from tests.e2e.phones import Phone

WHAT = "/data/viec/noi_dung"

WRITE = """async ([id, text]) => {
  const open = name => new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const got = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const device = await open('langnghe')
  const identity = await got(device.transaction('identity').objectStore('identity').get('current'))
  device.close()
  const db = await open(`langnghe-${identity.session.project}-${identity.replica}`)
  const tx = db.transaction(['changes', 'state', 'items'], 'readwrite', { durability: 'strict' })
  const state = tx.objectStore('state')
  const replica = (await got(state.get('replica'))) ?? identity.replica
  const sequence = ((await got(state.get('sequence'))) ?? 0) + 1
  const form = (await got(tx.objectStore('items').getAll(IDBKeyRange.bound(['form'], ['form', []]))))[0]
  const area = identity.session.areas[0].code
  const fields = { form: form.id, form_version: form.fields.version, area, label: text, '/data/viec/noi_dung': text }
  const what = { intent: 'create', kind: 'submission', id, base: 0, fields, before: {}, settles: [] }
  const change = { sequence, ...what, made_at_ms: Date.now() }
  state.put(sequence, 'sequence')
  const kept = { replica, change, state: 'unsent', outcome: null, stale: false, kind: 'submission', id }
  tx.objectStore('changes').put(kept)
  await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = () => reject(tx.error) })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['changes'], hurry: true })
  return replica
}"""
"""A report put into the outbox as the app puts it, without the minute of filling; answers the replica's id."""


def write_report(phone: Phone, name: str, text: str) -> str:
    return str(phone.page.evaluate(WRITE, [name, text]))


def fill_report(phone: Phone, text: str, *, finalise: bool = True) -> None:
    """Fill the quick report by hand, as far as the review or to its end."""
    page = phone.page
    phone.go("/forms")
    page.locator("a.list-item", has_text="Phản ánh nhanh").click()
    press_next(phone)
    page.locator('[data-path="/data/viec/chu_de"] button').click()
    page.get_by_text("Ngập, triều cường, sạt lở").click()
    page.locator(f'[data-path="{WHAT}"] textarea').fill(text)
    press_next(phone)
    page.locator('[data-path="/data/nuoc_ngap/kieu"]').get_by_text("Triều cường, nước sông lên").click()
    page.locator('[data-path="/data/nuoc_ngap/do_sau_cm"] input').fill("60")
    page.locator('[data-path="/data/nuoc_ngap/duong_di"]').get_by_text("Đi được nhưng khó").click()
    press_next(phone)
    page.locator('[data-path="/data/muc/so_nguoi"]').get_by_text("6 đến 20 người").click()
    page.locator('[data-path="/data/muc/muc_do"]').get_by_text("Cần xử lý trong tuần").click()
    for _ in range(12 if finalise else 0):
        press_next(phone)
        page.wait_for_timeout(300)
        if page.url.endswith("#/outbox"):
            return
    assert not finalise, f"the form did not end: {page.locator('main').inner_text()}"


def press_next(phone: Phone) -> None:
    phone.page.locator('.form-bar button[data-kind="main"]').click()


class Profile:
    """A browser of its own over a folder that outlives it."""

    def __init__(self, browser: Browser, folder: Path, url: str) -> None:
        self.browser, self.folder, self.url = browser, folder, url
        self.context: BrowserContext | None = None

    def open(self) -> Phone:
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=chromium(),
            args=FLAGS,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        self.context.set_default_timeout(15_000)
        return Phone(self.context, self.url)

    def come_back(self) -> Phone:
        """Open again, as the person does when the phone is on."""
        phone = self.open()
        phone.page.goto(self.url)
        expect(phone.page.locator(".nav")).to_be_visible()
        return phone

    def kill(self) -> None:
        """As Android or a dead battery does: no handler runs."""
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if f"--user-data-dir={self.folder}" in words and not any(word.startswith("--type=") for word in words):
                os.kill(process.pid, signal.SIGKILL)
                psutil.wait_procs([process], timeout=10)
        self.close()

    def close(self) -> None:
        if self.context is not None:
            with contextlib.suppress(Error):
                self.context.close()
            self.context = None


def received(data: Path) -> dict[str, list[str]]:
    """What the server has durably: submission's text -> replicas whose change made it."""
    with sqlite3.connect(data / "langnghe.sqlite") as database:
        rows = database.execute(
            "SELECT replica, body FROM changes WHERE kind = 'submission' AND status = 'judged' AND position IS NOT NULL"
        ).fetchall()
    database.close()
    found: dict[str, list[str]] = {}
    for replica, body in rows:
        text = bytes(body).decode().split('"/data/viec/noi_dung":"')
        if len(text) > 1:
            found.setdefault(text[1].split('"')[0], []).append(replica)
    return found


__all__ = ["Profile", "fill_report", "received", "write_report"]
