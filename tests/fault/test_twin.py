"""The phone's own TypeScript replica and its Python twin say and hold the same, step by step."""

import asyncio

import pytest

from tests.fault.twin import compare


@pytest.mark.slow
def test_typescript_and_python_live_through_the_same_scenarios_alike() -> None:
    outcome, words = asyncio.run(compare(5, seed=3))
    assert words == []
    assert outcome.requests > 50
