"""What the person who starts the server may choose, read from the environment once and then handed down as a value.

An empty variable counts as absent. A value that cannot be meant is a SettingsError with the variable's name in it:
the server does not start half-configured.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

DEFAULT_PROJECT = "an-giang"


class SettingsError(ValueError):
    """A variable of the environment has a value that the server cannot use. The text is for a person."""


class Settings(Struct, frozen=True, kw_only=True):
    """Chosen once at start. `data` is absolute; `public_url` has no slash at its end."""

    data: Path
    """Folder of the database (SQLite), keys and attachments. Made when missing."""
    database_url: str
    """`sqlite:////absolute/file` or `postgresql://user@host:port/name`."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://localhost:8000"
    """What enrolment links begin with, and the origin that requests which change data must come from."""
    project: str = DEFAULT_PROJECT
    demo: str = "small"
    """`small`: the demo project without submissions · `full`: some months of them · `none`: no demo at all."""
    webpush_services: tuple[str, ...] = ()
    """Origins of push services allowed besides the well-known ones, such as `https://push.example.vn`."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        return "sqlite" if self.database_url.startswith("sqlite:") else "postgres"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from PORT, HOST, DATA, DATABASE_URL, PUBLIC_URL, PROJECT, DEMO, WEBPUSH_SERVICES.

    Errors: SettingsError.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    data = Path(given.get("DATA", "data")).expanduser().absolute()
    if data.exists() and not data.is_dir():
        raise SettingsError(f"DATA={data}: this is a file; a folder is needed")
    port = _port(given.get("PORT", "8000"))
    return Settings(
        data=data,
        database_url=_database_url(given.get("DATABASE_URL", ""), data),
        host=given.get("HOST", "127.0.0.1"),
        port=port,
        public_url=_origin("PUBLIC_URL", given.get("PUBLIC_URL", f"http://localhost:{port}")),
        project=_project(given.get("PROJECT", DEFAULT_PROJECT)),
        demo=_demo(given.get("DEMO", "small")),
        webpush_services=tuple(_origin("WEBPUSH_SERVICES", one) for one in given.get("WEBPUSH_SERVICES", "").split()),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT={text}: a number from 1 to 65535 is needed")
    return int(text)


def _database_url(text: str, data: Path) -> str:
    if not text:
        return f"sqlite:///{data / 'langnghe.sqlite'}"
    parts = urlsplit(text)
    if parts.scheme == "sqlite" and parts.path.startswith("/") and len(parts.path) > 1 and not parts.netloc:
        return f"sqlite:///{Path(parts.path[1:]).absolute()}"
    if parts.scheme in ("postgresql", "postgres"):
        return text.replace("postgres://", "postgresql://", 1)
    raise SettingsError("DATABASE_URL: sqlite:///FILE or postgresql://USER@HOST:PORT/NAME is needed")


def _origin(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"{name}={text}: an address such as https://langnghe.example.vn is needed, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _project(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        raise SettingsError(f"PROJECT={text}: small letters, digits and single hyphens are needed, such as an-giang")
    return text


def _demo(text: str) -> str:
    words = {"0": "none", "no": "none", "1": "small", "yes": "small"}
    chosen = words.get(text.lower(), text.lower())
    if chosen not in ("none", "small", "full"):
        raise SettingsError(f"DEMO={text}: one of full, small or none is needed")
    return chosen
