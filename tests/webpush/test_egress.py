"""I14: the sender reaches allow-listed public push services only, whatever a phone gives as its endpoint."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.webpush.egress import Egress, EgressError, PinnedResolver, is_public, resolve_public
from server.webpush.sender import Message, Sender
from tests.webpush.push_service import PushService, Reply

GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
    "https://fcm.googleapis.com:443/wp/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_==",
    "https://eu.push.services.mozilla.com/wpush/v2/x",
    "https://wns2-sg2p.notify.windows.com/w/?token=BQYAAA%2f%3d",
    "https://web.push.apple.com/QOx-_",
]

CANARY = "127.0.0.1:{port}"
HOSTILE = [
    # Not https, not 443
    "http://fcm.googleapis.com/x",
    "http://127.0.0.1:{port}/x",
    "HTTPS://127.0.0.1:{port}/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/x",
    "ws://127.0.0.1:{port}/x",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com/x",
    "https:/fcm.googleapis.com/x",
    "https:fcm.googleapis.com/x",
    "https:\\\\fcm.googleapis.com\\x",
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com:{port}/x",
    "https://fcm.googleapis.com:0443/x",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com:443:{port}/x",
    # Who is the host?
    "https://fcm.googleapis.com@127.0.0.1:{port}/x",
    "https://user:word@fcm.googleapis.com/x",
    "https://127.0.0.1:{port}#@fcm.googleapis.com/x",
    "https://127.0.0.1:{port}?@fcm.googleapis.com/x",
    "https://127.0.0.1:{port}\\@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@127.0.0.1:{port}/x",
    "https://fcm.googleapis.com\\.127.0.0.1/x",
    "https://fcm.googleapis.com%00.127.0.0.1:{port}/x",
    "https://fcm.googleapis.com%2f@127.0.0.1:{port}/x",
    "https://fcm.googleapis.com%2e127.0.0.1/x",
    "https://fcm.googleapis.com;127.0.0.1/x",
    "https://fcm.googleapis.com,127.0.0.1/x",
    "https://fcm.googleapis.com#.127.0.0.1/x",
    "https://fcm.googleapis.com?x",
    "https://fcm.googleapis.com",
    # Names that look alike
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com/x",
    "https://fcm.googleapis.com.:443/x",
    "https://fcm.googleapis.com./x",
    "https://fcm..googleapis.com/x",
    "https://.push.services.mozilla.com/x",
    "https://push.services.mozilla.com/x",
    "https://evilpush.services.mozilla.com/x",
    "https://notify.windows.com/x",
    "https://a.notify.windows.com.evil.example/x",
    "https://googleapis.com/x",
    "https://storage.googleapis.com/x",
    "https://fcm-googleapis.com/x",
    "https://FCM.googleapis.com/x",
    "https://fcm.googleapis.com\u3002evil.example/x",
    "https://fcm\uff0egoogleapis.com/x",
    "https://fcm.googleapis.c\u043em/x",
    "https://xn--fm-lkc.push.services.mozilla.com/x",
    "https://\u24d5cm.googleapis.com/x",
    "https://-a.notify.windows.com/x",
    # Addresses instead of names, in all their spellings
    "https://127.0.0.1:{port}/x",
    "https://127.1:{port}/x",
    "https://2130706433:{port}/x",
    "https://0x7f000001:{port}/x",
    "https://0177.0.0.1:{port}/x",
    "https://0:{port}/x",
    "https://[::1]:{port}/x",
    "https://[::ffff:127.0.0.1]:{port}/x",
    "https://[::ffff:7f00:1]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[2002:7f00:1::]/x",
    "https://[fec0::1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/x",
    "https://10.0.0.1/x",
    "https://localhost:{port}/x",
    "https://localhost.notify.windows.com@localhost:{port}/x",
    # White space and control characters
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com /x",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/\r\nHost: 127.0.0.1:{port}\r\n\r\n",
    "https://fcm.googleapis.com/x\r\nX-Injected: 1",
    "https://fcm.googleapis.com/x\x00",
    "https://fcm.goog\tleapis.com/x",
    "https://fcm.goog\nleapis.com/x",
    "https://fcm.googleapis.com/\u2028x",
    "https://fcm.googleapis.com/#fragment",
    "https://fcm.googleapis.com/" + "a" * 2_100,
    "https://" + "a." * 200 + "notify.windows.com/x",
    "",
    "https://",
    "https:///x",
]

BAD_ADDRESSES = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
    *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "not an address"),
]


@contextlib.asynccontextmanager
async def canary() -> AsyncIterator[tuple[int, list[str]]]:
    """A listener that nobody may ever reach."""
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


def message(endpoint: str, keys: dict[str, str]) -> Message:
    return Message(endpoint=endpoint, p256dh=keys["p256dh"], auth=keys["auth"], payload=b"{}", ttl_s=60)


def answering(*addresses: str):
    async def lookup(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in addresses]

    return lookup


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    started = await PushService.start()
    yield started
    await started.stop()


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("endpoint", GOOD)
def test_what_browsers_really_give_is_allowed(endpoint: str) -> None:
    checked = Egress().check(endpoint)
    assert checked.port == 443
    assert checked.origin == f"https://{checked.host}"
    assert checked.url == endpoint.replace(":443/", "/")


def test_at_least_sixty_hostile_endpoints_are_refused_when_they_are_parsed() -> None:
    assert len(HOSTILE) >= 60
    for form in HOSTILE:
        with pytest.raises(EgressError):
            Egress().check(form.replace("{port}", "9999"))


async def test_no_hostile_endpoint_reaches_the_canary(service: PushService, key: ec.EllipticCurvePrivateKey) -> None:
    keys = service.subscription()["keys"]
    async with canary() as (port, heard):
        guard = Egress(service.address)
        # Even where every name leads to the canary's address.
        sender = Sender(key, guard, subject="mailto:a@example.vn", lookup=answering("127.0.0.1"))
        try:
            for form in [*HOSTILE, *GOOD]:
                answer = await sender.send(message(form.replace("{port}", str(port)), keys))
                assert answer.status == 403, form
                assert answer.reason.startswith("egress: "), form
        finally:
            await sender.close()
        assert heard == []


async def test_a_redirect_is_an_answer_and_is_not_followed(
    service: PushService, key: ec.EllipticCurvePrivateKey
) -> None:
    async with canary() as (port, heard):
        sender = Sender(key, Egress(service.address), subject="mailto:a@example.vn")
        try:
            for status in (301, 302, 303, 307, 308):
                one = service.subscription()
                service.will_answer(one, Reply(status, location=f"http://127.0.0.1:{port}/inside"))
                answer = await sender.send(message(one["endpoint"], one["keys"]))
                assert answer.status == status
        finally:
            await sender.close()
        assert heard == []


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["142.250.4.95", "1.1.1.1", "2404:6800:4003:c00::5f", "2600:1901:0:92a9::"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


async def test_one_private_address_refuses_the_whole_answer() -> None:
    with pytest.raises(EgressError, match="address"):
        await resolve_public("fcm.googleapis.com", 443, answering("142.250.4.95", "10.0.0.1"))
    with pytest.raises(EgressError):
        await resolve_public("fcm.googleapis.com", 443, answering())


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked: list[str] = []
    answers = iter([["142.250.4.95"], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
        asked.append(host)
        return [(socket.AF_INET, one) for one in next(answers)]

    found = await PinnedResolver(rebinding).resolve("fcm.googleapis.com", 443, socket.AF_UNSPEC)
    assert [one["host"] for one in found] == ["142.250.4.95"]
    assert all(one["flags"] & socket.AI_NUMERICHOST for one in found)
    assert asked == ["fcm.googleapis.com"]


async def test_at_registration_the_host_is_looked_up_too_and_a_failing_look_up_passes() -> None:
    async def failing(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
        raise OSError("no network")

    assert (await Egress().check_resolved(GOOD[0], failing)).host == "fcm.googleapis.com"
    with pytest.raises(EgressError, match="address"):
        await Egress().check_resolved(GOOD[0], answering("169.254.169.254"))


def test_the_test_service_is_one_loopback_address_and_port_and_nothing_near_it() -> None:
    guard = Egress.from_environment({"WEBPUSH_TEST_SERVICE": "127.0.0.1:9000"})
    assert guard.check("http://127.0.0.1:9000/push/x").is_test
    for form in (
        "http://127.0.0.1:9001/push/x",
        "http://127.0.0.1:90001/push/x",
        "http://127.0.0.1:9000@evil.example/x",
        "http://127.0.0.1:9000",
        "https://127.0.0.1:9000/x",
        "http://localhost:9000/x",
    ):
        with pytest.raises(EgressError):
            guard.check(form)
    with pytest.raises(ValueError, match="loopback"):
        Egress.from_environment({"WEBPUSH_TEST_SERVICE": "10.0.0.1:9000"})
    assert Egress.from_environment({}).test_service == ""


def test_a_push_service_of_the_operators_own_is_allowed_by_exact_host_only() -> None:
    guard = Egress.from_environment({}, ["https://push.example.vn", "http://inside.example.vn"])
    assert guard.check("https://push.example.vn/up/x").host == "push.example.vn"
    for form in ("https://a.push.example.vn/x", "https://inside.example.vn/x", "http://push.example.vn/x"):
        with pytest.raises(EgressError):
            guard.check(form)
