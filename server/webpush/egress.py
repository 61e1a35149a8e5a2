"""The guard before every socket that the server opens on a phone's word (I14).

A subscription's endpoint is an address that a stranger chose. It is parsed once and strictly, its host is compared with
the push services that browsers really use, and the address that host resolves to is checked and pinned: the connection
goes to the checked address, never to a second look-up. Asked when a subscription is saved and again at every send.
Nothing here ever widens by a pattern over the whole URL; the only exception is one loopback host:port for tests.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct

ALLOWED_HOSTS: Final = frozenset({"fcm.googleapis.com", "web.push.apple.com", "updates.push.services.mozilla.com"})
ALLOWED_PARENTS: Final = ("push.services.mozilla.com", "notify.windows.com")
"""Hosts strictly below these names are allowed: Firefox's and Windows' services name hosts by region."""

LONGEST_ENDPOINT: Final = 2_048
RESOLVE_SECONDS: Final = 5.0
TEST_VARIABLE: Final = "WEBPUSH_TEST_SERVICE"

_LABEL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_PATH: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/%?")
_NOT_PUBLIC_V4: Final = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
)
_UNICAST_V6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Teredo and protocol assignments, documentation, 6to4. All of ::/3 (mapped, NAT64, loopback) and e000::/3 (link-local,
site-local, multicast) lies outside 2000::/3 already."""

Lookup = Callable[[str, int], Awaitable[list[tuple[socket.AddressFamily, str]]]]


class EgressError(OSError):
    """This endpoint or address must not be contacted. `reason` is a stable word; it carries no part of the endpoint."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Endpoint(Struct, frozen=True):
    """A checked endpoint. `url` is put together again from the checked parts; `origin` is the audience of VAPID."""

    url: str
    origin: str
    host: str
    port: int
    is_test: bool = False


class Egress(Struct, frozen=True):
    """What may be contacted. `test_service` is one loopback `ADDRESS:PORT` over plain http, or empty.

    `own_hosts` are further push services that the operator named (the setting WEBPUSH_SERVICES), exact host names.
    """

    test_service: str = ""
    own_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], services: Iterable[str] = ()) -> "Egress":
        """The guard as the process was started; of `services` (origins) the https ones on 443 count.

        Raises ValueError when the test service is no loopback address.
        """
        service = environment.get(TEST_VARIABLE, "")
        if service:
            address, _, port = service.rpartition(":")
            if not ipaddress.ip_address(address).is_loopback or not 0 < int(port) < 65_536:
                raise ValueError(f"{TEST_VARIABLE} must be a loopback ADDRESS:PORT")
        own = (origin.removeprefix("https://") for origin in services if origin.startswith("https://"))
        return cls(service, frozenset(host for host in own if _is_plain_name(host)))

    def check(self, endpoint: str) -> Endpoint:
        """Parse an endpoint strictly. Raises EgressError; opens nothing and looks nothing up."""
        if not 0 < len(endpoint) <= LONGEST_ENDPOINT:
            raise EgressError("length")
        if self.test_service and endpoint.startswith(f"http://{self.test_service}/"):
            return self._check_test(endpoint)
        if not endpoint.startswith("https://"):
            raise EgressError("scheme")
        authority, slash, rest = endpoint.removeprefix("https://").partition("/")
        if not slash or not _PATH.issuperset(rest):
            raise EgressError("path")
        host = authority.removesuffix(":443")
        if not _is_plain_name(host):
            raise EgressError("host")
        is_named = host in ALLOWED_HOSTS or host in self.own_hosts
        if not is_named and not host.endswith(tuple("." + parent for parent in ALLOWED_PARENTS)):
            raise EgressError("not_allowed")
        checked = Endpoint(f"https://{host}/{rest}", f"https://{host}", host, 443)
        _must_agree(checked)
        return checked

    def _check_test(self, endpoint: str) -> Endpoint:
        origin = f"http://{self.test_service}"
        if not _PATH.issuperset(endpoint.removeprefix(origin)):
            raise EgressError("path")
        host, _, port = self.test_service.rpartition(":")
        return Endpoint(endpoint, origin, host, int(port), is_test=True)

    async def check_resolved(self, endpoint: str, lookup: Lookup | None = None) -> Endpoint:
        """As check, and the host must resolve to public addresses only. A failing look-up passes."""
        checked = self.check(endpoint)
        if not checked.is_test:
            try:
                await resolve_public(checked.host, checked.port, lookup or _lookup)
            except EgressError:
                raise
            except OSError:
                return checked
        return checked


def is_public(address: str) -> bool:
    """Whether an address literal belongs to the public internet. Python's own `is_global` is too generous for this."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in block for block in _NOT_PUBLIC_V4)
    if parsed.scope_id is not None:
        return False
    return parsed in _UNICAST_V6 and not any(parsed in block for block in _NOT_PUBLIC_V6)


async def resolve_public(host: str, port: int, lookup: Lookup) -> list[tuple[socket.AddressFamily, str]]:
    """Addresses of a host, each checked. One bad address refuses the whole answer: it is how rebinding looks.

    Raises EgressError, or OSError when the look-up fails or takes longer than RESOLVE_SECONDS.
    """
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await lookup(host, port)
    if not found or not all(is_public(address) for _, address in found):
        raise EgressError("address")
    return found


class PinnedResolver(AbstractResolver):
    """aiohttp's only way to an address: what it hands out was checked, and is what the connection is made to."""

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup or _lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Checked addresses as literals, so that nothing later looks the name up again."""
        found = await resolve_public(host, port, self._lookup)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in found
            if family in (socket.AF_UNSPEC, kind)
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _lookup(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=socket.AF_UNSPEC)
    return [(family, str(address[0])) for family, _, _, _, address in found]


def _is_plain_name(host: str) -> bool:
    """Lower-case ASCII labels joined by dots: no user, port, literal address, escape, IDN, empty label or final dot."""
    labels = host.split(".")
    return (
        len(host) <= 253
        and len(labels) > 2
        and not labels[-1].isdigit()
        and all(
            0 < len(label) <= 63
            and _LABEL.issuperset(label)
            and label[0] != "-"
            and label[-1] != "-"
            and not label.startswith("xn--")
            for label in labels
        )
    )


def _must_agree(endpoint: Endpoint) -> None:
    """The standard parser must see the same host: a difference between parsers is how guards are passed."""
    parts = urlsplit(endpoint.url)
    if parts.scheme != "https" or parts.netloc != endpoint.host or parts.hostname != endpoint.host or parts.fragment:
        raise EgressError("host")
