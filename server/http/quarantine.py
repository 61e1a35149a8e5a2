"""Late changes of revoked devices over HTTP: see them, let them count."""

import msgspec
from litestar import Response, get, post

from server.exchange import quarantine as exchange
from server.exchange.quarantine import Late
from server.store.actor import Actor
from server.store.database import Database
from server.store.writer import WriteTx

LEADERS = {"roles": ("coordinator", "staff", "administrator")}
_encode = msgspec.json.Encoder().encode


class Accepted(msgspec.Struct, frozen=True):
    """How many changes were let count."""

    accepted: int


@get("/quarantine", opt=LEADERS)
async def list_late(actor: Actor, database: Database) -> Response[bytes]:
    """What revoked devices of people whom the asker leads sent too late, oldest first."""
    late: list[Late] = await database.reader.read(lambda tx: exchange.waiting(tx, actor))
    return Response(_encode(late), media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/quarantine/{replica:str}/accept", status_code=200, opt=LEADERS)
async def accept_late(replica: str, actor: Actor, database: Database, now_ms: int) -> Accepted:
    """Judge them as if they arrived now, in their author's name."""

    async def unit(tx: WriteTx) -> int:
        return await exchange.accept(tx, actor, replica, now_ms)

    return Accepted(await database.writer.run(unit, project=actor.project))


ROUTES = [list_late, accept_late]
