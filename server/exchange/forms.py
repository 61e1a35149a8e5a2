"""Publishing a form version: rows, the form's item in the feed, audit and event in one transaction.

The form itself was read and checked by `server/forms/prepare`. A version is what its bytes are: the same again changes
nothing, other bytes under the same version are refused. Who may fill it, and from when to when, may be changed later.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from server import events
from server.exchange.attachment_files import file_path
from server.exchange.push import apply_server_changes
from server.problems import Problem
from server.store.actor import Actor
from server.store.audit import append_audit
from server.store.forms import (
    FormVersion,
    add_form_version,
    close_form,
    get_form,
    get_form_version,
    is_for,
    set_form_terms,
)
from server.store.items import load_items
from server.store.outbox import add_events
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.protocol import Change, Value

Standing = Literal["new", "unchanged", "terms", "taken"]
"""new: not published yet · unchanged · terms: only who fills it and when differ · taken: other content has this
version.
"""


class Publisher(NamedTuple):
    """Who publishes: person's id and name; empty on the command line."""

    person: str = ""
    name: str = ""


class ItemFile(Struct):
    """A form attachment as the form's item names it (field `attachments`, JSON)."""

    name: str
    sha256: str
    size: int


async def standing_of(tx: Tx, version: FormVersion) -> Standing:
    """How a version relates to what is published."""
    known = await get_form_version(tx, version.project, version.form, version.version)
    if known is None:
        return "new"
    if _content(known) != _content(version):
        return "taken"
    return "unchanged" if _terms(known) == _terms(version) else "terms"


async def publish(tx: WriteTx, version: FormVersion, by: Publisher, *, now_ms: int) -> Standing:
    """Publish a version, or change its terms. Its files must be kept already. Problem form_version_taken."""
    standing = await standing_of(tx, version)
    if standing == "taken":
        raise Problem("form_version_taken", form=version.form, version=version.version)
    if standing == "unchanged":
        return standing
    if standing == "new":
        await add_form_version(tx, version)
        event = events.FormPublished(project=version.project, form=version.form, version=version.version)
        await add_events(tx, [event], now_ms, f"form:{version.form}:{version.version}")
    else:
        await set_form_terms(tx, version)
    current = await get_form(tx, version.project, version.form)
    if current is not None and current.version == version.version:
        await _write_item(tx, version, by, now_ms, closed_at_ms=current.closed_at_ms)
    await append_audit(
        tx, version.project, at_ms=now_ms, actor=by.person,
        verb="published_form" if standing == "new" else "changed_form_terms",
        subject=f"{version.form}:{version.version}",
        particulars={"hash": version.hash, "areas": list(version.areas), "roles": list(version.roles),
                     "retention_days": version.retention_days or 0},
    )  # fmt: skip
    return standing


async def set_open(tx: WriteTx, project: str, form: str, by: Publisher, *, opened: bool, now_ms: int) -> None:
    """Close a form to new submissions, or open it again; amending goes on. Problem form_unknown."""
    version = await get_form_version(tx, project, form)
    if version is None:
        raise Problem("form_unknown")
    closed_at_ms = None if opened else now_ms
    await close_form(tx, project, form, closed_at_ms)
    await _write_item(tx, version, by, now_ms, closed_at_ms=closed_at_ms)
    verb = "opened_form" if opened else "closed_form"
    await append_audit(tx, project, at_ms=now_ms, actor=by.person, verb=verb, subject=form)


def item_fields(version: FormVersion, closed_at_ms: int | None = None) -> dict[str, str]:
    """What phones know of a form before they fetch it; of two ends the earlier one."""
    ends = [end for end in (closed_at_ms, version.closes_at_ms) if end is not None]
    files = [ItemFile(one.name, one.sha256, one.size) for one in version.attachments]
    fields = {
        "title": version.title,
        "version": version.version,
        "hash": version.hash,
        "size": str(len(version.xform)),
        "opens_at_ms": str(version.opens_at_ms or ""),
        "closes_at_ms": str(min(ends, default="")),
        "areas": " ".join(version.areas),
        "roles": " ".join(version.roles),
        "consent": version.consent,
        "attachments": msgspec.json.encode(files).decode() if files else "",
    }
    return {name: value for name, value in fields.items() if value}


def may_fill(actor: Actor, version: FormVersion) -> bool:
    """Is this form for this person? Empty areas and roles mean everyone; staff and administrators see all. Pure."""
    return is_for(
        actor.role,
        lambda: actor.below | actor.above | set(actor.areas),
        areas=frozenset(version.areas),
        roles=frozenset(version.roles),
    )


def keep_files(data: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Keep form attachments by their address (hex SHA-256, bytes), before the transaction that names them."""
    for sha256, content in files:
        path = file_path(data, sha256)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{sha256}.{os.getpid()}")
        with part.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(path)


async def _write_item(
    tx: WriteTx, version: FormVersion, by: Publisher, now_ms: int, *, closed_at_ms: int | None
) -> None:
    standing = (await load_items(tx, version.project, [("form", version.form)])).get(("form", version.form))
    fields: dict[str, Value] = dict(item_fields(version, closed_at_ms))
    intent: Literal["create", "edit"] = "create"
    base = 0
    if standing is not None:
        intent, base = "edit", standing.state.revision
        fields |= dict.fromkeys(set(standing.state.fields) - set(fields), None)
    change = Change(sequence=1, intent=intent, kind="form", id=version.form, base=base, fields=fields)
    outcomes = await apply_server_changes(tx, version.project, [change], now_ms=now_ms, person=by.person, name=by.name)
    if outcomes[0].result not in ("applied", "merged"):
        raise RuntimeError(f"form {version.form}: its item was not taken: {outcomes[0]}")


def _content(version: FormVersion) -> tuple[object, ...]:
    files = sorted((one.name, one.sha256) for one in version.attachments)
    return version.hash, files, version.purpose, version.consent, version.retention_days


def _terms(version: FormVersion) -> tuple[object, ...]:
    return (version.areas, version.roles, version.opens_at_ms, version.closes_at_ms)
