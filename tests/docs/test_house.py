"""What the design says about files and imports, read off the files themselves."""

import ast
import re
from pathlib import Path

from tests.docs.tracked import CODE, ROOT, text_of, texts, tracked

BANNED_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "base",
    "service",
    "services",
}
SYNC_MAY_IMPORT = {
    "__future__", "base64", "bisect", "collections", "dataclasses", "enum", "functools", "hashlib", "itertools",
    "heapq", "json", "math", "msgspec", "operator", "re", "string", "sync", "typing", "unicodedata", "zlib",
}  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.~*)\]-])/(?:work|root(?!/item)|home/[a-z]+|Users/[A-Za-z]+)/[\w.-]")
HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "files.python" + "hosted", "registry.npm" + "js", r"deb\.debian" + r"\.org"))
)
SKIPS = re.compile(
    r"pytest\.(?:skip|importorskip|mark\.(?:skip|skipif|xfail))|unittest\.skip|\b(?:it|test|describe)\.(?:skip|only|todo)\b"
)


def is_test(path: Path) -> bool:
    return path.parts[0] == "tests" or ".test." in path.name


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in tracked() if {path.name.split(".")[0], *path.parts[:-1]} & BANNED_NAMES] == []


def test_no_file_is_longer_than_the_ceiling() -> None:
    lengths = {path: text_of(path).count("\n") for path in tracked(*CODE)}
    assert [f"{path}: {n}" for path, n in lengths.items() if n > (600 if is_test(path) else 400)] == []


def test_every_module_of_the_house_says_what_it_is() -> None:
    modules = [path for path in tracked(".py") if path.parts[0] in ("sync", "server") and text_of(path).strip()]
    assert [str(path) for path in modules if not ast.get_docstring(ast.parse(text_of(path)))] == []


def test_sync_imports_only_msgspec_and_the_pure_standard_library() -> None:
    found = set()
    for path in (path for path in tracked(".py") if path.parts[0] == "sync"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Import):
                found |= {(str(path), alias.name.split(".")[0]) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((str(path), "sync" if node.level else str(node.module).split(".")[0]))
    assert {(path, name) for path, name in found if name not in SYNC_MAY_IMPORT} == set()


def test_nothing_names_the_machine_it_was_written_on() -> None:
    assert [str(path) for path, text in texts().items() if MACHINE_PATHS.search(text)] == []


def test_nothing_names_a_registry() -> None:
    assert [str(path) for path, text in texts().items() if HOSTS.search(text)] == []


def test_no_test_is_skipped() -> None:
    mine = Path(__file__).relative_to(ROOT)
    tests = {path: text for path, text in texts().items() if is_test(path) and path != mine}
    assert [str(path) for path, text in tests.items() if SKIPS.search(text)] == []


def test_we_say_webpush() -> None:
    said = re.compile("push[ -]" + "notification", re.IGNORECASE)
    assert [str(path) for path, text in texts().items() if said.search(text)] == []
