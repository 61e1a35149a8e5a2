"""The API describes itself to whoever is enrolled."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from tests.http.conftest import Phone

PhoneOf = Callable[[str], Awaitable[Phone]]


@pytest.fixture
def engine() -> str:
    """Nothing here reaches a database but who asks: one engine will do."""
    return "sqlite"


async def test_the_api_describes_every_route_that_is_no_file(client: AsyncClient, phone_of: PhoneOf) -> None:
    assert (await client.get("/api")).json()["code"] == "not_enrolled"
    alice = await phone_of("alice")
    described = (await alice.ask("GET", "/api")).json()
    assert described["openapi"].startswith("3.")
    for path in ("/sync", "/enrol", "/me", "/courier", "/attachments/{sha256}", "/boards/topics", "/board/changes"):
        assert path in described["paths"]
    assert "/{path}" not in described["paths"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
