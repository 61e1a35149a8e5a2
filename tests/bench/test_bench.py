import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench import ingest, merge, registry
from tests.bench._places import places
from tests.bench.registry import Figure


def good() -> Iterator[Figure]:
    yield Figure(name="good", n=10_000, value=1234.5, unit="a second", engine="sqlite", floor=2469)
    yield Figure(name="good.more", n=1, value=0.01234, unit="ms")


def broken() -> Iterator[Figure]:
    yield from ()
    raise RuntimeError("no disk")


@pytest.fixture(autouse=True)
def two_benches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "all_benches", lambda: {"good": good, "broken": broken})


def test_figures_go_into_a_file_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["good"]) == 0
    assert json.loads(Path("bench.json").read_text())[0] == {
        "name": "good",
        "engine": "sqlite",
        "n": 10_000,
        "value": 1234.5,
        "unit": "a second",
        "floor": 2469,
        "ratio": 0.5,
    }
    assert capsys.readouterr().out.splitlines()[:3] == [
        "name       engine       n   value  unit      floor  ratio",
        "good       sqlite  10,000   1,234  a second  2,469    0.5",
        "good.more  –            1  0.0123  ms            –      –",
    ]


def test_a_broken_bench_is_named_and_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 1
    assert "failed: broken" in capsys.readouterr().out
    assert len(json.loads(Path("bench.json").read_text())) == 2


def test_a_bench_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["speed"]) == 2
    assert "speed" in capsys.readouterr().err


def test_the_benches_of_the_sync_are_known() -> None:
    assert {"ingest", "idle", "report", "first", "pull", "merge"} <= set(registry.all_benches())


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_ingest_measures_real_phones_beside_a_floor(engine: str) -> None:
    with places() as found:
        figures = {figure.name: figure for figure in ingest.measure(found, engine, "ingest", 2, 4)}
    assert figures["ingest"].n == 4 * ingest.REPORTS
    assert figures["ingest"].floor
    assert set(figures) == {f"ingest{end}" for end in ("", ".p50", ".p95", ".p99", ".cpu", ".memory")}
    assert all(figure.value > 0 for figure in figures.values())


def test_merge_judges_the_same_cases_in_both_languages() -> None:
    cases = merge.make_cases()
    rates = merge.typescript(cases, rounds=10)
    assert list(rates) == list(cases) == ["create", "edit", "conflict", "resolve"]
    assert all(rate["value"] > 0 and rate["floor"] > 0 for rate in rates.values())
