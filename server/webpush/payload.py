"""What travels inside a webpush: enough for a notification, never the whole alert (that follows by sync). Pure.

At most 3,000 bytes of JSON, so that every push service takes it (RFC 8030 guarantees 4,096 encrypted). The phone reads:
{"kind": "alert", "alert", "root", "revision", "headline", "instruction"?, "severity", "status", "message_type",
"expires_at_ms"}, {"kind": "sync", "headline"?, "count"?} and {"kind": "test", "id"}. `root` is the first alert of a
chain of updates: one notification tag for all of them.
"""

import unicodedata
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

LONGEST: Final = 3_000
LONGEST_HEADLINE: Final = 600
SHRUNK: Final = 900
"""Bytes of payload at the second try, after a push service said 413."""

_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f\u20e3")


class AlertPayload(Struct, frozen=True, kw_only=True, tag_field="kind", tag="alert", omit_defaults=True):
    """An alert, update or cancellation as the notification needs it."""

    alert: str
    root: str
    revision: int
    headline: str
    severity: str
    status: str
    message_type: str
    expires_at_ms: int
    instruction: str = ""


class SyncPayload(Struct, frozen=True, kw_only=True, tag_field="kind", tag="sync", omit_defaults=True):
    """A call to sync; as a digest it says how many small alerts wait and names the first."""

    headline: str = ""
    count: int = 0


class TestPayload(Struct, frozen=True, kw_only=True, tag_field="kind", tag="test"):
    """The self-test: the phone answers by reporting `id`."""

    id: str


Payload = AlertPayload | SyncPayload | TestPayload

_ENCODER = msgspec.json.Encoder()


@lru_cache(maxsize=256)
def encode(payload: Payload, limit: int = LONGEST) -> bytes:
    """JSON of a payload within `limit` bytes; of an alert the instruction is cut first, then the headline."""
    if isinstance(payload, AlertPayload):
        payload = msgspec.structs.replace(payload, headline=cut(payload.headline, min(LONGEST_HEADLINE, limit // 3)))
        spare = limit - len(_ENCODER.encode(msgspec.structs.replace(payload, instruction="")))
        # Escapes can double a character, and the member's own name costs 17 bytes.
        payload = msgspec.structs.replace(payload, instruction=cut(payload.instruction, (spare - 20) // 2))
    elif isinstance(payload, SyncPayload):
        payload = msgspec.structs.replace(payload, headline=cut(payload.headline, LONGEST_HEADLINE))
    body = _ENCODER.encode(payload)
    if len(body) > limit:
        raise ValueError(f"a webpush payload of {len(body)} bytes: its identifiers alone are over {limit}")
    return body


def cut(text: str, limit: int) -> str:
    """The longest beginning of `text` (as NFC, one line) within `limit` bytes of UTF-8, ended by an ellipsis when cut.

    It ends after a whole word where one ends in the last third, else after a whole grapheme.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if len(line.encode()) <= limit:
        return line
    # A character has a byte at least: what lies further on cannot fit. The rest of a grapheme may, so a few more.
    whole = graphemes(line[: max(0, limit) + 64])
    size, fits = len("…".encode()), 0
    while fits < len(whole) and size + len(whole[fits].encode()) <= limit:
        size += len(whole[fits].encode())
        fits += 1
    if not fits:
        return ""
    kept = whole[:fits]
    last_space = max((at for at, grapheme in enumerate(kept) if grapheme == " "), default=-1)
    if whole[fits : fits + 1] != [" "] and last_space >= fits * 2 // 3:
        kept = kept[:last_space]
    return "".join(kept).rstrip(" ,;:–-") + "…"


def graphemes(text: str) -> list[str]:
    """What a reader takes for one character: marks, joined emoji, skin tones and flags stay together."""
    found: list[str] = []
    for character in text:
        if found and (_extends(character) or _is_joined(found[-1], character) or _is_half_flag(found[-1], character)):
            found[-1] += character
        else:
            found.append(character)
    return found


def _extends(character: str) -> bool:
    is_mark = unicodedata.category(character).startswith("M")
    return is_mark or character in _JOINERS or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_joined(before: str, character: str) -> bool:
    """A zero-width joiner joins emoji, not letters or spaces."""
    return before[-1] == "\u200d" and unicodedata.category(character) == "So"


def _is_half_flag(before: str, character: str) -> bool:
    return len(before) == 1 and all("\U0001f1e6" <= half <= "\U0001f1ff" for half in before + character)
