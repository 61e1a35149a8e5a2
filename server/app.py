"""The only wiring place: settings in, the Litestar application out.

The lifespan opens the database, then whatever runs beside requests, and closes them in the opposite order. Handlers ask
for what they need by name: `actor`, `database`, `settings`, `keys`, `now_ms`.
"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler

from server.exchange.budget import Floors
from server.exchange.receipts import signer
from server.exchange.sync import Exchange
from server.http import (
    alerts,
    app_passwords,
    areas,
    attachments,
    boards,
    courier,
    enrol,
    exports,
    forms,
    openrosa,
    people_import,
    quarantine,
    roster,
    sync,
    sync_board,
    topics,
    webpush,
)
from server.http.actor import let_in
from server.http.body import FieldRequest
from server.http.described import DESCRIPTION
from server.http.failures import FAILURES
from server.http.health import health
from server.http.limits import Buckets
from server.http.live import Wakings, live
from server.http.needs import NEEDS
from server.http.outgoing import add_security_headers, pack_answers
from server.http.static import serve
from server.jobs import start_jobs
from server.keys import load_keys
from server.settings import Settings
from server.store.database import open_database

MAX_BODY_BYTES = 2 * 1024 * 1024
BUILD = Path(__file__).parent.parent / "pwa" / "dist"

ROUTES: list[ControllerRouterHandler] = [
    health,
    live,
    courier.courier,
    *enrol.ROUTES,
    *sync.ROUTES,
    *attachments.ROUTES,
    *boards.ROUTES,
    *sync_board.ROUTES,
    *topics.ROUTES,
    *exports.ROUTES,
    *areas.ROUTES,
    *people_import.ROUTES,
    *forms.ROUTES,
    *app_passwords.ROUTES,
    openrosa.router,
    *roster.ROUTES,
    *quarantine.ROUTES,
    *alerts.ROUTES,
    *webpush.ROUTES,
]


def wall_clock_ms() -> int:
    """Milliseconds since 1970, by the server's clock."""
    return time.time_ns() // 1_000_000


def create_app(
    settings: Settings,
    *,
    build: Path = BUILD,
    clock: Callable[[], int] = wall_clock_ms,
    limits: Buckets | None = None,
) -> Litestar:
    """The application for these settings. Nothing is opened before its lifespan starts."""

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            app.state.private_keys = load_keys(settings.data)
            app.state.database = await open_database(settings.database_url, settings.data)
            stack.push_async_callback(app.state.database.close)
            sign = signer(app.state.private_keys.receipt)
            app.state.exchange = Exchange(app.state.database, sign, Floors())
            app.state.database.writer.listen(app.state.wakings.wake)
            jobs = await start_jobs(app.state.database, settings, app.state.private_keys, clock=clock)
            stack.push_async_callback(jobs.stop)
            app.state.sender, app.state.egress = jobs.sender, jobs.egress
            yield

    return Litestar(
        route_handlers=[*ROUTES, *serve(build)],
        dependencies=NEEDS,
        guards=[let_in],
        request_class=FieldRequest,
        middleware=[pack_answers],
        before_send=[add_security_headers],
        exception_handlers=FAILURES,
        lifespan=[running],
        request_max_body_size=MAX_BODY_BYTES,
        state=State(
            {
                "settings": settings,
                "clock": clock,
                "wakings": Wakings(),
                "limits": limits or Buckets(per_minute=600, burst=600),
                "version": _version(),
                "engine": settings.engine,
            }
        ),
        logging_config=None,
        openapi_config=DESCRIPTION,
    )


def _version() -> str:
    try:
        return version("langnghe")
    except PackageNotFoundError:
        return "0"
