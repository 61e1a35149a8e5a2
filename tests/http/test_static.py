"""The build is served from one table: packed, revalidated, immutable where named so; nothing else of the disk."""

import gzip
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar

from server.app import create_app
from server.settings import Settings

JS = b"console.log('l\xe1\xba\xafng nghe')" * 50


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncGenerator[AsyncClient]:
    build = tmp_path / "dist"
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_text("<!doctype html><title>Lắng Nghe</title>")
    (build / "sw.js").write_bytes(JS)
    (build / "manifest.webmanifest").write_text("{}")
    (build / "assets" / "app-Bc3dEf9h.js").write_bytes(JS)
    (build / "assets" / "app-Bc3dEf9h.js.gz").write_bytes(gzip.compress(JS))
    (build / "assets" / "app-Bc3dEf9h.js.br").write_bytes(b"packed by brotli")
    (build / "assets" / "app-Bc3dEf9h.js.map").write_text("{}")
    (tmp_path / "secret").write_text("secret")
    async with _browser(build, tmp_path) as opened:
        yield opened


def _browser(build: Path, data: Path) -> AsyncClient:
    app: Litestar = create_app(Settings(data=data, database_url=f"sqlite:///{data}/x.db"), build=build)
    return AsyncClient(transport=ASGITransport(app), base_url="https://testserver.local")  # type: ignore[arg-type]


async def test_the_page_is_asked_for_again_each_time(browser: AsyncClient) -> None:
    answer = await browser.get("/")
    assert "Lắng Nghe" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = await browser.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == answer.headers["content-security-policy"]


@pytest.mark.parametrize(("path", "rule"), [("/sw.js", "no-cache"), ("/manifest.webmanifest", "no-cache")])
async def test_the_worker_and_the_manifest_are_never_stale(browser: AsyncClient, path: str, rule: str) -> None:
    assert (await browser.get(path)).headers["cache-control"] == rule


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")],
)
async def test_hashed_files_are_immutable_and_packed(browser: AsyncClient, accepted: str, encoding: str | None) -> None:
    async with browser.stream("GET", "/assets/app-Bc3dEf9h.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    ["/secret", "/../secret", "/%2e%2e/secret", "/assets/../../secret", "/assets/app-Bc3dEf9h.js.map", "/assets"],
)
async def test_nothing_else_of_the_disk_is_served(browser: AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "address_unknown")


async def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    async with _browser(tmp_path / "none", tmp_path) as browser:
        answer = await browser.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
