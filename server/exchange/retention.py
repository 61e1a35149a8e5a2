"""Personal answers are deleted on time: so many days after the submission came, as its form version states.

The deletion is a change of the server, so that phones drop the answers too; then the values leave the history, the
conflicts and what OpenRosa devices sent. The audit says how many, never what.
"""

from collections.abc import Mapping, Sequence
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
)
from server.store.items import load_items
from server.store.personal_due import (
    Submission,
    Sweep,
    due_by,
    forget_due,
    last_sweep,
    note_due,
    save_sweep,
    submissions_after,
    submissions_changed,
)
from server.store.projects import get_project
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.protocol import Change, Value

DAY_MS = 24 * 3_600_000
BATCH = 50
"""Submissions in one transaction: the writer is not held for long."""
PAGE = 500
"""Submissions read at once."""


Stated = Mapping[tuple[str, str], tuple[int, frozenset[str]]]
"""(form, version) -> days, personal paths."""


async def erase_expired(database: Database, project: str, *, now_ms: int) -> int:
    """Delete every personal answer whose time is up. Answers how many submissions were concerned.

    Reads what changed since the last sweep and what is due; the first sweep reads every submission once.
    """
    stated = await database.reader.read(lambda tx: _stated(tx, project))
    if not stated:
        return 0
    sweep = await database.reader.read(lambda tx: last_sweep(tx, project))
    head = await database.reader.read(lambda tx: _head(tx, project))
    await _note_changed(database, project, stated, sweep, head)
    erased = 0
    while due := await database.reader.read(lambda tx: due_by(tx, project, now_ms, BATCH)):
        unit = partial(_erase_due, project=project, due=due, stated=stated, now_ms=now_ms)
        count, files = await database.writer.run(unit, project=project)
        erased += count
        for sha256 in files:
            file_path(database.data, sha256).unlink(missing_ok=True)
    since_ms = sweep.swept_at_ms if sweep else 0
    done = Sweep(head, now_ms)
    await database.writer.run(
        partial(_finish, project=project, stated=stated, since_ms=since_ms, done=done), project=project
    )
    return erased


async def _stated(tx: Tx, project: str) -> Stated:
    named = {
        (form, version): (days, personal_fields(warnings))
        for form, version, days, warnings in await stated_versions(tx, project)
    }
    return {key: (days, names) for key, (days, names) in named.items() if names}


async def _head(tx: Tx, project: str) -> int:
    known = await get_project(tx, project)
    return known.position if known is not None else 0


async def _note_changed(database: Database, project: str, stated: Stated, sweep: Sweep | None, head: int) -> None:
    """Note the day by which the personal answers of new and changed submissions are due."""
    after, last = sweep.position if sweep else 0, ""
    while True:
        if sweep is None:
            page = await database.reader.read(partial(submissions_after, project=project, item=last, most=PAGE))
        else:
            read = partial(submissions_changed, project=project, after=after, up_to=head, most=PAGE)
            page = await database.reader.read(read)
        if not page:
            return
        after, last = page[-1].position, page[-1].item
        if due := _due(page, stated):
            await database.writer.run(partial(note_due, project=project, due=due), project=project)


def _due(page: Sequence[Submission], stated: Stated) -> list[tuple[str, int]]:
    due = []
    for one in page:
        days, names = stated.get(_version_of(one.fields), (0, frozenset()))
        if hidden_names(one.fields, names):
            due.append((one.item, one.created_at_ms + days * DAY_MS))
    return due


def _version_of(fields: Mapping[str, str]) -> tuple[str, str]:
    return fields.get("form", ""), fields.get("form_version", "")


async def _erase_due(tx: WriteTx, *, project: str, due: list[str], stated: Stated, now_ms: int) -> tuple[int, set[str]]:
    """Answers how many held an answer still, and the addresses of files that nothing names any more."""
    items = await load_items(tx, project, [("submission", item) for item in due])
    holding = []
    for item in due:
        stored = items.get(("submission", item))
        names = stated.get(_version_of(stored.state.fields), (0, frozenset()))[1] if stored else frozenset()
        if stored is not None and hidden_names(stored.state.fields, names):
            holding.append((item, names))
    files = await _erase(tx, project=project, due=holding, now_ms=now_ms) if holding else set()
    await forget_due(tx, project, due)
    return len(holding), files


async def _finish(tx: WriteTx, *, project: str, stated: Stated, since_ms: int, done: Sweep) -> None:
    """What came and was not taken is nobody's answer, but it is there: blanked as well. Then the sweep is noted."""
    for (form, _), (days, names) in stated.items():
        hide = partial(_hide_of_form, form=form, names=names)
        late, early = since_ms - days * DAY_MS, done.swept_at_ms - days * DAY_MS
        await blank_without_effect(tx, project, late, early, hide)
    await save_sweep(tx, project, done)


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
