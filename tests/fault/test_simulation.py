"""Small simulations; `make proof` runs 10,000 phones and 1,000,000 changes."""

from pathlib import Path

import pytest

from server.store.database import Database, open_database
from tests.fault.simulate import Outcome, simulate

pytestmark = pytest.mark.slow


def holds(outcome: Outcome, words: list[str]) -> None:
    assert words == []
    assert (outcome.lost, outcome.duplicated_effects, outcome.diverged, outcome.stuck, outcome.violations) == (0,) * 5
    assert outcome.conflicts_opened == outcome.conflicts_closed + outcome.conflicts_open


async def test_nothing_is_lost_doubled_diverged_or_stuck_whatever_the_network_does(database: Database) -> None:
    outcome, words = await simulate(database, phones=40, changes=1600, seed=11)
    holds(outcome, words)
    assert outcome.resent_share >= 0.25
    assert outcome.conflicting_share >= 0.05


async def test_the_same_seed_goes_the_same_way_and_phone_clocks_decide_nothing(tmp_path: Path) -> None:
    traces = set()
    for number, right in enumerate([False, False, True]):
        async with await open_database("", tmp_path / str(number)) as database:
            outcome, words = await simulate(database, phones=20, changes=500, seed=5, right_clocks=right)
        holds(outcome, words)
        traces.add(outcome.trace_hash)
    assert len(traces) == 1


async def test_another_seed_goes_another_way(tmp_path: Path) -> None:
    traces = set()
    for seed in (1, 2):
        async with await open_database("", tmp_path / str(seed)) as database:
            outcome, words = await simulate(database, phones=20, changes=300, seed=seed)
        holds(outcome, words)
        traces.add(outcome.trace_hash)
    assert len(traces) == 2
