"""Personal answers are deleted on time: so many days after the submission came, as its form version states.

The deletion is a change of the server, so that phones drop the answers too; then the values leave the history, the
conflicts and what OpenRosa devices sent. The audit says how many, never what.
"""

from collections.abc import Mapping
from functools import partial

from server.exchange.apart import hidden_names, personal_fields
from server.exchange.attachment_files import file_path
from server.exchange.push import apply_server_changes
from server.store.attachments import set_attachment_state
from server.store.audit import append_audit
from server.store.database import Database
from server.store.erasure import (
    blank_tombstone,
    blank_traces,
    blank_without_effect,
    is_named_elsewhere,
    stated_versions,
    submissions_before,
)
from server.store.items import load_items
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.protocol import Change, Value

DAY_MS = 24 * 3_600_000
BATCH = 50
"""Submissions in one transaction: the writer is not held for long."""


async def erase_expired(database: Database, project: str, *, now_ms: int) -> int:
    """Delete every personal answer whose time is up. Answers how many submissions were concerned."""
    due = await database.reader.read(lambda tx: _due(tx, project, now_ms))
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        files = await database.writer.run(partial(_erase, project=project, due=batch, now_ms=now_ms), project=project)
        for sha256 in files:
            file_path(database.data, sha256).unlink(missing_ok=True)
    await database.writer.run(partial(_erase_rejected, project=project, now_ms=now_ms), project=project)
    return len(due)


async def _due(tx: Tx, project: str, now_ms: int) -> list[tuple[str, frozenset[str]]]:
    """(submission, personal paths of its form version) that still hold an answer after its time."""
    due = []
    for form, version, days, warnings in await stated_versions(tx, project):
        names = personal_fields(warnings)
        if not names:
            continue
        for item, fields, _ in await submissions_before(tx, project, form, now_ms - days * DAY_MS):
            if fields.get("form_version") == version and hidden_names(fields, names):
                due.append((item, names))
    return due


async def _erase(tx: WriteTx, *, project: str, due: list[tuple[str, frozenset[str]]], now_ms: int) -> set[str]:
    """Answers the addresses of files that nothing names any more."""
    items = await load_items(tx, project, [("submission", item) for item, _ in due])
    changes, files = [], set[str]()
    for item, names in due:
        stored = items["submission", item]
        hidden = hidden_names(stored.state.fields, names)
        if stored.state.deleted:
            kept = {name: value for name, value in stored.state.fields.items() if name not in hidden}
            await blank_tombstone(tx, project, item, kept)
        else:
            changes.append(
                Change(
                    sequence=1, intent="edit", kind="submission", id=item, base=stored.state.revision,
                    fields=dict.fromkeys(sorted(hidden)),
                )
            )  # fmt: skip
        await blank_traces(tx, project, item, partial(_hide, names=names, hidden=hidden))
        files |= await _files_of_nobody_else(tx, project, item, stored.state.fields, hidden)
    if changes:
        await apply_server_changes(tx, project, changes, now_ms=now_ms)
    await append_audit(
        tx, project, at_ms=now_ms, actor="", verb="erased_personal_answers", subject="submissions",
        particulars={"submissions": [item for item, _ in due]},
    )  # fmt: skip
    for sha256 in files:
        await set_attachment_state(tx, project, sha256, "erased", now_ms)
    return files


async def _erase_rejected(tx: WriteTx, *, project: str, now_ms: int) -> None:
    """What came and was not taken is nobody's answer, but it is there."""
    for form, _, days, warnings in await stated_versions(tx, project):
        if names := personal_fields(warnings):
            hide = partial(_hide_of_form, form=form, names=names)
            await blank_without_effect(tx, project, now_ms - days * DAY_MS, hide)


def _hide_of_form(fields: Mapping[str, Value], *, form: str, names: frozenset[str]) -> set[str]:
    """Personal names in a change of this form; an edit does not say its form."""
    return hidden_names(fields, names) if fields.get("form", form) == form else set()


def _hide(fields: Mapping[str, Value], *, names: frozenset[str], hidden: set[str]) -> set[str]:
    """Personal names among the fields of a change, those that the item no longer has included."""
    return hidden_names(fields, names) | (hidden & fields.keys())


async def _files_of_nobody_else(
    tx: WriteTx, project: str, item: str, fields: Mapping[str, str], hidden: set[str]
) -> set[str]:
    addresses = {fields[name].partition(" ")[0] for name in hidden if name.startswith("file:")}
    return {one for one in addresses if one and not await is_named_elsewhere(tx, project, item, one)}
