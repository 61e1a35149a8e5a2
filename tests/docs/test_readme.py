"""What the README promises exists, and what exists is in the README."""

import argparse
import re

from server.__main__ import build_parser
from tests.docs.tracked import ROOT, text_of, tracked

README = text_of("README.md")
MAKEFILE = text_of("Makefile")


def targets() -> set[str]:
    return {name for line in re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE) for name in line.split()}


def commands(parser: argparse.ArgumentParser, before: str = "") -> set[str]:
    """Every command with its words: `run`, `form publish`."""
    found: set[str] = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                words = f"{before} {name}".strip()
                found |= commands(below, words) or {words}
    return found


def test_every_make_target_explains_itself() -> None:
    assert targets() - set(re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)) == set()


def test_the_readme_names_every_make_target_and_no_other() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert named == targets()


def test_the_readme_shows_every_command_and_no_other() -> None:
    shown = re.findall(r"^langnghe (.+?)(?:\s+#.*)?$", README, re.MULTILINE)
    known = commands(build_parser())
    assert {command for command in known if not any(f"{line} ".startswith(f"{command} ") for line in shown)} == set()
    assert [line for line in shown if not any(f"{line} ".startswith(f"{command} ") for command in known)] == []


def test_every_setting_is_in_the_readme() -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', text_of("server/settings.py")))
    assert read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_file_and_folder_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)[\w./]*|[A-Z]+|[\w]+\.(?:md|ts|py))`", README))
    paths = {name for name in named if "/" in name or name == "LICENSE"}
    assert {name for name in paths if not (ROOT / name).exists()} == set()


def test_the_pictures_of_the_readme_are_those_that_tests_take() -> None:
    shown = re.findall(r'<img src="pwa/pictures/([^"]+)\.png"[^>]* alt="[^"]+">', README)
    tests = [text_of(path) for path in tracked(".py") if path.parts[:2] == ("tests", "e2e")]
    taken = [name for text in tests for name in re.findall(r'take\([^)]*"([^"]+)", picture=True\)', text)]
    assert len(shown) == 6
    assert sorted(shown) == sorted(taken)
    assert [name for name in shown if not (ROOT / "pwa" / "pictures" / f"{name}.png").is_file()] == []
