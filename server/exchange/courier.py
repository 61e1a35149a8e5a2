"""Delivering the parcel of a phone that has no signal, brought by somebody else's (how it is sealed: parcel.py).

The changes are the author's, judged as if the author's phone had sent them, so a second delivery and the phone's own
sync change nothing. The courier learns nothing but a receipt, and carries it back. Rules: COUR-1 to COUR-3.
"""

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from server.exchange.parcel import SealBroken, open_parcel, prove_author
from server.exchange.push import Received, quarantine, receive
from server.exchange.receipts import make_receipt
from server.exchange.sync import MOST, Exchange
from server.problems import Problem
from server.store.actor import Actor, load_device_actor
from server.store.audit import append_audit
from server.store.enrolment import Device, load_device
from server.store.projects import get_project
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.courier import refuse_parcel
from sync.protocol import Parcel, ParcelAnswer, ParcelContents, SignedContents

_CONTENTS = msgspec.json.Decoder(ParcelContents)


async def deliver(
    exchange: Exchange, seal_key: ec.EllipticCurvePrivateKey, courier: Actor, parcel: Parcel, now_ms: int
) -> ParcelAnswer:
    """Open a parcel, prove whose it is, judge its changes; an answer with a `code` says why nothing was taken.

    Problem body_malformed: it was proven, but its changes make no sense.
    """
    try:
        signed = open_parcel(parcel, courier.project, seal_key)
        device, author, epoch = await _look_up(exchange, courier, signed)
        if device is None or author is None:
            return ParcelAnswer(replica=parcel.replica, code="replica_unknown")
        prove_author(parcel, signed, device.public_key)
    except SealBroken:
        return ParcelAnswer(replica=parcel.replica, code="seal_broken")
    contents = _read(signed)
    if code := refuse_parcel(contents, parcel.replica, epoch):
        return ParcelAnswer(replica=parcel.replica, code=code)
    try:
        received = await exchange.database.writer.run(
            lambda tx: _take(tx, courier, author, contents, now_ms), courier.project
        )
    except Problem as problem:
        if problem.code != "replica_taken":
            raise
        return ParcelAnswer(replica=parcel.replica, code="replica_unknown")
    if received is None:
        return ParcelAnswer(replica=parcel.replica, code="kept_apart")
    return ParcelAnswer(replica=parcel.replica, receipt=make_receipt(received.replica, epoch, now_ms, exchange.sign))


async def _look_up(
    exchange: Exchange, courier: Actor, signed: SignedContents
) -> tuple[Device | None, Actor | None, str]:
    """The author's device and actor, and the project's epoch."""

    async def look(tx: Tx) -> tuple[Device | None, Actor | None, str]:
        project = await get_project(tx, courier.project)
        device = await load_device(tx, courier.project, signed.device)
        author = await load_device_actor(tx, courier.project, signed.device)
        return device, author, project.epoch if project else ""

    return await exchange.database.reader.read(look)


async def _take(tx: WriteTx, courier: Actor, author: Actor, contents: ParcelContents, now_ms: int) -> Received | None:
    """None when the author's device is revoked: its changes are kept apart."""
    if author.revoked:
        await quarantine(tx, author, contents.replica, contents.changes, now_ms=now_ms)
        return None
    received = await receive(
        tx, author, contents.replica, contents.changes, now_ms=now_ms, made_up_to=contents.made_up_to
    )
    await append_audit(
        tx, courier.project, at_ms=now_ms, actor=courier.person, verb="delivered", subject=author.device,
        particulars={"replica": contents.replica, "changes": len(contents.changes)},
    )  # fmt: skip
    return received


def _read(signed: SignedContents) -> ParcelContents:
    try:
        contents = _CONTENTS.decode(signed.contents)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Problem("body_malformed", fault=str(error)) from error
    if not 0 <= contents.made_up_to <= MOST or ":" in contents.replica:
        raise Problem("body_malformed", fault="made_up_to")
    return contents
