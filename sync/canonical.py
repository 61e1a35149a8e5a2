"""One spelling of a JSON value in bytes, so that both languages hash and sign the same thing (RFC 8785, our subset).

The subset: null, booleans, integers within 2^53, strings, arrays, objects. No floats: nothing on the wire needs one.
Rules: CAN-1 spelling, CAN-2 hash of a change.
"""

import hashlib
import json
from typing import Any

import msgspec

from sync.protocol import Change, Receipt

GREATEST_INTEGER = 2**53 - 1
"""Beyond it JavaScript rounds."""


def canonical(value: Any) -> bytes:
    """Canonical UTF-8 bytes of a JSON value or of a message (its defaults left off).

    Raises ValueError for a float, a lone surrogate or an integer beyond 2^53 - 1: a broken invariant, never input that
    a decoder let through.
    """
    plain = value if isinstance(value, dict | list | str | int | None) else msgspec.to_builtins(value)
    text = json.dumps(_ordered(plain), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("lone surrogate has no canonical form") from error


class _Signed(msgspec.Struct, frozen=True):
    change: Change
    replica: str


_sorted = msgspec.json.Encoder(order="sorted").encode


def change_bytes(replica: str, change: Change) -> bytes:
    """What the hash of a change covers: the replica and the change as it is on the wire.

    While every name is ASCII, msgspec spells it the same twenty times faster (tests/sync/test_spelling.py).
    """
    numbers = max(change.sequence, change.base, change.made_at_ms, -change.made_at_ms)
    if numbers <= GREATEST_INTEGER and all(map(str.isascii, change.fields)) and all(map(str.isascii, change.before)):
        return _sorted(_Signed(change, replica))
    return canonical({"change": msgspec.to_builtins(change), "replica": replica})


def change_hash(replica: str, change: Change) -> str:
    """Hex SHA-256 of one change of one replica: the same identity with another hash is another change."""
    return hashlib.sha256(change_bytes(replica, change)).hexdigest()


def receipt_bytes(receipt: Receipt) -> bytes:
    """What the server signs and the phone verifies: every member but the signature."""
    body = msgspec.to_builtins(receipt)
    body.pop("signature", None)
    return canonical(body)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        names = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf16_units)
        return {name: _ordered(value[name]) for name in names}
    if isinstance(value, list | tuple):
        return [_ordered(member) for member in value]
    if isinstance(value, float):
        raise ValueError("a float has no place on the wire")  # noqa: TRY004
    if isinstance(value, int) and not -GREATEST_INTEGER <= value <= GREATEST_INTEGER:
        raise ValueError("an integer beyond 2^53 - 1 has no place on the wire")
    return value


def _utf16_units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")
