"""A parcel: changes that travel on a colleague's phone. Judged exactly as if the replica had pushed them itself.

Sealing is not here; the changes in a parcel stay unsent on the phone that made them until their receipt comes home.
Rules: COUR-1 idempotent with the phone's own delivery, COUR-2 nothing readable outside, COUR-3 another epoch.
"""

from collections.abc import Iterable

from sync.canonical import canonical
from sync.journal import Entry, next_batch
from sync.protocol import PROTOCOL_VERSION, ParcelContents

PARCEL_BYTES = 2_000_000
QR_BYTES = 4_000
"""Up to so many sealed bytes an animated QR is offered; more goes by file."""


def pack_parcel(entries: Iterable[Entry], replica: str, epoch: str, made_up_to: int) -> ParcelContents:
    """What to seal: everything unsent, up to PARCEL_BYTES."""
    changes = next_batch(entries, replica, most=made_up_to, most_bytes=PARCEL_BYTES)
    return ParcelContents(
        protocol=PROTOCOL_VERSION, epoch=epoch, replica=replica, made_up_to=made_up_to, changes=changes
    )


def refuse_parcel(contents: ParcelContents, replica: str, epoch: str) -> str:
    """Why an opened parcel is not judged, or "". `replica`: as named on the outside.

    A parcel from another epoch is refused whole: its bases mean nothing here, and its phone still has everything (I3).
    """
    if contents.protocol > PROTOCOL_VERSION:
        return "protocol_unknown"
    if contents.replica != replica:
        return "seal_broken"
    return "" if contents.epoch == epoch else "epoch_changed"


def goes_by_qr(contents: ParcelContents) -> bool:
    return len(canonical(contents)) <= QR_BYTES
