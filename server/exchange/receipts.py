"""Receipts: the server's signed word for what it durably has, over the chain that the push kept.

Rules: RCPT-1, RCPT-3.
"""

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from msgspec import structs

from server.store.replicas import Replica
from sync.canonical import receipt_bytes
from sync.protocol import Receipt
from sync.ranges import Range, to_ranges
from sync.receipt import gaps

Sign = Callable[[bytes], str]
"""Bytes in, base64url of r||s (64 bytes) out."""


def signer(key: ec.EllipticCurvePrivateKey) -> Sign:
    """Sign with the project's receipt key, as WebCrypto verifies it: ECDSA P-256 with SHA-256."""

    def sign(body: bytes) -> str:
        r, s = decode_dss_signature(key.sign(body, ec.ECDSA(hashes.SHA256())))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()

    return sign


def make_receipt(replica: Replica, epoch: str, now_ms: int, sign: Sign) -> Receipt:
    """For everything up to replica.received_up_to; only after COMMIT."""
    receipt = Receipt(
        epoch=epoch, replica=replica.replica, up_to=replica.received_up_to, chain=replica.chain, at_ms=now_ms
    )
    return structs.replace(receipt, signature=sign(receipt_bytes(receipt)))


def missing(replica: Replica, held: tuple[int, ...]) -> list[Range]:
    """Which sequences the server misses of those the replica made."""
    return gaps(replica.received_up_to, to_ranges(held), replica.made_up_to, replica.lost)
