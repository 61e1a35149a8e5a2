"""The sender against a real push service on loopback: encrypted, signed, in time, and never stuck."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.webpush.egress import Egress
from server.webpush.encrypt import KeysError, check_keys, encrypt
from server.webpush.payload import SyncPayload, encode
from server.webpush.policy import topic
from server.webpush.sender import Message, Sender
from tests.webpush.push_service import PushService, Reply, Subscription, from_text, to_text

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    started = await PushService.start()
    yield started
    await started.stop()


@pytest.fixture
async def sender(service: PushService) -> AsyncIterator[Sender]:
    made = Sender(KEY, Egress(service.address), subject="mailto:a@example.vn", total_seconds=1.0, at_once_per_host=8)
    yield made
    await made.close()


def to(one: Subscription, payload: bytes = b'{"kind":"sync"}') -> Message:
    return Message(
        endpoint=one["endpoint"],
        p256dh=one["keys"]["p256dh"],
        auth=one["keys"]["auth"],
        payload=payload,
        ttl_s=600,
        urgency="high",
        topic=topic("a-1"),
    )


async def test_a_message_arrives_decrypted_with_ttl_urgency_and_topic(service: PushService, sender: Sender) -> None:
    one = service.subscription(sender.public_key)
    payload = encode(SyncPayload(headline="Lũ về trong đêm", count=3))
    answer = await sender.send(to(one, payload))
    assert answer.status == 201
    (message,) = service.received
    assert message.json == {"kind": "sync", "headline": "Lũ về trong đêm", "count": 3}
    assert message.headers["ttl"] == "600"
    assert message.headers["urgency"] == "high"
    assert message.headers["topic"] == topic("a-1")
    assert "user-agent" not in message.headers
    assert "cookie" not in message.headers


async def test_a_subscription_made_for_another_key_is_refused_and_not_given_up(
    service: PushService, sender: Sender
) -> None:
    one = service.subscription("B" * 87)
    assert (await sender.send(to(one))).status == 403


@pytest.mark.parametrize("status", [400, 403, 404, 410, 413, 429, 500, 503])
async def test_every_refusal_comes_back_as_it_was_said(service: PushService, sender: Sender, status: int) -> None:
    one = service.subscription()
    service.will_answer(one, Reply(status, retry_after="7", body=b"why"))
    answer = await sender.send(to(one))
    assert (answer.status, answer.retry_after, answer.reason) == (status, "7", "why")


async def test_a_service_that_hangs_costs_its_time_limit_and_no_more(service: PushService, sender: Sender) -> None:
    one = service.subscription()
    service.will_answer(one, Reply(201, hang=30))
    async with asyncio.timeout(3):
        answer = await sender.send(to(one))
    assert (answer.status, answer.reason) == (0, "timeout")


async def test_nobody_there_is_a_network_answer(service: PushService, sender: Sender) -> None:
    one = service.subscription()
    await service.stop()
    assert (await sender.send(to(one))).status == 0


async def test_an_answer_without_end_is_read_up_to_a_limit(service: PushService, sender: Sender) -> None:
    one = service.subscription()
    service.will_answer(one, Reply(500, body=b"x" * 900_000))
    answer = await sender.send(to(one))
    assert answer.status == 500
    assert len(answer.reason) <= 200


async def test_one_vapid_signature_serves_a_push_service_until_it_is_half_worn_out(service: PushService) -> None:
    now = [1_800_000_000.0]
    sender = Sender(KEY, Egress(service.address), subject="mailto:a@example.vn", clock=lambda: now[0])
    try:
        first = sender._authorization("https://fcm.googleapis.com")
        assert sender._authorization("https://fcm.googleapis.com") == first
        assert sender._authorization("https://web.push.apple.com") != first
        now[0] += 6 * 3600 + 1
        assert sender._authorization("https://fcm.googleapis.com") != first
    finally:
        await sender.close()


async def test_no_more_than_the_limit_is_open_at_one_push_service(service: PushService, sender: Sender) -> None:
    service.delay = 0.02
    many = [service.subscription() for _ in range(40)]
    answers = await asyncio.gather(*(sender.send(to(one)) for one in many))
    assert {answer.status for answer in answers} == {201}
    assert service.busiest <= 8


async def test_one_slow_down_speaks_of_one_phone_and_three_in_a_row_pause_the_service(
    service: PushService, sender: Sender
) -> None:
    many = [service.subscription() for _ in range(5)]
    for one in many[:3]:
        service.will_answer(one, Reply(429, retry_after="30"))
    await sender.send(to(many[0]))
    assert (await sender.send(to(many[3]))).status == 201
    for one in (many[1], many[2]):
        await sender.send(to(one))
    assert sender.paused_until_ms(service.origin) == 0
    service.will_answer(many[4], Reply(429, retry_after="30"))
    await sender.send(to(many[4]))
    assert sender.paused_until_ms(service.origin) > 0
    asked = service.requests
    answer = await sender.send(to(many[3]))
    assert (answer.status, service.requests) == (429, asked)
    assert int(answer.retry_after) in range(25, 32)


async def test_every_message_has_its_own_key_and_salt(service: PushService) -> None:
    keys = check_keys(**service.subscription()["keys"])
    one, other = encrypt(b"x", keys), encrypt(b"x", keys)
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("AAAA", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("B" * 87, "AAAAAAAAAAAAAAAAAAAAAA"),
        ("!" * 87, "AAAAAAAAAAAAAAAAAAAAAA"),
        ("B" * 10_000, "AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
def test_keys_that_can_never_work_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(KeysError):
        check_keys(p256dh, auth)


def test_encryption_is_that_of_the_example_in_rfc_8291() -> None:
    receiver = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    scalar = int.from_bytes(from_text("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = encrypt(
        b"When I grow up, I want to be a watermelon",
        check_keys(receiver, "BTBZMqHH6r4Tts7J_aSIgg"),
        sender=ec.derive_private_key(scalar, ec.SECP256R1()),
        salt=from_text("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert to_text(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
        "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
