"""Provable completeness: the chain over a replica's changes, the receipt for it, and what is still missing.

The server signs `canonical.receipt_bytes`; the phone verifies the signature with the key from its enrolment, then asks
`check_receipt` whether the chain is about the very changes that it made. Only then may it delete anything.
Rules: RCPT-1 chain, RCPT-2 nothing deleted before the receipt, RCPT-3 continuity, RCPT-4 gaps, RCPT-5 lost.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from sync.protocol import Receipt
from sync.ranges import Range, covers, without

START = "0" * 64
"""The chain before the first change."""
LOST = "0" * 64
"""Stands for the hash of a sequence that the replica declared lost."""


class Anchor(Struct, frozen=True):
    """The last receipt that the phone verified and saved."""

    up_to: int = 0
    chain: str = START


Check = Literal["proven", "older", "broken", "unproven"]
"""proven: about these changes · older: says less than the anchor · broken: about other changes (the replica id was met
twice) · unproven: the phone no longer holds a change in between, only the signature speaks."""


def extend_chain(chain: str, hashes: Iterable[str]) -> str:
    """The chain after these change hashes, in order of sequence. A link is SHA-256 over the ASCII of chain + hash."""
    for change_hash in hashes:
        chain = hashlib.sha256((chain + change_hash).encode()).hexdigest()
    return chain


def links(after: int, up_to: int, hashes: Mapping[int, str], lost: Iterable[Range]) -> list[str] | None:
    """Hashes of the sequences after..up_to; None when one is neither known nor lost. What was declared lost counts as
    lost even when the phone has it still (it waits for a person's attention)."""
    lost = list(lost)
    chosen = [LOST if covers(lost, sequence) else hashes.get(sequence, "") for sequence in range(after + 1, up_to + 1)]
    return chosen if all(chosen) else None


def check_receipt(anchor: Anchor, receipt: Receipt, hashes: Mapping[int, str], lost: Iterable[Range] = ()) -> Check:
    """Whether a receipt whose signature is good continues the anchor with this phone's own changes."""
    if receipt.up_to < anchor.up_to:
        return "older"
    chosen = links(anchor.up_to, receipt.up_to, hashes, lost)
    if chosen is None:
        return "unproven"
    return "proven" if extend_chain(anchor.chain, chosen) == receipt.chain else "broken"


def gaps(received_up_to: int, received: Iterable[Range], made_up_to: int, lost: Iterable[Range] = ()) -> list[Range]:
    """What the server misses of 1..made_up_to. `received`: what it has beyond received_up_to (held changes)."""
    return without(received_up_to + 1, made_up_to, [*received, *lost])


def advance(received_up_to: int, judged: Container[int], lost: Iterable[Range]) -> int:
    """The highest sequence up to which everything was judged or is lost."""
    lost = list(lost)
    while received_up_to + 1 in judged or covers(lost, received_up_to + 1):
        received_up_to += 1
    return received_up_to
