"""RFC 8291 (and 8188) over the primitives of `cryptography`: half of what pywebpush's `encode` costs is not its key
exchange but the copies, objects and second key around it (tests/bench/webpush.py measures both).

`check_keys` is asked when a subscription is saved: a key that can never work is refused while the phone listens.
"""

import base64
import binascii
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

LARGEST_BODY: Final = 4_096
"""What RFC 8030 makes every push service take."""
_CURVE: Final = ec.SECP256R1()
_EXCHANGE: Final = ec.ECDH()
_HEADER: Final = LARGEST_BODY.to_bytes(4, "big") + bytes([65])
"""Record size and the length of the sender's key, as RFC 8188 puts them after the salt."""


class Keys(Struct, frozen=True):
    """A subscription's public key (65 bytes and as a point of P-256) and its authentication secret (16 bytes)."""

    p256dh: bytes
    point: ec.EllipticCurvePublicKey
    auth: bytes


class KeysError(ValueError):
    """The subscription's keys cannot be used."""


def check_keys(p256dh: str, auth: str) -> Keys:
    """Keys from their base64url. Raises KeysError unless it is a point of the curve and a secret of 16 bytes."""
    raw, secret = _decode(p256dh), _decode(auth)
    if len(raw) != 65 or len(secret) != 16:
        raise KeysError("p256dh must be 65 bytes and auth 16")
    try:
        return Keys(raw, ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw), secret)
    except ValueError as fault:
        raise KeysError("p256dh is not a P-256 point") from fault


def encrypt(
    payload: bytes, keys: Keys, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """One aes128gcm record, 103 bytes longer than the payload. `sender` and `salt` are fresh unless given."""
    sender = sender or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    public = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(_EXCHANGE, keys.point)
    secret = _expand(_extract(keys.auth, shared), b"WebPush: info\x00" + keys.p256dh + public, 32)
    extracted = _extract(salt, secret)
    content_key = _expand(extracted, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(extracted, b"Content-Encoding: nonce\x00", 12)
    return salt + _HEADER + public + AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)


def _extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract (RFC 5869) with SHA-256."""
    return hmac.digest(salt, secret, "sha256")


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand for at most one block."""
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def _decode(text: str) -> bytes:
    bare = text.rstrip("=")
    if len(bare) > 100:
        raise KeysError("key too long")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise KeysError("key is not base64url") from fault
