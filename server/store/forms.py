"""Forms and their published versions, with the files that come with them."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Literal

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx

_json = msgspec.json.Encoder().encode


class FormAttachment(Struct, frozen=True, kw_only=True):
    name: str
    sha256: str
    size: int = 0
    type: str = ""


class FormVersion(Struct, frozen=True, kw_only=True):
    """A published version. `hash` is hex SHA-256 of the XForm; empty `areas` / `roles` mean everyone."""

    project: str
    form: str
    version: str
    title: str
    hash: str
    xform: bytes
    published_at_ms: int
    published_by: str = ""
    opens_at_ms: int | None = None
    closes_at_ms: int | None = None
    purpose: str = ""
    consent: str = ""
    retention_days: int | None = None
    areas: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    attachments: tuple[FormAttachment, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """`version` is the current one; closed_at_ms is set when the form takes no more new submissions."""

    project: str
    form: str
    title: str
    version: str
    closed_at_ms: int | None = None


async def add_form_version(tx: Tx, published: FormVersion) -> None:
    """Publish: the version becomes the form's current one. Errors: the driver's, when the version exists."""
    await tx.execute(
        "INSERT INTO form_versions (project, form, version, title, hash, xform, published_at_ms, published_by, "
        "opens_at_ms, closes_at_ms, purpose, consent, retention_days, areas, roles, warnings) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        published.project,
        published.form,
        published.version,
        published.title,
        published.hash,
        published.xform,
        published.published_at_ms,
        published.published_by,
        published.opens_at_ms,
        published.closes_at_ms,
        published.purpose,
        published.consent,
        published.retention_days,
        _json(published.areas),
        _json(published.roles),
        _json(published.warnings),
    )
    await tx.executemany(
        "INSERT INTO form_attachments (project, form, version, name, sha256, size, type) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (published.project, published.form, published.version, one.name, one.sha256, one.size, one.type)
            for one in published.attachments
        ],
    )
    await tx.execute(
        "INSERT INTO forms (project, form, title, version) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (project, form) DO UPDATE "
        "SET title = excluded.title, version = excluded.version, closed_at_ms = NULL",
        published.project,
        published.form,
        published.title,
        published.version,
    )


async def set_form_terms(tx: Tx, published: FormVersion) -> None:
    """Who may fill a published version, and from when to when."""
    await tx.execute(
        "UPDATE form_versions SET opens_at_ms = $4, closes_at_ms = $5, areas = $6, roles = $7 "
        "WHERE project = $1 AND form = $2 AND version = $3",
        published.project,
        published.form,
        published.version,
        published.opens_at_ms,
        published.closes_at_ms,
        _json(published.areas),
        _json(published.roles),
    )


async def close_form(tx: Tx, project: str, form: str, at_ms: int | None) -> None:
    """No more new submissions from a moment on (ms); None: open again."""
    await tx.execute("UPDATE forms SET closed_at_ms = $3 WHERE project = $1 AND form = $2", project, form, at_ms)


async def list_forms(tx: Tx, project: str) -> list[Form]:
    rows = await tx.fetch("SELECT * FROM forms WHERE project = $1 ORDER BY form", project)
    return [Form(**{name: row[name] for name in Form.__struct_fields__}) for row in rows]


async def get_form(tx: Tx, project: str, form: str) -> Form | None:
    row = await tx.fetch_one("SELECT * FROM forms WHERE project = $1 AND form = $2", project, form)
    return None if row is None else Form(**{name: row[name] for name in Form.__struct_fields__})


async def get_form_version(tx: Tx, project: str, form: str, version: str = "") -> FormVersion | None:
    """The current version when none is named."""
    if not version:
        current = await tx.fetch_one("SELECT version FROM forms WHERE project = $1 AND form = $2", project, form)
        if current is None:
            return None
        version = current["version"]
    row = await tx.fetch_one(
        "SELECT * FROM form_versions WHERE project = $1 AND form = $2 AND version = $3", project, form, version
    )
    if row is None:
        return None
    files = await tx.fetch(
        "SELECT name, sha256, size, type FROM form_attachments "
        "WHERE project = $1 AND form = $2 AND version = $3 ORDER BY name",
        project,
        form,
        version,
    )
    return _version(row, files)


async def list_form_versions(tx: Tx, project: str, form: str) -> list[FormVersion]:
    """Newest first, without their attachments."""
    rows = await tx.fetch(
        "SELECT * FROM form_versions WHERE project = $1 AND form = $2 ORDER BY published_at_ms DESC, version DESC",
        project,
        form,
    )
    return [_version(row, []) for row in rows]


class Door(Struct, frozen=True):
    """Whether a form takes new submissions now, and from whom; empty `areas` / `roles` mean everyone."""

    state: Literal["open", "closed"]
    areas: frozenset[str]
    roles: frozenset[str]


async def form_doors(tx: Tx, project: str, forms: set[str], at_ms: int) -> dict[str, Door]:
    """The door of each form that exists: its current version's, closed before it opens and once it is closed."""
    doors: dict[str, Door] = {}
    rows = await tx.fetch(
        "SELECT f.form, f.closed_at_ms, v.opens_at_ms, v.closes_at_ms, v.areas, v.roles FROM forms f "
        "JOIN form_versions v ON v.project = f.project AND v.form = f.form AND v.version = f.version "
        "WHERE f.project = $1",
        project,
    )
    for form, closed_at_ms, opens_at_ms, closes_at_ms, areas, roles in rows:
        if form in forms:
            ends = [end for end in (closed_at_ms, closes_at_ms) if end is not None]
            is_shut = (opens_at_ms or 0) > at_ms or (bool(ends) and min(ends) <= at_ms)
            doors[form] = Door("closed" if is_shut else "open", frozenset(_texts(areas)), frozenset(_texts(roles)))
    return doors


def is_for(
    role: str, reached: Callable[[], AbstractSet[str]], *, areas: AbstractSet[str], roles: AbstractSet[str]
) -> bool:
    """Is a form for a person of this role who reaches these areas? Staff and administrators fill every form. Pure."""
    if role in ("staff", "administrator"):
        return True
    return (not roles or role in roles) and (not areas or not areas.isdisjoint(reached()))


def _texts(stored: bytes | str) -> tuple[str, ...]:
    return msgspec.json.decode(stored, type=tuple[str, ...]) if stored else ()


def _version(row: Row, files: list[Row]) -> FormVersion:
    values = {name: row[name] for name in FormVersion.__struct_fields__ if name != "attachments"}
    for name in ("areas", "roles", "warnings"):
        values[name] = _texts(values[name])
    values["xform"] = bytes(values["xform"])
    attachments = tuple(
        FormAttachment(name=name, sha256=sha256, size=size, type=kind) for name, sha256, size, kind in files
    )
    return FormVersion(**values, attachments=attachments)
