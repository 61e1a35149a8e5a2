"""Delivering the sealed outbox of a phone that has no signal, brought by somebody else's (format: exchange/bundle.py).

The changes are the author's, judged as if the author's phone had sent them, so a second delivery and the phone's own
sync change nothing. The courier learns nothing but the receipt, which it carries back. Rules: COUR-1 to COUR-4.
"""

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from server.exchange.bundle import open_bundle, verify_author
from server.exchange.push import Received, quarantine, receive
from server.exchange.receipts import make_receipt
from server.exchange.sync import Exchange, check
from server.problems import Problem
from server.store.actor import Actor, load_device_actor
from server.store.audit import append_audit
from server.store.enrolment import Device, load_device
from server.store.projects import get_project
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.protocol import Receipt, SyncRequest

_REQUEST = msgspec.json.Decoder(SyncRequest)


class Delivered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the courier's phone carries back to the author's.

    `receipt` is signed; the author's phone verifies it as if it had come in its own sync. None when nothing was taken:
    the bundle speaks of another `epoch`, or its device was revoked (`kept_apart`).
    """

    replica: str
    epoch: str
    receipt: Receipt | None = None
    kept_apart: bool = False


async def deliver(
    exchange: Exchange, seal_key: ec.EllipticCurvePrivateKey, courier: Actor, sealed: bytes, now_ms: int
) -> Delivered:
    """Open a bundle, prove its author, judge its changes.

    Problems: bundle_unreadable, bundle_unproven, protocol_unsupported, body_malformed, replica_taken.
    """
    bundle = open_bundle(sealed, courier.project, seal_key)

    async def look(tx: Tx) -> tuple[Device | None, Actor | None, str]:
        project = await get_project(tx, courier.project)
        device = await load_device(tx, courier.project, bundle.device)
        author = await load_device_actor(tx, courier.project, bundle.device)
        return device, author, project.epoch if project else ""

    device, author, epoch = await exchange.database.reader.read(look)
    if device is None or author is None:
        raise Problem("bundle_unproven")
    verify_author(bundle, device.public_key)
    asked = _decode(bundle.request)
    check(asked)
    if author.revoked:
        await exchange.database.writer.run(
            lambda tx: quarantine(tx, author, asked.replica, asked.changes, now_ms=now_ms), courier.project
        )
        return Delivered(replica=asked.replica, epoch=epoch, kept_apart=True)
    if asked.epoch and asked.epoch != epoch:
        return Delivered(replica=asked.replica, epoch=epoch)
    received = await exchange.database.writer.run(lambda tx: _take(tx, courier, author, asked, now_ms), courier.project)
    receipt = make_receipt(received.replica, epoch, now_ms, exchange.sign)
    return Delivered(replica=asked.replica, epoch=epoch, receipt=receipt)


async def _take(tx: WriteTx, courier: Actor, author: Actor, asked: SyncRequest, now_ms: int) -> Received:
    received = await receive(
        tx, author, asked.replica, asked.changes, now_ms=now_ms, made_up_to=asked.made_up_to, lost=asked.lost
    )
    await append_audit(
        tx, courier.project, at_ms=now_ms, actor=courier.person, verb="delivered", subject=author.device,
        particulars={"replica": asked.replica, "changes": len(asked.changes)},
    )  # fmt: skip
    return received


def _decode(text: str) -> SyncRequest:
    try:
        return _REQUEST.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Problem("body_malformed", fault=str(error)) from error
