"""The one sender: encrypts, signs, and is the only code of the house that opens a socket to the outside.

One aiohttp session over the pinned resolver; no redirects, no proxies of the environment, no cookies; answers are read
up to a limit and within a time. Each push service gets so many requests at once, and is left alone while it asks for
that. It knows nothing of the database: messages in, answers out, never an exception for a message.
"""

import asyncio
import math
import ssl
import time
from collections.abc import Callable
from typing import Final

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct
from py_vapid import Vapid02
from yarl import URL

from server.keys import public_point
from server.webpush.egress import Egress, EgressError, Endpoint, Lookup, PinnedResolver
from server.webpush.encrypt import KeysError, check_keys, encrypt
from server.webpush.policy import Answer, Urgency, retry_after_ms

AT_ONCE_PER_HOST: Final = 64
"""Nearly every phone of a province has the same push service: at 75 ms an answer, 850 messages a second."""
TOTAL_SECONDS: Final = 20.0
CONNECT_SECONDS: Final = 8.0
LONGEST_ANSWER: Final = 2_048
REFUSALS_THAT_PAUSE: Final = 3
VAPID_LIFETIME_S: Final = 12 * 3600
"""RFC 8292 allows 24 hours; half of it leaves room for a clock that is wrong. Renewed when half worn out."""


NOT_BEGUN: Final = Answer(0, reason="not begun")


class Message(Struct, frozen=True, kw_only=True):
    """One message to one subscription. `payload` is plain JSON; `p256dh` and `auth` are base64url."""

    endpoint: str
    p256dh: str
    auth: str
    payload: bytes
    ttl_s: int
    urgency: Urgency = "normal"
    topic: str = ""
    start_before_s: float = math.inf
    """How long it may wait for its turn (time.monotonic()): later it is not begun and the answer is NOT_BEGUN."""


class Sender:
    """Sends messages. Make it inside the running loop and `close` it."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        egress: Egress,
        *,
        subject: str,
        at_once_per_host: int = AT_ONCE_PER_HOST,
        total_seconds: float = TOTAL_SECONDS,
        lookup: Lookup | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._vapid = Vapid02(key)
        self._subject = subject
        self._egress = egress
        self._clock = clock
        self._at_once = at_once_per_host
        self._headers: dict[str, tuple[float, str]] = {}
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._refusals: dict[str, int] = {}
        self._paused_until: dict[str, float] = {}
        self.public_key = public_point(key)
        tls = ssl.create_default_context()
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        connector = aiohttp.TCPConnector(
            resolver=PinnedResolver(lookup), ttl_dns_cache=60, limit=0, limit_per_host=at_once_per_host, ssl=tls
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=total_seconds, sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
            requote_redirect_url=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    def paused_until_ms(self, origin: str) -> int:
        """Until when a push service asked to be left alone; 0 when it did not."""
        until = self._paused_until.get(origin, 0.0)
        return int(until * 1000) if until > self._clock() else 0

    async def send(self, message: Message) -> Answer:
        """Send one message and answer what came back; status 0 with a reason when nothing did. Never raises."""
        try:
            endpoint = self._egress.check(message.endpoint)
            keys = check_keys(message.p256dh, message.auth)
        except EgressError as refused:
            return Answer(403, reason=f"egress: {refused.reason}")
        except KeysError as fault:
            return Answer(400, reason=str(fault))
        gate = self._gates.setdefault(endpoint.origin, asyncio.Semaphore(self._at_once))
        async with gate:
            if time.monotonic() >= message.start_before_s:
                return NOT_BEGUN
            paused = self._paused_until.get(endpoint.origin, 0.0) - self._clock()
            if paused > 0:
                return Answer(429, str(int(paused) + 1), "paused by an earlier answer")
            body = encrypt(message.payload, keys)
            return await self._post(endpoint, message, body)

    async def _post(self, endpoint: Endpoint, message: Message, body: bytes) -> Answer:
        headers = {
            "TTL": str(message.ttl_s),
            "Urgency": message.urgency,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._authorization(endpoint.origin),
        }
        if message.topic:
            headers["Topic"] = message.topic
        try:
            async with self._session.post(
                URL(endpoint.url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                said = await response.content.read(LONGEST_ANSWER) if response.status >= 300 else b""
                answer = Answer(
                    response.status, response.headers.get("Retry-After", ""), said[:200].decode(errors="replace")
                )
        except TimeoutError:
            return Answer(0, reason="timeout")
        except (aiohttp.ClientError, OSError) as fault:
            cause = getattr(fault, "os_error", None) or fault.__cause__ or fault
            if isinstance(cause, EgressError):
                return Answer(403, reason=f"egress: {cause.reason}")
            return Answer(0, reason=type(fault).__name__)
        self._mind(endpoint.origin, answer)
        return answer

    def _mind(self, origin: str, answer: Answer) -> None:
        """What an answer means for the next messages to the same push service.

        A single 429 speaks of one subscription (RFC 8030, 8.4) and must not hold back an alert to all the others;
        several in a row speak of us.
        """
        if answer.status in (401, 403):
            self._headers.pop(origin, None)
        if answer.status != 429 and answer.status < 500:
            self._refusals[origin] = 0
            return
        self._refusals[origin] = self._refusals.get(origin, 0) + 1
        asked = retry_after_ms(answer.retry_after, int(self._clock() * 1000))
        if asked and self._refusals[origin] >= REFUSALS_THAT_PAUSE:
            self._paused_until[origin] = max(self._paused_until.get(origin, 0.0), self._clock() + asked / 1000)

    def _authorization(self, origin: str) -> str:
        """VAPID's header, signed once per push service: it names the service, so it is never used for another."""
        now = self._clock()
        signed_at, header = self._headers.get(origin, (0.0, ""))
        if not signed_at <= now < signed_at + VAPID_LIFETIME_S / 2:
            claims = {"aud": origin, "exp": int(now) + VAPID_LIFETIME_S, "sub": self._subject}
            header = self._vapid.sign(claims)["Authorization"]
            self._headers[origin] = (now, header)
        return header
