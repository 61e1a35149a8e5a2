"""Broken on purpose: each mutant of the guard and the policy must be caught by what this folder's tests hold."""

import ipaddress
import re
from collections.abc import Callable

import pytest

from server.webpush import egress, policy
from server.webpush.egress import Egress, EgressError, is_public
from server.webpush.policy import Answer, judge
from tests.webpush.test_egress import BAD_ADDRESSES, GOOD, HOSTILE
from tests.webpush.test_policy import NOW

Guard = Callable[[str], object]


def passes(guard: Guard, endpoint: str) -> bool:
    try:
        guard(endpoint)
    except (EgressError, ValueError):
        return False
    return True


def caught(guard: Guard) -> bool:
    """Whether the lists of good and hostile endpoints tell this guard from ours."""
    hostile = [form.replace("{port}", "9999") for form in HOSTILE]
    return any(passes(guard, form) for form in hostile) or not all(passes(guard, form) for form in GOOD)


def regex_allow_list(endpoint: str) -> None:
    if not re.search(
        r"https://.*(fcm\.googleapis\.com|push\.services\.mozilla\.com|notify\.windows\.com|push\.apple\.com)", endpoint
    ):
        raise EgressError("regex")


def anchored_at_the_start_only(endpoint: str) -> None:
    if not endpoint.startswith(("https://fcm.googleapis.com", "https://web.push.apple.com", "https://updates.push")):
        raise EgressError("prefix")


def standard_parser_alone(endpoint: str) -> None:
    from urllib.parse import urlsplit

    host = urlsplit(endpoint).hostname or ""
    if host not in egress.ALLOWED_HOSTS and not host.endswith(tuple("." + one for one in egress.ALLOWED_PARENTS)):
        raise EgressError("host")


def suffix_without_a_dot(endpoint: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not (parts.hostname or "").endswith((*egress.ALLOWED_HOSTS, *egress.ALLOWED_PARENTS)):
        raise EgressError("suffix")


def test_our_own_guard_is_not_caught() -> None:
    assert not caught(Egress().check)


@pytest.mark.parametrize(
    "mutant", [regex_allow_list, anchored_at_the_start_only, standard_parser_alone, suffix_without_a_dot]
)
def test_a_weaker_guard_is_caught(mutant: Guard) -> None:
    assert caught(mutant)


def test_pythons_own_idea_of_a_public_address_is_caught() -> None:
    def generous(address: str) -> bool:
        try:
            return ipaddress.ip_address(address).is_global
        except ValueError:
            return False

    assert not any(is_public(address) for address in BAD_ADDRESSES)
    assert {"64:ff9b::808:808", "224.0.0.1", "fec0::1"} & {one for one in BAD_ADDRESSES if generous(one)}


def fates() -> set[str]:
    """What becomes of a subscription after every answer that is no 404 or 410."""
    statuses = [0, 201, 302, 400, 401, 403, 413, 429, 500, 503]
    return {
        judge(Answer(status), attempts=1, now_ms=NOW, expires_at_ms=NOW + 10**9, chance=0.0).fate for status in statuses
    }


def test_pruning_on_a_network_error_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "gone" not in fates()
    real = policy.judge

    def hasty(answer: Answer, **more: object) -> policy.Verdict:
        return policy.Verdict("gone") if answer.status in (0, 403) else real(answer, **more)  # type: ignore[arg-type]

    monkeypatch.setitem(globals(), "judge", hasty)
    assert "gone" in fates()
