"""Small cells are hidden, and cannot be computed back from a total."""

from server.reports.small_cells import suppress


def test_counts_below_five_are_hidden_and_zero_is_shown() -> None:
    assert suppress({"a": 4, "b": 2, "c": 9, "d": 0}) == {"a": None, "b": None, "c": 9, "d": 0}


def test_a_single_hidden_cell_takes_the_next_smallest_with_it() -> None:
    assert suppress({"a": 4, "b": 7, "c": 30, "d": 0}) == {"a": None, "b": None, "c": 30, "d": 0}


def test_without_a_total_one_hidden_cell_is_enough() -> None:
    assert suppress({"a": 4, "b": 7}, total_shown=False) == {"a": None, "b": 7}


def test_large_cells_stay() -> None:
    assert suppress({"a": 5, "b": 6}) == {"a": 5, "b": 6}
