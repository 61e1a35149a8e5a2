"""Sealing and opening parcels, and whose they are (sync/protocol.py: Parcel, SignedContents). Pure.

A parcel is JSON in a file (`*.langnghe`) and the body of POST /courier: {project, replica, sealed}. `sealed` is one
HPKE message (RFC 9180, base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM) to the project's seal key, as
base64url of enc (65 bytes, uncompressed point) and ciphertext (16 bytes of tag at its end); `info` is the UTF-8 text
`lang-nghe parcel 1|PROJECT|REPLICA`, associated data is empty. Inside is the gzip of SignedContents: contents as JSON
text, signed by the author's device over `lang-nghe parcel 1|PROJECT|REPLICA|DEVICE|CONTENTS`.

So the courier can neither read nor alter a parcel nor make one in another's name. Rules: COUR-2.
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

from sync.protocol import Parcel, SignedContents

LABEL = "lang-nghe parcel 1"
POINT_BYTES = 65
MAX_PLAIN_BYTES = 16 * 1024 * 1024
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_SIGNED = msgspec.json.Decoder(SignedContents)


class SealBroken(ValueError):  # noqa: N818 - what happened to it
    """The parcel cannot be opened, or is not by whom it says."""


def seal_parcel(project: str, replica: str, signed: SignedContents, seal_key: ec.EllipticCurvePublicKey) -> Parcel:
    """Close a parcel; the phone does the same."""
    plain = zlib.compress(msgspec.json.encode(signed), wbits=31)
    sealed = _SUITE.encrypt(plain, seal_key, info=_info(project, replica))
    return Parcel(project=project, replica=replica, sealed=to_base64url(sealed))


def open_parcel(parcel: Parcel, project: str, seal_key: ec.EllipticCurvePrivateKey) -> SignedContents:
    """Open a parcel with the project's private seal key; nothing in it is proven yet. Errors: SealBroken."""
    if parcel.project != project:
        raise SealBroken("for another project")
    try:
        sealed = from_base64url(parcel.sealed)
        return _SIGNED.decode(_inflate(_SUITE.decrypt(sealed, seal_key, info=_info(parcel.project, parcel.replica))))
    except (InvalidTag, ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise SealBroken("not sealed to this project") from error


def prove_author(parcel: Parcel, signed: SignedContents, public_key: str) -> None:
    """Was it the device that enrolled with this key? Errors: SealBroken."""
    try:
        key = read_public_key(public_key)
        raw = from_base64url(signed.signature)
        signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"))
        key.verify(signature, signed_bytes(parcel.project, parcel.replica, signed), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise SealBroken("not signed by this device") from error


def signed_bytes(project: str, replica: str, signed: SignedContents) -> bytes:
    """What the author's device signs."""
    return f"{LABEL}|{project}|{replica}|{signed.device}|{signed.contents}".encode()


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


def to_base64url(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _info(project: str, replica: str) -> bytes:
    return f"{LABEL}|{project}|{replica}".encode()


def _inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    plain = inflater.decompress(packed, MAX_PLAIN_BYTES)
    if not inflater.eof:
        raise ValueError("too long or cut short")
    return plain
