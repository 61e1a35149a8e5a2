"""Webpush subscriptions over HTTP: a device registers its own, tests it, and staff see which are out of order.

The endpoint is a stranger's word: the guard of webpush/egress.py is asked before it is saved, and again at every send.
"""

import secrets
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post, put

from server.http.body import decode
from server.problems import Problem
from server.store.actor import Actor
from server.store.alarms import Alarm, list_alarms
from server.store.database import Database
from server.store.sending import wake_device
from server.store.session import Tx
from server.store.subscriptions import (
    Subscription,
    get_subscription,
    list_subscriptions,
    note_proven,
    note_sent,
    remove_subscription,
    save_subscription,
)
from server.store.writer import WriteTx
from server.webpush.egress import Egress, EgressError
from server.webpush.encrypt import KeysError, check_keys
from server.webpush.payload import TestPayload, encode
from server.webpush.sender import Message, Sender

TEST_TTL_S = 300


class SubscriptionKeys(msgspec.Struct, frozen=True):
    """As `PushSubscription.toJSON()` gives them, base64url."""

    p256dh: str
    auth: str


class SubscriptionGiven(msgspec.Struct, frozen=True):
    """Body of PUT /webpush/subscription: `PushSubscription.toJSON()` as it is; what else it says is left aside."""

    endpoint: str
    keys: SubscriptionKeys


class TestSent(msgspec.Struct, frozen=True):
    """Answer of POST /webpush/test. The phone that shows it says so by POST /webpush/proof with the `id`."""

    id: str
    accepted: bool
    status: int
    """What the push service answered; 0 when it could not be reached."""


class Proof(msgspec.Struct, frozen=True):
    """Body of POST /webpush/proof."""

    id: str


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription that the push service has ended; the device must register anew. Times in ms."""

    device: str
    host: str
    stale_at_ms: int
    last_status: int | None


class WebpushState(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator must know: subscriptions by health, and refusals of our own requests."""

    subscriptions: int
    proven: int
    stale: list[Stale]
    alarms: list[Alarm]


_GIVEN = msgspec.json.Decoder(SubscriptionGiven)
_PROOF = msgspec.json.Decoder(Proof)
_SMALL = 16 * 1024


@put("/webpush/subscription", status_code=204, request_max_body_size=_SMALL)
async def put_subscription(
    request: Request[Any, Any, Any], actor: Actor, database: Database, egress: Egress, now_ms: int
) -> Response[None]:
    """Register this device's subscription, in place of an earlier one. What could not be sent to it is due again."""
    asked = decode(_GIVEN, await request.body())
    try:
        check_keys(asked.keys.p256dh, asked.keys.auth)
        await egress.check_resolved(asked.endpoint)
    except KeysError as fault:
        raise Problem("subscription_invalid", fault=str(fault)) from fault
    except EgressError as refused:
        raise Problem("subscription_invalid", fault=f"endpoint: {refused.reason}") from refused
    subscription = Subscription(
        project=actor.project,
        device=actor.device,
        endpoint=asked.endpoint,
        p256dh=asked.keys.p256dh,
        auth=asked.keys.auth,
        created_at_ms=now_ms,
    )

    async def unit(tx: WriteTx) -> None:
        await save_subscription(tx, subscription)
        await wake_device(tx, actor.project, actor.device, at_ms=now_ms)

    await database.writer.run(unit, project=actor.project)
    return Response(None, status_code=204)


@delete("/webpush/subscription", status_code=204)
async def delete_subscription(actor: Actor, database: Database) -> Response[None]:
    """This device wants no webpush any more. Alerts still reach it by sync."""

    async def unit(tx: WriteTx) -> None:
        await remove_subscription(tx, actor.project, actor.device)

    await database.writer.run(unit, project=actor.project)
    return Response(None, status_code=204)


@post("/webpush/test", status_code=200, request_max_body_size=_SMALL)
async def test_subscription(actor: Actor, database: Database, sender: Sender, now_ms: int) -> TestSent:
    """Send this device a test at once. Problem subscription_unknown."""
    subscription = await database.reader.read(lambda tx: get_subscription(tx, actor.project, actor.device))
    if subscription is None:
        raise Problem("subscription_unknown")
    name = secrets.token_hex(8)
    answer = await sender.send(
        Message(
            endpoint=subscription.endpoint,
            p256dh=subscription.p256dh,
            auth=subscription.auth,
            payload=encode(TestPayload(id=name)),
            ttl_s=TEST_TTL_S,
            urgency="high",
        )
    )

    async def unit(tx: WriteTx) -> None:
        await note_sent(tx, actor.project, actor.device, subscription.endpoint, status=answer.status, at_ms=now_ms)

    await database.writer.run(unit, project=actor.project)
    return TestSent(name, 200 <= answer.status < 300, answer.status)


@post("/webpush/proof", status_code=204, request_max_body_size=_SMALL)
async def prove_subscription(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int
) -> Response[None]:
    """The phone says that a test arrived: this device is reachable by webpush now."""
    decode(_PROOF, await request.body())

    async def unit(tx: WriteTx) -> None:
        await note_proven(tx, actor.project, actor.device, now_ms)

    await database.writer.run(unit, project=actor.project)
    return Response(None, status_code=204)


@get("/webpush/state", opt={"roles": ("staff", "administrator")})
async def webpush_state(actor: Actor, database: Database, now_ms: int) -> WebpushState:
    """Subscriptions by health, and the operator's alarms of the last week."""
    week_ago_ms = now_ms - 7 * 24 * 3_600_000

    async def look(tx: Tx) -> tuple[list[Subscription], list[Alarm]]:
        found = await list_subscriptions(tx, actor.project)
        return found, await list_alarms(tx, actor.project, since_ms=week_ago_ms)

    subscriptions, alarms = await database.reader.read(look)
    return WebpushState(
        subscriptions=len(subscriptions),
        proven=sum(1 for one in subscriptions if one.proven_at_ms and one.stale_at_ms is None),
        stale=[
            Stale(
                device=one.device,
                host=one.endpoint.split("/")[2],
                stale_at_ms=one.stale_at_ms,
                last_status=one.last_status,
            )
            for one in subscriptions
            if one.stale_at_ms is not None
        ],
        alarms=alarms,
    )


ROUTES = [put_subscription, delete_subscription, test_subscription, prove_subscription, webpush_state]
