"""Piccolo's configuration. The engine runs in whatever database is open; `langnghe migrate` opens one."""

from piccolo.conf.apps import AppRegistry

from server.store.engine import ENGINE

DB = ENGINE
APP_REGISTRY = AppRegistry(apps=["server.store.piccolo_app"])
