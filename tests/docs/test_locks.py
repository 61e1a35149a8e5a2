"""Dependencies are pinned with hashes, and no file of ours says where from."""

import json
import re

import pytest

from tests.docs.tracked import text_of

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


@pytest.mark.parametrize("name", ["uv", "run", "dev"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    text = text_of(f"requirements/{name}.txt")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    assert entries
    assert [entry for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["uv", "run", "dev"])
def test_no_requirement_names_a_host(name: str) -> None:
    lines = text_of(f"requirements/{name}.txt").splitlines()
    assert [
        line for line in lines if "://" in line or re.match(r"\s*(-i|-f|--index|--extra-index|--find-links)", line)
    ] == []


def test_tests_run_with_the_versions_that_are_served() -> None:
    run, dev = (dict(PIN.findall(text_of(f"requirements/{name}.txt"))) for name in ("run", "dev"))
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_every_wish_is_locked() -> None:
    for name in ("run", "dev"):
        locked = dict(PIN.findall(text_of(f"requirements/{name}.txt")))
        wished = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", text_of(f"requirements/{name}.in"), re.MULTILINE)
        assert [one for one in wished if one.lower().replace("_", "-") not in locked] == []


def test_the_packages_of_the_pwa_are_locked_without_an_address() -> None:
    lock = json.loads(text_of("pwa/package-lock.json"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    assert [path for path, entry in packages.items() if "integrity" not in entry and not entry.get("link")] == []
    assert text_of("pwa/.npmrc").strip() == "omit-lockfile-registry-resolved=true"


def test_the_pwa_names_exact_versions() -> None:
    package = json.loads(text_of("pwa/package.json"))
    wished = {**package["dependencies"], **package["devDependencies"]}
    assert {name: version for name, version in wished.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}
