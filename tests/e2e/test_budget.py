"""What the first visit costs: bytes of the finished build, which do not vary."""

import json
import re
from pathlib import Path

DIST = Path(__file__).parents[2] / "pwa" / "dist"
SHELL_BYTES = 40 * 1024
WORKER_BYTES = 24 * 1024


def first_load() -> list[Path]:
    """The scripts and styles that index.html names: what must be here before the first screen."""
    page = (DIST / "index.html").read_text()
    return [DIST / name for name in re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', page)]


def test_the_shell_is_at_most_40_kilobytes_of_brotli() -> None:
    files = first_load()
    sizes = {file.name: file.with_name(file.name + ".br").stat().st_size for file in files}
    assert len(files) >= 2
    assert sum(sizes.values()) <= SHELL_BYTES, sizes


def test_the_form_engine_and_the_boards_are_not_in_the_first_load_but_precached() -> None:
    worker = (DIST / "sw.js").read_text()
    scripts = {file.name for file in (DIST / "assets").glob("*.js")}
    heavy = {name for name in scripts if (DIST / "assets" / name).stat().st_size > 300_000}
    assert heavy
    assert heavy.isdisjoint(file.name for file in first_load())
    missing = [name for name in scripts if f"/assets/{name}" not in worker]
    assert missing == []


def test_the_worker_is_small_and_every_text_is_precompressed() -> None:
    assert (DIST / "sw.js.br").stat().st_size <= WORKER_BYTES
    texts = [file for file in DIST.rglob("*") if file.suffix in {".js", ".css", ".html", ".svg"} and file.is_file()]
    bare = [file.name for file in texts if file.stat().st_size > 256 and not file.with_name(file.name + ".br").exists()]
    assert bare == []


def test_nothing_is_asked_of_another_origin() -> None:
    page = (DIST / "index.html").read_text()
    assert re.findall(r'(?:src|href)="(?!/)[^"]+"', page) == []
    styles = "".join(file.read_text() for file in (DIST / "assets").glob("*.css"))
    assert re.findall(r"url\([\"']?(?!/|data:)[^)]*\)", styles) == []


def test_the_manifest_names_files_that_are_there() -> None:
    manifest = json.loads((DIST / "manifest.webmanifest").read_text())
    shortcuts = [icon for shortcut in manifest["shortcuts"] for icon in shortcut["icons"]]
    for one in [*manifest["icons"], *manifest["screenshots"], *shortcuts]:
        assert (DIST / one["src"].lstrip("/")).is_file(), one["src"]
    assert {icon["purpose"] for icon in manifest["icons"]} >= {"any", "maskable", "monochrome"}
