"""The project's private keys: made at first start, kept in DATA/keys (folder 0700, files 0600), never in the database.

Three keys with three lives: `webpush` (VAPID; a new one silences every phone's subscription), `receipt` (signs that the
server has what a phone sent), `seal` (opens what phones sealed for the project). A lost key cannot be made again, so a
missing file beside existing ones is an error and not a reason to make another: restore it from the backup.
"""

import base64
import os
import shutil
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

NAMES = ("webpush", "receipt", "seal")


class KeysError(RuntimeError):
    """The key folder is incomplete or unreadable. The text is for a person."""


class Keys(Struct, frozen=True, kw_only=True):
    """All P-256."""

    webpush: ec.EllipticCurvePrivateKey
    receipt: ec.EllipticCurvePrivateKey
    seal: ec.EllipticCurvePrivateKey


def load_keys(data: Path) -> Keys:
    """Read DATA/keys; make all three when the folder holds none. Errors: KeysError."""
    folder = data / "keys"
    if not folder.exists() or not any(folder.iterdir()):
        _make(folder)
    missing = [name for name in NAMES if not (folder / f"{name}.pem").exists()]
    if missing:
        raise KeysError(f"{folder}: {', '.join(missing)} missing beside the other keys; restore it from the backup")
    return Keys(**{name: _read(folder / f"{name}.pem") for name in NAMES})


def public_point(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key as base64url of its 65 uncompressed bytes: what PushManager.subscribe takes."""
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public key as a JSON Web Key (RFC 7517)."""
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _make(folder: Path) -> None:
    """All keys appear at once or not at all; of two processes that start together, one set wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".keys-", dir=folder.parent))
    for name in NAMES:
        _write(fresh / f"{name}.pem", ec.generate_private_key(ec.SECP256R1()))
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
        if not folder.is_dir():
            raise


def _write(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())


def _read(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise KeysError(f"{file}: not a readable private key ({fault})") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysError(f"{file}: not a P-256 key")
    return key
