"""The only wiring place: settings in, the Litestar application out.

The lifespan opens the database, then whatever runs beside requests, and closes them in the opposite order.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from litestar import Litestar
from litestar.datastructures import State

from server.http.failures import FAILURES
from server.http.health import health

if TYPE_CHECKING:
    from server.settings import Settings

MAX_BODY_BYTES = 2 * 1024 * 1024


def create_app(settings: "Settings") -> Litestar:
    """The application for these settings. Nothing is opened before its lifespan starts."""

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncGenerator[None]:
        yield

    return Litestar(
        route_handlers=[health],
        exception_handlers=FAILURES,
        lifespan=[running],
        request_max_body_size=MAX_BODY_BYTES,
        state=State({"settings": settings, "version": _version(), "engine": "sqlite"}),
        logging_config=None,
        openapi_config=None,
    )


def _version() -> str:
    try:
        return version("langnghe")
    except PackageNotFoundError:
        return "0"
