"""RFC 8291 by http_ece, without the deep copy and the second key that pywebpush's `encode` adds to every message.

`check_keys` is asked when a subscription is saved: a key that can never work is refused while the phone listens.
"""

import base64
import binascii
from typing import Final

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

LARGEST_BODY: Final = 4_096
"""What RFC 8030 makes every push service take."""


class Keys(Struct, frozen=True):
    """A subscription's public key (65 bytes, uncompressed P-256) and its authentication secret (16 bytes)."""

    p256dh: bytes
    auth: bytes


class KeysError(ValueError):
    """The subscription's keys cannot be used."""


def check_keys(p256dh: str, auth: str) -> Keys:
    """Keys from their base64url. Raises KeysError unless it is a point of the curve and a secret of 16 bytes."""
    try:
        keys = Keys(_decode(p256dh), _decode(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.p256dh)
    except ValueError as fault:
        raise KeysError("p256dh is not a P-256 point") from fault
    if len(keys.p256dh) != 65 or len(keys.auth) != 16:
        raise KeysError("p256dh must be 65 bytes and auth 16")
    return keys


def encrypt(payload: bytes, keys: Keys) -> bytes:
    """One aes128gcm record with a fresh key pair and salt: 103 bytes longer than the payload."""
    sealed: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=keys.p256dh,
        auth_secret=keys.auth,
        version="aes128gcm",
    )
    return sealed


def _decode(text: str) -> bytes:
    bare = text.rstrip("=")
    if len(bare) > 100:
        raise KeysError("key too long")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise KeysError("key is not base64url") from fault
