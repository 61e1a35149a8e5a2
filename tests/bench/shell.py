"""The app on a cheap phone, 6 × slower CPU: a warm start without network, and a list of 10,000 reports under the thumb.

The floor of a start is an empty picture out of the same worker's cache; of scrolling one frame of 60 a second.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.bench.registry import Figure, bench
from tests.e2e.conftest import FLAGS, PHONE, chromium
from tests.e2e.phones import Phone
from tests.server_process import start_server

SLOWDOWN = 6
STARTS = 5
REPORTS = 10_000
FRAME_MS = 1000 / 60

SEED = """async count => {
  const open = name => new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await open(name)
  for (let from = 0; from < count; from += 1000) {
    const tx = db.transaction('items', 'readwrite')
    for (let n = from; n < from + 1000; n++) {
      const fields = { form: 'phan-anh-nhanh', form_version: '1', area: '30316',
        submitted_at_ms: String(1.7e12 + n * 6e4), '/data/viec/noi_dung': `Bà con hỏi đoạn đường số ${n}.` }
      tx.objectStore('items').put({ kind: 'submission', id: `seed-${n}`, revision: 1, position: n, author: 'x', fields,
        updated_at_ms: 1.7e12 + n * 6e4 })
    }
    await new Promise(resolve => { tx.oncomplete = resolve })
  }
  db.close()
}"""

SCROLL = """async seconds => {
  let longest = 0
  const observer = new PerformanceObserver(list => {
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration)
  })
  observer.observe({ type: 'longtask' })
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    scrollBy(0, 240)
    await new Promise(requestAnimationFrame)
  }
  await new Promise(resolve => setTimeout(resolve, 300))
  return { longest, rows: document.querySelectorAll('.list > li').length }
}"""


@bench("shell")
def shell() -> Iterator[Figure]:
    """Milliseconds at a sixth of this machine's speed."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = start_server({"DATA": data})
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            size = {"width": PHONE[0], "height": PHONE[1]}
            context = browser.new_context(viewport=size, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
            phone = Phone(context, server.url)
            phone.enrol(server.links()["pham-minh-tuan"])
            phone.wait_offline_ready()
            devtools = context.new_cdp_session(phone.page)
            phone.set_offline(True)
            yield _start(phone, devtools)
            phone.page.evaluate(SEED, REPORTS)
            yield from _list(phone.page, devtools, server.url)
        finally:
            browser.close()
            server.stop()


def _start(phone: Phone, devtools: CDPSession) -> Figure:
    slow(devtools, SLOWDOWN)
    page = phone.page
    starts, floors = [], []
    for _ in range(STARTS):
        floors.append(_timed(page, f"{phone.url}/icons/icon.svg", "svg"))
        starts.append(_timed(page, f"{phone.url}/#/", ".river .button"))
    slow(devtools, 1)
    value, floor = statistics.median(starts), statistics.median(floors)
    return Figure(name="shell.start_offline", n=STARTS, value=value, unit="ms", floor=floor)


def _timed(page: Page, url: str, ready: str) -> float:
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(ready).first.wait_for()
    return (time.perf_counter() - began) * 1000


def _list(page: Page, devtools: CDPSession, url: str) -> Iterator[Figure]:
    slow(devtools, SLOWDOWN)
    page.goto("about:blank")
    page.goto(f"{url}/#/reports", wait_until="commit")
    page.locator(".list > li").first.wait_for(timeout=60_000)
    page.wait_for_timeout(5000)
    seen = page.evaluate(SCROLL, 6)
    slow(devtools, 1)
    yield Figure(name="shell.scroll_longest_task", n=REPORTS, value=float(seen["longest"]), unit="ms", floor=FRAME_MS)


def slow(devtools: CDPSession, rate: int) -> None:
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
