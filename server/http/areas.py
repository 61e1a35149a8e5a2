"""Changes of the area tree over HTTP, for administrators: POST /areas/merge, POST /areas/split."""

from typing import Any

import msgspec
from litestar import Request, post
from msgspec import Struct

from server.exchange import areas
from server.exchange.areas import Unit
from server.http.body import decode
from server.http.roster import AreaOnBoard, area_on_board
from server.store.actor import Actor
from server.store.database import Database

ADMINISTRATORS = {"roles": ("administrator",)}


class MergeAsked(Struct, frozen=True):
    """Body of POST /areas/merge: standing communes, what they become, the first moment of the day it holds from."""

    areas: list[str]
    into: Unit
    at_ms: int


class SplitAsked(Struct, frozen=True):
    """Body of POST /areas/split."""

    area: str
    into: list[Unit]
    at_ms: int


_MERGE = msgspec.json.Decoder(MergeAsked)
_SPLIT = msgspec.json.Decoder(SplitAsked)


@post("/areas/merge", status_code=200, opt=ADMINISTRATORS)
async def merge_areas(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int
) -> list[AreaOnBoard]:
    """Let several communes become one; answers the units that changed."""
    asked = decode(_MERGE, await request.body())
    saved = await database.writer.run(
        lambda tx: areas.merge_areas(tx, actor, asked.areas, asked.into, at_ms=asked.at_ms, now_ms=now_ms),
        project=actor.project,
    )
    return [area_on_board(one) for one in saved]


@post("/areas/split", status_code=200, opt=ADMINISTRATORS)
async def split_area(
    request: Request[Any, Any, Any], actor: Actor, database: Database, now_ms: int
) -> list[AreaOnBoard]:
    """Divide a commune into several; answers the units that changed."""
    asked = decode(_SPLIT, await request.body())
    saved = await database.writer.run(
        lambda tx: areas.split_area(tx, actor, asked.area, asked.into, at_ms=asked.at_ms, now_ms=now_ms),
        project=actor.project,
    )
    return [area_on_board(one) for one in saved]


ROUTES = [merge_areas, split_area]
