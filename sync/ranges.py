"""Inclusive ranges of sequences: what was received, what is missing, what is lost."""

from collections.abc import Iterable

Range = tuple[int, int]


def join_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Sorted, without overlap, neighbours joined; empty ranges left out."""
    joined: list[Range] = []
    for first, last in sorted((first, last) for first, last in ranges if first <= last):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def to_ranges(sequences: Iterable[int]) -> list[Range]:
    return join_ranges((sequence, sequence) for sequence in sequences)


def without(first: int, last: int, taken: Iterable[Range]) -> list[Range]:
    """The parts of first..last that no range of `taken` covers."""
    left: list[Range] = []
    for start, end in join_ranges(taken):
        if start > last:
            break
        if start > first:
            left.append((first, start - 1))
        first = max(first, end + 1)
    if first <= last:
        left.append((first, last))
    return left


def covers(ranges: Iterable[Range], sequence: int) -> bool:
    return any(first <= sequence <= last for first, last in ranges)


def count(ranges: Iterable[Range]) -> int:
    """How many sequences the ranges name (they must not overlap)."""
    return sum(last - first + 1 for first, last in ranges)
