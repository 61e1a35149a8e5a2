"""What a handler may ask for by parameter name, given by Litestar's injection: the one list.

actor: Actor · database: Database · settings: Settings · keys: Keys · now_ms: int (server's clock) · wakings: Wakings
exchange: Exchange (what a sync needs) · sender: Sender (webpush) · egress: Egress (its guard)
"""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import Provide

from server.exchange.sync import Exchange
from server.http.live import Wakings
from server.keys import Keys
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.webpush.egress import Egress
from server.webpush.sender import Sender


def give_actor(request: Request[Any, Any, Any]) -> Actor:
    """The person and device that ask; the guard put it there."""
    actor = request.scope.get("user")
    if not isinstance(actor, Actor):
        raise Problem("not_enrolled")
    return actor


def give_database(state: State) -> Database:
    """The open database."""
    database: Database = state.database
    return database


def give_settings(state: State) -> Settings:
    """What was chosen at start."""
    settings: Settings = state.settings
    return settings


def give_keys(state: State) -> Keys:
    """The project's private keys."""
    keys: Keys = state.private_keys
    return keys


def give_now_ms(state: State) -> int:
    """The server's clock."""
    now_ms: int = state.clock()
    return now_ms


def give_wakings(state: State) -> Wakings:
    """Wakes live streams after commits."""
    wakings: Wakings = state.wakings
    return wakings


def give_exchange(state: State) -> Exchange:
    """What a sync needs beside its request."""
    exchange: Exchange = state.exchange
    return exchange


def give_sender(state: State) -> Sender:
    """The one webpush sender."""
    sender: Sender = state.sender
    return sender


def give_egress(state: State) -> Egress:
    """The guard before every socket to the outside."""
    egress: Egress = state.egress
    return egress


NEEDS: Mapping[str, Provide] = {
    "actor": Provide(give_actor, sync_to_thread=False),
    "database": Provide(give_database, sync_to_thread=False),
    "settings": Provide(give_settings, sync_to_thread=False),
    "keys": Provide(give_keys, sync_to_thread=False),
    "exchange": Provide(give_exchange, sync_to_thread=False),
    "wakings": Provide(give_wakings, sync_to_thread=False),
    "sender": Provide(give_sender, sync_to_thread=False),
    "egress": Provide(give_egress, sync_to_thread=False),
    "now_ms": Provide(give_now_ms, sync_to_thread=False),
}
