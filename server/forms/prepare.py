"""A form file made ready to publish: read, checked, its privacy stated, its attachments gathered, opened in the
engine.

`prepare` decides nothing about the project: whether the version is new is `exchange/forms.publish`'s to say. With
faults nothing may be published; warnings are kept with the version.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct, structs

from server.forms.attachments import FormFile, check_file, type_of
from server.forms.convert import convert
from server.forms.engine import open_in_engine
from server.forms.faults import Fault, fault, first_of_each_place
from server.forms.reading import Reading

MAX_RETENTION_DAYS = 3_650


class Statement(Struct, frozen=True):
    """Why a form may ask for personal data. All three together, or none."""

    purpose: str = ""
    consent: str = ""
    retention_days: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of the three are not given: `purpose`, `consent`, `retention`."""
        given = {"purpose": self.purpose.strip(), "consent": self.consent.strip(), "retention": self.retention_days}
        return tuple(name for name, value in given.items() if not value)


class Prepared(Struct, frozen=True):
    """A form with its faults and warnings; `files` are its attachments, those made from the workbook included."""

    reading: Reading
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    files: tuple[FormFile, ...]
    statement: Statement

    @property
    def hash(self) -> str:
        """Hex SHA-256 of the XForm."""
        return hashlib.sha256(self.reading.xform.encode()).hexdigest()

    def kept_warnings(self) -> tuple[str, ...]:
        """Warnings as the store keeps them: one JSON document each; what is personal names its field."""
        personal = [
            msgspec.json.encode(structs.asdict(one.stated(self.statement.retention_days or 0)) | {"field": one.field})
            for one in self.reading.personal
        ]
        others = [msgspec.json.encode(one) for one in self.warnings if one.code != "personal_data_stated"]
        return tuple(one.decode() for one in (*personal, *others))


async def prepare(
    content: bytes,
    filename: str,
    statement: Statement | None = None,
    find_file: Callable[[str], bytes | None] = lambda _: None,
) -> Prepared:
    """Everything that can be said of a form file. `find_file` gives the bytes of an attachment that the form names."""
    statement = statement or Statement()
    reading = await convert(content, filename)
    faults, warnings = list(reading.faults), list(reading.warnings)
    files: list[FormFile] = []
    for found, told in (_check_statement(reading, statement), _check_files(reading, find_file, files)):
        faults += found
        warnings += told
    if not faults:
        found, told = await open_in_engine(reading, texts_of(files))
        faults += found
        warnings += told
    return Prepared(
        reading, tuple(first_of_each_place(faults)), tuple(first_of_each_place(warnings)), tuple(files), statement
    )


def _check_statement(reading: Reading, statement: Statement) -> tuple[list[Fault], list[Fault]]:
    """Personal data is refused unless purpose, consent text and retention are stated; then it is a warning."""
    faults: list[Fault] = []
    days = statement.retention_days
    if days is not None and not 1 <= days <= MAX_RETENTION_DAYS:
        faults.append(fault("retention_invalid"))
    if not reading.personal:
        return faults, []
    if statement.missing:
        if len(statement.missing) < 3:
            faults.append(fault("purpose_incomplete", missing=", ".join(statement.missing)))
        return [*faults, *(one.refused() for one in reading.personal)], []
    return faults, [one.stated(days or 0) for one in reading.personal]


def _check_files(
    reading: Reading, find_file: Callable[[str], bytes | None], files: list[FormFile]
) -> tuple[list[Fault], list[Fault]]:
    """Gather the attachments that the form names into `files`."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for name, text in reading.files.items():
        files.append(FormFile(name, text.encode(), type_of(name)))
    for name in reading.needs:
        content = find_file(name)
        if content is None:
            warnings.append(fault("attachment_missing", name=name))
        elif problem := check_file(name, content):
            faults.append(problem)
        else:
            files.append(FormFile(name, content, type_of(name)))
    return faults, warnings


def texts_of(files: Iterable[FormFile]) -> Mapping[str, str]:
    """The files that the engine reads as lists of choices."""
    lists = (".csv", ".xml", ".geojson")
    return {one.name: one.content.decode("utf-8-sig") for one in files if one.name.lower().endswith(lists)}
