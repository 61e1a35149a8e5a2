"""The courier bundle: an outbox that leaves a phone as a sealed file, to be delivered by somebody else's. Pure.

The file (`*.langnghe`, media type application/octet-stream), version 1:

    "LNC1"                  4 bytes: Lắng Nghe courier, version 1
    enc                     65 bytes: the sender's ephemeral P-256 point, uncompressed
    ciphertext              AES-128-GCM, its 16-byte tag at the end

It is HPKE (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; sealed to the
project's seal key; `info` is the UTF-8 text "lang-nghe courier 1|PROJECT", the associated data is empty.

The plaintext is the gzip of one JSON object:

    {"project": "an-giang", "device": "DEVICE", "request": "TEXT", "signature": "BASE64URL"}

`request` is a SyncRequest as JSON *text*, so that both sides sign the same bytes without agreeing on a canonical form;
its cursor is empty: a courier brings changes there and a receipt back, never items. `signature` is the author's device
key (the one enrolled): ECDSA P-256 with SHA-256, r||s, over the UTF-8 text
"lang-nghe courier 1|PROJECT|DEVICE|" + request. The courier can neither read nor alter a bundle, and a bundle that is
delivered twice, or after the phone itself synced, changes nothing (changes keep their identity: replica and sequence).
"""

import base64
import zlib

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.problems import Problem

MAGIC = b"LNC1"
POINT_BYTES = 65
LABEL = "lang-nghe courier 1|"
MAX_BUNDLE_BYTES = 8 * 1024 * 1024
MAX_PLAIN_BYTES = 32 * 1024 * 1024
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


class Bundle(msgspec.Struct, frozen=True):
    """What a bundle holds once opened; nothing in it is proven before `verify_author`."""

    project: str
    device: str
    request: str
    signature: str

    def signed_bytes(self) -> bytes:
        """The bytes that the author's device signed."""
        return f"{LABEL}{self.project}|{self.device}|{self.request}".encode()


_DECODER = msgspec.json.Decoder(Bundle)


def seal_bundle(bundle: Bundle, seal_key: ec.EllipticCurvePublicKey) -> bytes:
    """Close a bundle to the project's seal key; the phone does the same (pwa/src/transport)."""
    plain = zlib.compress(msgspec.json.encode(bundle), wbits=31)
    return MAGIC + _SUITE.encrypt(plain, seal_key, info=f"{LABEL}{bundle.project}".encode())


def open_bundle(sealed: bytes, project: str, seal_key: ec.EllipticCurvePrivateKey) -> Bundle:
    """Open a bundle with the project's private seal key. Problem bundle_unreadable."""
    if not sealed.startswith(MAGIC):
        raise Problem("bundle_unreadable")
    try:
        packed = _SUITE.decrypt(sealed[len(MAGIC) :], seal_key, info=f"{LABEL}{project}".encode())
        bundle = _DECODER.decode(_inflate(packed))
    except (InvalidTag, ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise Problem("bundle_unreadable") from error
    if bundle.project != project:
        raise Problem("bundle_unreadable")
    return bundle


def verify_author(bundle: Bundle, public_key: str) -> None:
    """Prove that the device whose enrolled key this is signed the bundle. Problem bundle_unproven."""
    try:
        key = read_public_key(public_key)
        raw = from_base64url(bundle.signature)
        if len(raw) != 64:
            raise Problem("bundle_unproven")
        signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(signature, bundle.signed_bytes(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise Problem("bundle_unproven") from error


def read_public_key(text: str) -> ec.EllipticCurvePublicKey:
    """A P-256 public key: a JWK as JSON text, or base64url of the SPKI or the 65-byte point. Errors: ValueError."""
    if text.startswith("{"):
        return _read_jwk(text)
    raw = from_base64url(text)
    if len(raw) == POINT_BYTES:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    key = load_der_public_key(raw)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError("not a P-256 key")


def _read_jwk(text: str) -> ec.EllipticCurvePublicKey:
    try:
        jwk = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise ValueError("no JSON Web Key") from error
    if jwk.get("crv") != "P-256":
        raise ValueError("not a P-256 key")
    point = b"\4" + from_base64url(str(jwk.get("x", ""))) + from_base64url(str(jwk.get("y", "")))
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def from_base64url(text: str) -> bytes:
    """Bytes from base64url without padding. Errors: ValueError."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    plain = inflater.decompress(packed, MAX_PLAIN_BYTES)
    if not inflater.eof:
        raise ValueError("too long or cut short")
    return plain
