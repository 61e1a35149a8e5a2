"""Every checker notices the fault it is there for, and is silent without it."""

import pytest

from tests.fault.mutants import MUTANTS, Mutant, words_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_the_mutant_is_killed(mutant: Mutant) -> None:
    assert await words_of(mutant, mutated=False) == []
    assert await words_of(mutant, mutated=True) != []
