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


class AlertRules(Struct, frozen=True, kw_only=True):
    """How alerts behave in this installation. Hours and minutes of the day are those of `utc_offset_minutes`."""

    undo_seconds: int = 10
    """How long the author may take an alert back before anybody sees it."""
    approval_over: int = 500
    """An extreme alert that reaches more people than this waits for a second person."""
    escalation_minutes: tuple[int, int, int] = (10, 20, 40)
    """When an unconfirmed severe alert goes to the coordinator, the board and the call list."""
    quiet: tuple[int, int] = (21 * 60 + 30, 5 * 60 + 30)
    """Minutes of the day between which a small alert waits for the morning; equal: never."""
    digest_minutes: int = 15
    """Minor alerts of so many minutes reach a phone as one notification; 0: each on its own."""
    utc_offset_minutes: int = 7 * 60
    feed: bool = False
    """Whether public alerts stand in an Atom feed that everybody may read."""
    contact: str = "mailto:langnghe@localhost"
    """Whom a push service may write to (RFC 8292), mailto: or https:."""


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
    alerts: AlertRules = AlertRules()

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        return "sqlite" if self.database_url.startswith("sqlite:") else "postgres"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from PORT, HOST, DATA, DATABASE_URL, PUBLIC_URL, PROJECT, DEMO, WEBPUSH_SERVICES and ALERT_*.

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
        alerts=_alert_rules(given),
    )


def _alert_rules(given: Mapping[str, str]) -> AlertRules:
    """ALERT_UNDO_SECONDS, ALERT_APPROVAL_OVER, ALERT_ESCALATION_MINUTES (10,20,40), ALERT_QUIET (21:30-05:30 or none),
    ALERT_DIGEST_MINUTES, ALERT_FEED (yes), ALERT_CONTACT (mailto:)."""
    plain = AlertRules()
    steps = tuple(
        _count("ALERT_ESCALATION_MINUTES", part) for part in given.get("ALERT_ESCALATION_MINUTES", "").split(",")
    )
    if "ALERT_ESCALATION_MINUTES" in given and len(steps) != 3:
        raise SettingsError("ALERT_ESCALATION_MINUTES: three numbers such as 10,20,40 are needed")
    contact = given.get("ALERT_CONTACT", plain.contact)
    if not contact.startswith(("mailto:", "https:")):
        raise SettingsError(f"ALERT_CONTACT={contact}: a mailto: or https: address is needed")
    return AlertRules(
        undo_seconds=_count("ALERT_UNDO_SECONDS", given.get("ALERT_UNDO_SECONDS", ""), plain.undo_seconds),
        approval_over=_count("ALERT_APPROVAL_OVER", given.get("ALERT_APPROVAL_OVER", ""), plain.approval_over),
        escalation_minutes=(steps[0], steps[1], steps[2]) if len(steps) == 3 else plain.escalation_minutes,
        quiet=_quiet(given.get("ALERT_QUIET", ""), plain.quiet),
        digest_minutes=_count("ALERT_DIGEST_MINUTES", given.get("ALERT_DIGEST_MINUTES", ""), plain.digest_minutes),
        feed=given.get("ALERT_FEED", "no").lower() in ("yes", "1", "true"),
        contact=contact,
    )


def _count(name: str, text: str, otherwise: int = 0) -> int:
    text = text.strip()
    if text and not text.isdecimal():
        raise SettingsError(f"{name}={text}: a number of 0 or more is needed")
    return int(text) if text else otherwise


def _quiet(text: str, otherwise: tuple[int, int]) -> tuple[int, int]:
    if text in ("", "none"):
        return (0, 0) if text else otherwise
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if not found:
        raise SettingsError(f"ALERT_QUIET={text}: hours such as 21:30-05:30, or none, are needed")
    hours = [int(part) for part in found.groups()]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]


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
