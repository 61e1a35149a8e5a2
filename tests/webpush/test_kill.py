"""The small form of `python -m tests.webpush.kill`, on each engine."""

import pytest

from tests.conftest import Place
from tests.webpush.kill import run


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_nobody_sees_an_alert_twice(place: Place) -> None:
    report = run(place, subscriptions=150, cycles=5, seed=7)
    assert report.is_good, str(report)
    assert report.kills == 5


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_worker_that_writes_before_it_sends_is_caught(place: Place) -> None:
    report = run(place, subscriptions=300, cycles=6, seed=7, is_broken=True)
    assert report.lost > 0, str(report)
