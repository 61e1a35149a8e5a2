"""A real push service for tests, on loopback: RFC 8030 in front, RFC 8292 checked, RFC 8291 decrypted.

It reads the RFCs on its own (nothing of pywebpush or http_ece), so a mistake of the sender cannot cancel itself out.

    service = await PushService.start()              # in this loop; or PushService.start_in_thread()
    os.environ["WEBPUSH_TEST_SERVICE"] = service.address
    one = service.subscription()                     # {"endpoint", "keys": {"p256dh", "auth"}, "private"}
    service.will_answer(one, Reply(429, retry_after="1"), Reply(500))     # then 201 again
    await service.wait_for(1);  service.received[0].payload               # decrypted bytes
"""

import asyncio
import base64
import hmac
import json
import secrets
import threading
import time
from collections import Counter, deque
from typing import Any, TypedDict

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

LARGEST_BODY = 4_096
TOPIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class Subscription(TypedDict):
    """What a browser would give the page, and the private key that it would keep (base64url scalar)."""

    endpoint: str
    keys: dict[str, str]
    private: str


class Message(Struct, frozen=True):
    """One message that was taken with 201. `subscription` is the endpoint; header names are lower case."""

    subscription: str
    payload: bytes
    headers: dict[str, str]
    at: float

    @property
    def json(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.payload)


class Reply(Struct, frozen=True):
    """A scripted answer. `hang` waits that many seconds first; `location` makes a redirect of a 3xx."""

    status: int
    retry_after: str = ""
    location: str = ""
    hang: float = 0.0
    body: bytes = b""


class _Held(Struct):
    key: ec.EllipticCurvePrivateKey
    public: bytes
    auth: bytes
    server_key: str
    replies: deque[Reply]
    is_gone: int = 0


class PushService:
    """The service. `received` holds what was taken, in order; `refused` counts refusals by their reason."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.refused: Counter[str] = Counter()
        self.requests = 0
        self.busiest = 0
        """The most requests that were open at one time."""
        self.address = ""
        self.delay = 0.0
        self._open = 0
        self._held: dict[str, _Held] = {}
        self._runner: web.AppRunner | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._verified: set[str] = set()

    @classmethod
    async def start(cls, port: int = 0) -> "PushService":
        """Listen on 127.0.0.1 in the running loop."""
        service = cls()
        application = web.Application(client_max_size=1_000_000)
        application.router.add_post("/push/{id}", service._take)
        service._runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
        await service._runner.setup()
        site = web.TCPSite(service._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        service.address = f"127.0.0.1:{service._runner.addresses[0][1]}"
        return service

    @classmethod
    def start_in_thread(cls, port: int = 0) -> "PushService":
        """The same in a loop of its own, for tests that block (Playwright's synchronous API, child processes)."""
        ready: list[PushService] = []
        loop = asyncio.new_event_loop()
        started = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(loop)
            ready.append(loop.run_until_complete(cls.start(port)))
            started.set()
            loop.run_forever()
            loop.close()

        thread = threading.Thread(target=run, name="push service", daemon=True)
        thread.start()
        if not started.wait(10):
            raise RuntimeError("the push service did not start")
        ready[0]._thread, ready[0]._loop = thread, loop
        return ready[0]

    async def stop(self) -> None:
        """Close the listener and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    def stop_thread(self) -> None:
        """End a service that start_in_thread began."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def origin(self) -> str:
        """The audience that VAPID must name."""
        return f"http://{self.address}"

    def subscription(self, server_key: str = "") -> Subscription:
        """A new subscription with a real P-256 key. With `server_key` (base64url) only that VAPID key may send."""
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        name, auth = secrets.token_urlsafe(24), secrets.token_bytes(16)
        self._held[name] = _Held(key, public, auth, server_key, deque())
        scalar = key.private_numbers().private_value.to_bytes(32, "big")
        return {
            "endpoint": f"{self.origin}/push/{name}",
            "keys": {"p256dh": to_text(public), "auth": to_text(auth)},
            "private": to_text(scalar),
        }

    def will_answer(self, subscription: Subscription, *replies: Reply) -> None:
        """Script the next answers for one subscription; after them it is 201 again. A 404 or 410 stays for good."""
        self._of(subscription).replies.extend(replies)

    def to(self, subscription: Subscription) -> list[Message]:
        """What one subscription received."""
        return [message for message in self.received if message.subscription == subscription["endpoint"]]

    async def wait_for(self, n: int, seconds: float = 10.0) -> list[Message]:
        """Wait until `n` messages were received, from whatever loop. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.received) < n:  # noqa: ASYNC110  # an Event would belong to one loop
                await asyncio.sleep(0.01)
        return self.received[:n]

    def wait_for_blocking(self, n: int, seconds: float = 10.0) -> list[Message]:
        """The same for code without a loop."""
        end = time.monotonic() + seconds
        while len(self.received) < n:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self.received)} of {n} messages")
            time.sleep(0.01)
        return self.received[:n]

    def _of(self, subscription: Subscription) -> _Held:
        return self._held[subscription["endpoint"].rpartition("/")[2]]

    async def _take(self, request: web.Request) -> web.Response:
        self.requests += 1
        self._open += 1
        self.busiest = max(self.busiest, self._open)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            return await self._answer(request)
        finally:
            self._open -= 1

    async def _answer(self, request: web.Request) -> web.Response:
        held = self._held.get(request.match_info["id"])
        if held is None:
            return self._refuse(404, "unknown subscription")
        if held.is_gone:
            return self._refuse(held.is_gone, "subscription ended")
        body = await request.read()
        if held.replies:
            reply = held.replies.popleft()
            if reply.hang:
                await asyncio.sleep(reply.hang)
            if reply.status != 201:
                return self._scripted(held, reply)
        problem = self._problem(request, held, body)
        if problem:
            return self._refuse(*problem)
        try:
            payload = decrypt(body, held.key, held.public, held.auth)
        except Exception as fault:  # noqa: BLE001  # whatever is wrong with the bytes, it is counted
            return self._refuse(400, f"cannot decrypt: {type(fault).__name__}")
        headers = {name.lower(): value for name, value in request.headers.items()}
        endpoint = self.origin + request.path
        self.received.append(Message(endpoint, payload, headers, time.time()))
        return web.Response(status=201, headers={"Location": f"{self.origin}/message/{len(self.received)}"})

    def _scripted(self, held: _Held, reply: Reply) -> web.Response:
        self.refused[f"scripted {reply.status}"] += 1
        if reply.status in (404, 410):
            held.is_gone = reply.status
        headers = {"Retry-After": reply.retry_after} if reply.retry_after else {}
        if reply.location:
            headers["Location"] = reply.location
        return web.Response(status=reply.status, headers=headers, body=reply.body)

    def _refuse(self, status: int, reason: str) -> web.Response:
        self.refused[reason] += 1
        return web.Response(status=status, text=reason)

    def _problem(self, request: web.Request, held: _Held, body: bytes) -> tuple[int, str] | None:
        """RFC 8030 §5 and RFC 8292: what is wrong with the request, or nothing."""
        if len(body) > LARGEST_BODY:
            return 413, "payload too large"
        ttl = request.headers.get("TTL", "")
        if not ttl.isdigit():
            return 400, "TTL missing"
        if request.headers.get("Urgency", "normal") not in ("very-low", "low", "normal", "high"):
            return 400, "Urgency unknown"
        topic = request.headers.get("Topic")
        if topic is not None and (not 0 < len(topic) <= 32 or not TOPIC.issuperset(topic)):
            return 400, "Topic malformed"
        if request.headers.get("Content-Encoding") != "aes128gcm":
            return 400, "Content-Encoding wrong"
        return self._vapid_problem(request.headers.get("Authorization", ""), held.server_key)

    def _vapid_problem(self, header: str, server_key: str) -> tuple[int, str] | None:
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "vapid":
            return 401, "VAPID missing"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key = parts.get("k", "").rstrip("=")
        if server_key and key != server_key.rstrip("="):
            return 403, "VAPID key is not the subscription's"
        try:
            signed, _, signature = parts["t"].rpartition(".")
            claims = json.loads(from_text(signed.split(".")[1]))
            if header not in self._verified:
                _verify(signed, from_text(signature), from_text(key))
                self._verified.add(header)
        except (KeyError, ValueError, IndexError, InvalidSignature):
            return 403, "VAPID signature wrong"
        if claims.get("aud") != self.origin:
            return 403, "VAPID audience wrong"
        if not time.time() < claims.get("exp", 0) <= time.time() + 86_400:
            return 403, "VAPID expiry wrong"
        if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
            return 400, "VAPID subject missing"
        return None


def _verify(signed: str, signature: bytes, key: bytes) -> None:
    if json.loads(from_text(signed.partition(".")[0])) != {"typ": "JWT", "alg": "ES256"} or len(signature) != 64:
        raise ValueError("not ES256")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))


def decrypt(body: bytes, key: ec.EllipticCurvePrivateKey, public: bytes, auth: bytes) -> bytes:
    """RFC 8291 over a single RFC 8188 record. Raises ValueError or InvalidTag."""
    salt, record_size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + id_length], body[21 + id_length :]
    if id_length != 65 or not 18 <= len(sealed) <= record_size:
        raise ValueError("not one record with a P-256 key")
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = _expand(_extract(auth, shared), b"WebPush: info\x00" + public + sender, 32)
    extracted = _extract(salt, secret)
    content_key = _expand(extracted, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(extracted, b"Content-Encoding: nonce\x00", 12)
    padded = AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\x00")
    if not padded.endswith(b"\x02"):
        raise ValueError("the last record must end with 2")
    return padded[:-1]


def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, "sha256")


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def to_text(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes of base64url with or without padding."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
