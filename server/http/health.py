"""GET /health: is the server up, which version, on which engine. Open to everybody, tells nothing else."""

import msgspec
from litestar import get
from litestar.datastructures import State


class Health(msgspec.Struct, frozen=True):
    """`status` is `ok`; `engine` is `sqlite` or `postgres`."""

    status: str
    version: str
    engine: str


@get("/health", opt={"open": True})
async def health(state: State) -> Health:
    """Answers 200 while the server serves."""
    return Health("ok", state.version, state.engine)
