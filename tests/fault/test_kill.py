"""A few kills of the real server; `make proof` does 1,000 on each engine."""

import pytest

from tests.fault.kill import kill_server


@pytest.mark.slow
def test_a_killed_server_loses_nothing_that_it_acknowledged(engine: str) -> None:
    outcome, words = kill_server(engine, cycles=3, seed=3)
    assert words == []
    assert sum(outcome.killed.values()) == 3
    assert (outcome.lost, outcome.duplicated_effects, outcome.diverged, outcome.stuck, outcome.violations) == (0,) * 5
