"""Through a network of every fault nothing gets lost and nothing stays stuck (make proof: a longer ride)."""

import pytest

from tests.fault.network import ride_through
from tests.fault.proxy import FAULTS


@pytest.mark.slow
def test_after_a_network_of_every_fault_nothing_is_lost_and_nothing_is_stuck() -> None:
    outcome, words = ride_through(rounds=7, seed=1, photos=1)
    assert words == []
    assert outcome.photos == 2
    assert len(set(outcome.met) & set(FAULTS)) >= len(FAULTS) - 2
