"""Every vector in sync/vectors, by the Python core. pwa/src/sync/vectors.test.ts runs the same in TypeScript."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sync.generate import FILE, outcome_hash, write
from tests.sync.vector_calls import CALLS, push_all

FOLDER = Path("sync/vectors")


def read_vectors() -> list[Any]:
    return [
        pytest.param(vector, id=f"{path.stem}: {vector['rule']} {vector['description']}")
        for path in sorted(FOLDER.glob("*.json"))
        for vector in json.loads(path.read_text())
    ]


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """What of `expected` is not so. An object may have more members than expected; a list may not, nor may `fields`."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = []
        if path.endswith(("fields", "/stamps", "/writes")) and expected.keys() != actual.keys():
            found.append(f"{path}: members {sorted(actual)} instead of {sorted(expected)}")
        return found + [d for name in expected for d in differences(expected[name], actual.get(name), f"{path}/{name}")]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [d for at, (left, right) in enumerate(zip(expected, actual, strict=True))
                for d in differences(left, right, f"{path}/{at}")]  # fmt: skip
    if _absent(expected) and _absent(actual):
        return []
    return [] if expected == actual else [f"{path}: {actual!r} instead of {expected!r}"]


def _absent(value: Any) -> bool:
    """A default that a message leaves off the wire."""
    return value is None or value is False or value in (0, "") or value in ([], {})


@pytest.mark.parametrize("vector", read_vectors())
def test_vector(vector: dict[str, Any]) -> None:
    when = vector["when"]
    if when["call"] == "push_hash":
        actual = {"hash": outcome_hash(vector)}
    else:
        actual = push_all(vector) if when["call"] == "push" else CALLS[when["call"]](when)
    assert differences(vector["then"], actual) == []


def test_the_generated_histories_are_what_the_generator_writes() -> None:
    """When merging changed on purpose: `python -m tests.sync.generate`, and say in DECISIONS.md what changed."""
    assert FILE.read_text() == write()
