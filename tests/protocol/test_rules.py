"""PROTOCOL.md lists the rules: each has a vector or a test that names it, and nobody names one that is not there."""

import json
import re
from pathlib import Path

PAGE = Path("sync/PROTOCOL.md")
FAMILY = "CAN|PUSH|MERGE|REP|CONF|RES|TOMB|SCOPE|PULL|RCPT|JOUR|DIG|EPOCH|FORK|COUR|ATT|LIVE"
RULE = re.compile(rf"\b(?:{FAMILY})-\d+\b")


def _rules() -> list[str]:
    return re.findall(r"^\*\*([A-Z]+-\d+)\*\*", PAGE.read_text(), re.MULTILINE)


def _by_vectors() -> set[str]:
    return {vector["rule"] for path in Path("sync/vectors").glob("*.json") for vector in json.loads(path.read_text())}


def _by_tests() -> set[str]:
    files = [*Path("tests").rglob("test_*.py"), *Path("pwa/src").rglob("*.test.ts")]
    return {rule for path in files if path != Path(__file__) for rule in RULE.findall(path.read_text())}


def test_every_rule_has_a_vector_or_a_test_that_names_it() -> None:
    missing = [rule for rule in _rules() if rule not in _by_vectors() | _by_tests()]
    assert missing == [], f"rules without a proof: {missing}"


def test_every_rule_is_numbered_once_and_in_order() -> None:
    rules = _rules()
    assert len(set(rules)) == len(rules)
    for family in {rule.partition("-")[0] for rule in rules}:
        numbers = [int(rule.partition("-")[2]) for rule in rules if rule.startswith(f"{family}-")]
        assert numbers == list(range(1, len(numbers) + 1)), family


def test_nobody_names_a_rule_that_is_not_on_the_page() -> None:
    known = set(_rules())
    code = [*Path("sync").glob("*.py"), *Path("pwa/src/sync").glob("*.ts"), *Path("server").rglob("*.py")]
    strangers = {f"{path}: {rule}" for path in code for rule in RULE.findall(path.read_text()) if rule not in known}
    strangers |= {f"a vector: {rule}" for rule in _by_vectors() if rule not in known}
    assert strangers == set()
