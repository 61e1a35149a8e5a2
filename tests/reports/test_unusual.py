"""EARS C2 against figures worked by hand, and what it must not do."""

from math import isclose, sqrt

from server.reports.unusual import c2


def test_worked_example_of_c2() -> None:
    # Baseline 3 5 4 6 2 4 4: mean 28/7 = 4; squares 1+1+0+4+4+0+0 = 10; sd = sqrt(10/6) = 1.29099;
    # (12-4)/1.29099 = 6.1968.
    found = c2([3, 5, 4, 6, 2, 4, 4, 9, 9], 12)
    assert found.expected == 4
    assert isclose(found.deviation, sqrt(10 / 6))
    assert isclose(found.score, 6.19677, rel_tol=1e-5)
    assert found.is_unusual


def test_the_last_two_weeks_do_not_hide_a_rise() -> None:
    assert c2([4, 5, 4, 5, 4, 5, 4, 40, 50], 60).score == c2([4, 5, 4, 5, 4, 5, 4, 4, 4], 60).score


def test_a_quiet_place_does_not_divide_by_zero() -> None:
    found = c2([0] * 9, 1)
    assert found.score == 2.0
    assert not found.is_unusual
    assert c2([0] * 9, 2).is_unusual


def test_nothing_is_unusual_without_a_past() -> None:
    assert c2([], 100).score == 0
    assert c2([1, 1, 1], 100).score == 0
