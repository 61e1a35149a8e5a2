"""A new version of the app: it waits while a form is open, takes over when the person says so, then works offline too.

A small proxy serves the finished build from a folder that the test changes, and hands everything else to the server.
"""

import re
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.phones import MakeContext, Phone
from tests.server_process import ServerProcess, free_port, start_server

DIST = Path(__file__).parents[2] / "pwa" / "dist"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml"}
PASSED = ("Content-Type", "Content-Encoding", "Cookie", "Accept", "Accept-Language", "Origin", "Sec-Fetch-Site")


class Build:
    """The build in a folder of its own, served in front of a real server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "dist"
        shutil.copytree(DIST, self.folder)
        self.port = free_port()
        url = f"http://localhost:{self.port}"
        self.server: ServerProcess = start_server({"DATA": str(folder / "served"), "PUBLIC_URL": url})
        self.url = url
        self._front = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._front.serve_forever, daemon=True).start()

    def publish_next_version(self) -> None:
        """Another page, and a worker that precaches it."""
        page = self.folder / "index.html"
        page.write_text(page.read_text().replace('class="splash"', 'class="splash next-version"'))
        worker = self.folder / "sw.js"
        changed, times = re.subn(r"(url:.\/.,revision:.)", r"\1next-", worker.read_text())
        assert times == 1
        worker.write_text(changed)

    def stop(self) -> None:
        self._front.shutdown()
        self.server.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        folder, behind = self.folder, self.server.url

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                path = self.path.partition("?")[0].strip("/") or "index.html"
                file = folder / path
                if self.command == "GET" and file.is_file():
                    kind = TYPES.get(file.suffix, "application/octet-stream")
                    self.reply(200, {"Content-Type": kind}, file.read_bytes())
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                headers = {name: value for name in PASSED if (value := self.headers.get(name))}
                asked = urllib.request.Request(behind + self.path, body, headers, method=self.command)
                try:
                    with urllib.request.urlopen(asked) as got:
                        self.reply(got.status, dict(got.headers.items()), got.read())
                except urllib.error.HTTPError as fault:
                    self.reply(fault.code, dict(fault.headers.items()), fault.read())

            def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name in ("Content-Type", "Set-Cookie", "Content-Encoding"):
                    if value := headers.get(name, headers.get(name.lower())):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is http.server's
                pass

        for method in ("GET", "POST", "PUT", "PATCH", "HEAD", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.answer)
        return Handler


@pytest.fixture
def build(tmp_path: Path) -> Generator[Build]:
    """A build that can be replaced while phones use it."""
    made = Build(tmp_path)
    yield made
    made.stop()


def test_a_new_version_never_interrupts_a_draft_and_then_works_offline(build: Build, context: MakeContext) -> None:
    phone = Phone(context(PHONE), build.url)
    phone.enrol(build.server.links()["le-quoc-dung"])
    phone.wait_offline_ready()
    page = phone.page
    phone.go("/forms")
    page.locator("a.list-item", has_text="Phản ánh nhanh").click()
    page.locator('.form-bar button[data-kind="main"]').click()
    text = page.locator('[data-path="/data/viec/noi_dung"] textarea')
    text.fill("Nước máy yếu vào giờ cao điểm.")
    page.evaluate("window.untouched = true")

    build.publish_next_version()
    page.evaluate("navigator.serviceWorker.ready.then(one => one.update())")
    while not page.evaluate("navigator.serviceWorker.ready.then(one => one.waiting !== null)"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    expect(page.locator(".toast", has_text="bản mới")).to_have_count(0)
    expect(text).to_have_value("Nước máy yếu vào giờ cao điểm.")
    assert page.evaluate("window.untouched")

    page.locator("header button").first.click()
    phone.go("/outbox")
    expect(page.locator(".chip", has_text="Bản nháp")).to_be_visible()
    page.get_by_role("button", name="Dùng bản mới").click()
    page.wait_for_function("window.untouched === undefined")
    expect(page.locator(".chip", has_text="Bản nháp")).to_be_visible()

    phone.set_offline(True)
    page.reload()
    page.locator("a.list-item").first.click()
    expect(text).to_have_value("Nước máy yếu vào giờ cao điểm.")
    assert "next-version" in page.evaluate("fetch('/').then(answer => answer.text())")
    assert phone.faults == []
