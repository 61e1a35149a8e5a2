"""Submissions of devices that speak only OpenRosa (ODK Collect, Enketo): each device is a replica, `openrosa:DEVICE`.

An instance becomes a change by the path that every change takes. Same instance ID and same bytes: the same answer
again. Same instance ID, other bytes: refused, both kept. `deprecatedID` names what an instance amends; when the
amendment comes first, it stands, and what it amends is kept as superseded: chains survive any order of arrival.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from server.exchange.push import apply_changes
from server.forms.definition import Definition, coarse, coarse_xml
from server.forms.submission import Instance, parse_xml, xml_to_fields
from server.problems import Problem
from server.store import enrolment
from server.store.actor import Actor, hash_secret
from server.store.audit import append_audit
from server.store.items import StoredItem, load_items
from server.store.openrosa import SentInstance, State, add_instance, has_successor, list_instances
from server.store.writer import WriteTx
from sync.protocol import Change, Value

PASSWORD_BYTES = 16
"""Random bytes of an app password."""
Result = Literal["new", "again", "amended", "superseded", "reused"]
_REFUSED = {
    "out_of_scope": "not_allowed",
    "not_allowed": "not_allowed",
    "form_closed": "not_allowed",
    "form_unknown": "form_unknown",
    "change_too_large": "body_too_large",
}


class Sent(Struct, frozen=True, kw_only=True):
    """One posted instance. `files`: `file:NAME` -> value, for the attachments that came with this post."""

    instance: Instance
    xml: bytes
    version: str
    area: str
    files: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the XML as it was sent."""
        return hashlib.sha256(self.xml).hexdigest()


def replica_of(device: str) -> str:
    """The replica that an OpenRosa device is."""
    return f"openrosa:{device}"


def session_text(password: str) -> str:
    """What is hashed of an app password. The line break keeps it from ever being a session cookie."""
    return f"openrosa\n{password}"


async def give_password(
    tx: WriteTx, project: str, *, device: str, password: str, person: str, name: str, by: str, now_ms: int
) -> None:
    """Enrol a device that speaks only OpenRosa; revoked like any other. `password` is random and long."""
    await enrolment.save_device(
        tx, project, device, person=person, name=name, public_key="", session_hash=hash_secret(session_text(password)),
        now_ms=now_ms,
    )  # fmt: skip
    await append_audit(tx, project, at_ms=now_ms, actor=by, verb="gave_app_password", subject=device)


async def submit(tx: WriteTx, actor: Actor, sent: Sent, definition: Definition, *, now_ms: int) -> Result:
    """Take an instance. Problems: not_allowed, form_unknown, body_too_large, body_malformed."""
    known = await list_instances(tx, actor.project, sent.instance.instance_id)
    same = next((one for one in known if one.sha256 == sent.sha256), None)
    if same is not None and same.state != "quarantined":
        if same.state == "reused":
            return "reused"
        await _add_files(tx, actor, same.item, sent, now_ms)
        return "again"
    if any(one.state != "quarantined" for one in known):
        await _keep(tx, actor, sent, known[0].item, "reused", definition=definition, now_ms=now_ms)
        return "reused"
    if sent.instance.deprecated_id:
        return await _amend(tx, actor, sent, definition, now_ms)
    return await _create(tx, actor, sent, definition, now_ms)


async def quarantine(tx: WriteTx, actor: Actor, sent: Sent, definition: Definition, *, now_ms: int) -> None:
    """Keep what a revoked device sends, apart and without effect."""
    await _keep(tx, actor, sent, "", "quarantined", definition=definition, now_ms=now_ms)


async def _create(tx: WriteTx, actor: Actor, sent: Sent, definition: Definition, now_ms: int) -> Result:
    item = sent.instance.instance_id
    if await _find(tx, actor, item) is not None:
        if await has_successor(tx, actor.project, item):
            await _keep(tx, actor, sent, item, "superseded", definition=definition, now_ms=now_ms)
            return "superseded"
        await _keep(tx, actor, sent, item, "reused", definition=definition, now_ms=now_ms)
        return "reused"
    revision = await _make(tx, actor, item, sent, answers=_answers(sent.xml, definition), now_ms=now_ms)
    await _keep(tx, actor, sent, item, "taken", definition=definition, now_ms=now_ms, revision=revision)
    return "new"


async def _amend(tx: WriteTx, actor: Actor, sent: Sent, definition: Definition, now_ms: int) -> Result:
    """What the instance changed against the one it replaces, as an edit based on the revision that one made."""
    answers = _answers(sent.xml, definition)
    earlier = await list_instances(tx, actor.project, sent.instance.deprecated_id)
    former = next((one for one in earlier if one.state == "taken"), None)
    item = former.item if former else sent.instance.deprecated_id
    standing = await _find(tx, actor, item)
    if standing is None:
        revision = await _make(tx, actor, item, sent, answers=answers, now_ms=now_ms)
        await _keep(tx, actor, sent, item, "taken", definition=definition, now_ms=now_ms, revision=revision)
        return "new"
    before = _answers(former.xml, definition) if former else _standing_answers(standing)
    base = former.revision if former else standing.state.revision
    fields: dict[str, Value] = {name: text for name, text in answers.items() if before.get(name) != text}
    fields |= dict.fromkeys(before.keys() - answers.keys())
    fields |= {name: value for name, value in sent.files.items() if standing.state.fields.get(name) != value}
    seen = {name: before.get(name) for name in fields}
    change = Change(
        sequence=1, intent="edit", kind="submission", id=item, base=base, fields=fields, before=seen, made_at_ms=now_ms
    )
    revision = await _apply(tx, actor, change, now_ms) if fields else base
    await _keep(tx, actor, sent, item, "taken", definition=definition, now_ms=now_ms, revision=revision)
    return "amended"


async def _add_files(tx: WriteTx, actor: Actor, item: str, sent: Sent, now_ms: int) -> None:
    """A later post of the same instance brings attachments that an earlier one did not."""
    standing = await _find(tx, actor, item)
    if standing is None:
        return
    fields: dict[str, Value] = {
        name: value for name, value in sent.files.items() if standing.state.fields.get(name) != value
    }
    if fields:
        change = Change(
            sequence=1, intent="edit", kind="submission", id=item, base=standing.state.revision, fields=fields
        )
        await _apply(tx, actor, change, now_ms)


async def _make(tx: WriteTx, actor: Actor, item: str, sent: Sent, *, answers: Mapping[str, str], now_ms: int) -> int:
    fields: dict[str, Value] = {
        "form": sent.instance.form,
        "form_version": sent.version,
        "area": sent.area,
        "submitted_at_ms": str(now_ms),
        **answers,
        **sent.files,
    }
    change = Change(sequence=1, intent="create", kind="submission", id=item, fields=fields, made_at_ms=now_ms)
    return await _apply(tx, actor, change, now_ms)


async def _apply(tx: WriteTx, actor: Actor, change: Change, now_ms: int) -> int:
    """Answers the item's revision after the change."""
    (outcome,) = await apply_changes(tx, actor, replica_of(actor.device), [change], now_ms=now_ms)
    if outcome.result == "rejected":
        code = _REFUSED.get(outcome.code, "body_malformed")
        raise Problem(code, fault=outcome.code, limit=0)
    return outcome.revision


async def _keep(
    tx: WriteTx,
    actor: Actor,
    sent: Sent,
    item: str,
    state: State,
    *,
    definition: Definition,
    now_ms: int,
    revision: int = 0,
) -> None:
    kept = SentInstance(
        project=actor.project,
        instance=sent.instance.instance_id,
        sha256=sent.sha256,
        item=item,
        device=actor.device,
        revision=revision,
        state=state,
        xml=coarse_xml(sent.xml, definition),
        received_at_ms=now_ms,
    )
    await add_instance(tx, kept)


async def _find(tx: WriteTx, actor: Actor, item: str) -> StoredItem | None:
    return (await load_items(tx, actor.project, [("submission", item)])).get(("submission", item))


def _answers(xml: bytes, definition: Definition) -> dict[str, str]:
    fields, _ = xml_to_fields(parse_xml(xml), definition.repeats, new_id=lambda _, index: f"i{index + 1}")
    return coarse(fields, definition)


def _standing_answers(item: StoredItem) -> dict[str, str]:
    return {name: text for name, text in item.state.fields.items() if name.startswith("/")}
