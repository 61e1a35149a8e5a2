"""Enrolment: an invitation becomes a device with a session; a device leaves or is revoked.

An invitation works once, for fifteen minutes, for one person. When the answer of an enrolment is lost on the way, the
same phone (it has the same public key) may present the same code again within its life and gets a new session; any
other phone is refused. Codes and tokens are random and long, made by the caller, and stored as hashes only.
"""

from msgspec import Struct

from server.events import DeviceRevoked
from server.exchange.parcel import read_public_key
from server.problems import Problem
from server.store import enrolment
from server.store.actor import Actor, hash_secret, load_device_actor
from server.store.audit import append_audit
from server.store.enrolment import Device, Invitation
from server.store.outbox import add_events
from server.store.people import get_person
from server.store.writer import WriteTx

INVITATION_LIFE_MS = 15 * 60 * 1000
MAX_NAME = 80


class Enrolment(Struct, frozen=True, kw_only=True):
    """What a phone asks: body of POST /enrol. `public_key`: its P-256 key (read_public_key says in which spellings)."""

    code: str
    replica: str
    public_key: str
    device_name: str = ""


class Secrets(Struct, frozen=True):
    """Fresh randomness for one enrolment: the device's id and its session token."""

    device: str
    token: str


async def invite(
    tx: WriteTx, project: str, code: str, *, person: str, by: str, now_ms: int, life_ms: int = INVITATION_LIFE_MS
) -> int:
    """Store an invitation for a person; answers when it expires (ms). Problem person_unknown."""
    known = await get_person(tx, project, person)
    if known is None or not known.active:
        raise Problem("person_unknown")
    expires_at_ms = now_ms + life_ms
    await enrolment.save_invitation(
        tx, project, hash_secret(code), person=person, created_by=by, now_ms=now_ms, expires_at_ms=expires_at_ms
    )
    await append_audit(tx, project, at_ms=now_ms, actor=by, verb="invited", subject=person)
    return expires_at_ms


async def enrol(tx: WriteTx, project: str, asked: Enrolment, secrets: Secrets, now_ms: int) -> Actor:
    """Turn an invitation into a device whose session is `secrets.token`.

    Problems: invitation_unknown, invitation_used, invitation_expired, public_key_invalid.
    """
    _check_public_key(asked.public_key)
    code_hash = hash_secret(asked.code)
    invitation = await enrolment.load_invitation(tx, project, code_hash)
    if invitation is None:
        raise Problem("invitation_unknown")
    if invitation.used_at_ms is not None and not await _is_same_phone(tx, project, invitation, asked):
        raise Problem("invitation_used")
    if now_ms >= invitation.expires_at_ms:
        raise Problem("invitation_expired")
    session_hash = hash_secret(secrets.token)
    if invitation.used_at_ms is not None:
        await enrolment.replace_session(tx, project, invitation.device, session_hash)
        return await _actor(tx, project, invitation.device)
    await enrolment.use_invitation(tx, project, code_hash, device=secrets.device, now_ms=now_ms)
    await enrolment.save_device(
        tx,
        project,
        secrets.device,
        person=invitation.person,
        name=" ".join(asked.device_name.split())[:MAX_NAME],
        public_key=asked.public_key,
        session_hash=session_hash,
        now_ms=now_ms,
    )
    await append_audit(tx, project, at_ms=now_ms, actor=invitation.person, verb="enrolled", subject=secrets.device)
    return await _actor(tx, project, secrets.device)


async def leave(tx: WriteTx, actor: Actor, now_ms: int) -> None:
    """The app erased itself (its own wish, or after a revocation): the session ends."""
    await enrolment.end_session(tx, actor.project, actor.device, now_ms)
    await append_audit(tx, actor.project, at_ms=now_ms, actor=actor.person, verb="left", subject=actor.device)


async def revoke(tx: WriteTx, project: str, device: str, *, by: str, now_ms: int) -> Device:
    """Take a device's access from its next request on; its app then erases itself. Again changes nothing.

    Problem device_unknown.
    """
    if await enrolment.revoke_device(tx, project, device, by=by, now_ms=now_ms):
        await add_events(tx, [DeviceRevoked(project=project, device=device)], now_ms, f"revoke:{device}")
        await append_audit(tx, project, at_ms=now_ms, actor=by, verb="revoked", subject=device)
    revoked = await enrolment.load_device(tx, project, device)
    if revoked is None:
        raise Problem("device_unknown")
    return revoked


def _check_public_key(text: str) -> None:
    try:
        read_public_key(text)
    except ValueError as error:
        raise Problem("public_key_invalid") from error


async def _is_same_phone(tx: WriteTx, project: str, invitation: Invitation, asked: Enrolment) -> bool:
    """Is it the phone that used the invitation, whose answer was lost? Its key says so."""
    device = await enrolment.load_device(tx, project, invitation.device)
    return device is not None and device.revoked_at_ms is None and device.public_key == asked.public_key


async def _actor(tx: WriteTx, project: str, device: str) -> Actor:
    actor = await load_device_actor(tx, project, device)
    if actor is None or actor.revoked:
        raise Problem("not_enrolled")
    return actor
