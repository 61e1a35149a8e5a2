"""A 64-bit digest of a set of items, whatever their order, so that both sides can tell that they hold the same.

An item's hash covers kind, id, revision, whether it is deleted and the ids of its open conflicts; nothing else, because
a revision names one content. Two CRC-32 (the text forwards and backwards) mixed like MurmurHash3's finaliser: 32-bit
multiplications only, so JavaScript needs no BigInt. It finds accidents, not malice: never use it as a signature.
Sums are kept per half, so a set is updated by adding and subtracting, and SQL can sum the halves.
Rules: DIG-1 item hash, DIG-2 sum, DIG-3 buckets.
"""

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from sync.protocol import DIGEST_BUCKETS, Item

_HALF = 0xFFFFFFFF


class Digest(NamedTuple):
    """Two unsigned 32-bit halves."""

    high: int
    low: int


EMPTY = Digest(0, 0)


def hash_item(kind: str, item_id: str, revision: int, deleted: bool, conflicts: Iterable[str]) -> Digest:
    """Digest of one item. `conflicts`: ids of its open conflicts, in any order."""
    named = sorted(conflicts, key=_units) if conflicts else ()
    return _hash("\n".join((kind, item_id, str(revision), "1" if deleted else "0", *named)))


def hash_held(item: Item) -> Digest:
    """Digest of one item as a phone holds it."""
    return hash_item(item.kind, item.id, item.revision, item.deleted, [conflict.id for conflict in item.conflicts])


def add(left: Digest, right: Digest) -> Digest:
    return Digest((left.high + right.high) & _HALF, (left.low + right.low) & _HALF)


def subtract(left: Digest, right: Digest) -> Digest:
    return Digest((left.high - right.high) & _HALF, (left.low - right.low) & _HALF)


def total(digests: Iterable[Digest]) -> Digest:
    high = low = 0
    for digest in digests:
        high += digest[0]
        low += digest[1]
    return Digest(high & _HALF, low & _HALF)


def bucket_of(kind: str, item_id: str) -> int:
    """Which of the DIGEST_BUCKETS buckets an item falls into, for its whole life."""
    return _hash(f"{kind}\n{item_id}").low % DIGEST_BUCKETS


def to_text(digest: Digest) -> str:
    """16 hex digits, the form on the wire."""
    return f"{digest.high:08x}{digest.low:08x}"


def from_text(text: str) -> Digest | None:
    """None when it is not 16 hex digits."""
    if len(text) != 16 or any(sign not in "0123456789abcdef" for sign in text):
        return None
    return Digest(int(text[:8], 16), int(text[8:], 16))


def to_signed(digest: Digest) -> int:
    """As a signed 64-bit integer, for a BIGINT column. SQL sums the halves of column d with
    `SUM(d & 4294967295)` (low) and `SUM((d >> 32) & 4294967295)` (high); `from_sums` takes both."""
    unsigned = digest.high << 32 | digest.low
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def from_signed(number: int) -> Digest:
    return Digest(number >> 32 & _HALF, number & _HALF)


def from_sums(high: int, low: int) -> Digest:
    """From sums of halves that may have grown beyond 32 bits."""
    return Digest(high & _HALF, low & _HALF)


def _hash(text: str) -> Digest:
    units = text.encode("utf-16-le", "surrogatepass")
    forwards, backwards = crc32(units), crc32(units[::-1])
    return Digest(_mix(forwards ^ _mix(backwards)), _mix(backwards ^ 0x9E3779B9 ^ _mix(forwards + 0x7F4A7C15)))


def _mix(word: int) -> int:
    word &= _HALF
    word = ((word ^ word >> 16) * 0x85EBCA6B) & _HALF
    word = ((word ^ word >> 13) * 0xC2B2AE35) & _HALF
    return word ^ word >> 16


def _units(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")
