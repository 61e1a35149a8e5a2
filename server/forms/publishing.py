"""From a prepared form to a published version: the one path of command line and administrator's page."""

from pathlib import Path

from msgspec import Struct

from server.exchange import forms as exchange
from server.exchange.forms import Publisher, Standing
from server.forms.faults import Fault, fault
from server.forms.prepare import Prepared
from server.store.database import Database
from server.store.forms import FormAttachment, FormVersion


class Terms(Struct, frozen=True):
    """Who may fill a form, and from when to when (ms); empty means everyone, None no bound."""

    areas: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    opens_at_ms: int | None = None
    closes_at_ms: int | None = None


def version_of(prepared: Prepared, project: str, terms: Terms, by: Publisher, now_ms: int) -> FormVersion:
    """The form version as the store keeps it."""
    reading, statement = prepared.reading, prepared.statement
    return FormVersion(
        project=project,
        form=reading.form,
        version=reading.version,
        title=reading.title,
        hash=prepared.hash,
        xform=reading.xform.encode(),
        published_at_ms=now_ms,
        published_by=by.person,
        opens_at_ms=terms.opens_at_ms,
        closes_at_ms=terms.closes_at_ms,
        purpose=statement.purpose.strip(),
        consent=statement.consent.strip(),
        retention_days=statement.retention_days,
        areas=terms.areas,
        roles=terms.roles,
        warnings=prepared.kept_warnings(),
        attachments=tuple(
            FormAttachment(name=one.name, sha256=one.sha256, size=len(one.content), type=one.type)
            for one in prepared.files
        ),
    )


async def publish_prepared(
    database: Database, data: Path, prepared: Prepared, version: FormVersion, by: Publisher, *, now_ms: int
) -> Standing:
    """Publish a form without faults. Problem form_version_taken."""
    if prepared.faults:
        raise ValueError("a form with faults is not published")
    exchange.keep_files(data, [(one.sha256, one.content) for one in prepared.files])
    return await database.writer.run(
        lambda tx: exchange.publish(tx, version, by, now_ms=now_ms), project=version.project
    )


async def taken_fault(database: Database, prepared: Prepared, version: FormVersion) -> Fault | None:
    """The fault of a version that other content has already; its place is the version's cell."""
    standing = await database.reader.read(lambda tx: exchange.standing_of(tx, version))
    if standing != "taken":
        return None
    return fault("version_taken", prepared.reading.version_place, version=version.version)
