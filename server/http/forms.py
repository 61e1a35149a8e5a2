"""Forms over HTTP: what phones fetch, and the administrator's upload.

GET  /forms/{form}/{version}/form.xml   the XForm, for whom the form is; ETag, gzip
GET  /forms/{form}/{version}/{name}     one of its attachments
GET  /forms                             every form with its versions (staff, administrators)
POST /forms                             an administrator's upload: see `upload_form`
PUT  /forms/{form}/{version}/terms      who may fill a published version, and from when to when (administrators)
POST /forms/{form}/close · /open        no more new submissions; and again (administrators)
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.datastructures import FormMultiDict, UploadFile

from server.exchange.attachment_files import file_path
from server.exchange.forms import Publisher, Standing, may_fill, publish, set_open
from server.forms.archive import MAX_FILE_BYTES
from server.forms.attachments import files_in_zip
from server.forms.faults import Fault
from server.forms.prepare import Prepared, Statement, prepare, texts_of
from server.forms.publishing import Terms, publish_prepared, taken_fault, version_of
from server.http.body import decode
from server.problems import Problem, preferred_language
from server.settings import Settings
from server.store.actor import Actor
from server.store.database import Database
from server.store.forms import Form, FormVersion, get_form, get_form_version, list_form_versions, list_forms
from server.store.writer import WriteTx

MAX_UPLOAD_BYTES = 3 * MAX_FILE_BYTES
_XML = "application/xml; charset=utf-8"
_KEPT = "private, max-age=31536000, immutable"
_UNREADABLE = ("file_", "survey_missing")
_converting = asyncio.Semaphore(2)


class VersionListed(msgspec.Struct, frozen=True, kw_only=True):
    """One version on the administrator's page. Times in ms; null where there is none."""

    version: str
    hash: str
    size: int
    published_at_ms: int
    published_by: str
    opens_at_ms: int | None
    closes_at_ms: int | None
    purpose: str
    consent: str
    retention_days: int | None
    areas: tuple[str, ...]
    roles: tuple[str, ...]
    warnings: list[msgspec.Raw]


class FormListed(msgspec.Struct, frozen=True, kw_only=True):
    """A form with its versions, the newest first; `version` is the current one."""

    form: str
    title: str
    version: str
    closed_at_ms: int | None
    versions: list[VersionListed]


class FormRead(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of POST /forms. `standing` is empty for a preview; then `xform` and `lists` (file name -> text of a list
    of choices) are there for the preview in the engine.
    """

    form: str
    version: str
    title: str
    languages: list[str]
    questions: int
    standing: Standing | str
    faults: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    files: list[str]
    xform: str
    lists: dict[str, str]


_TERMS = msgspec.json.Decoder(Terms)


@get("/forms/{form:str}/{version:str}/form.xml")
async def get_xform(
    request: Request[Any, Any, Any], form: str, version: str, actor: Actor, database: Database
) -> Response[bytes]:
    """The XForm of a published version. Problem form_unknown outside the actor's scope."""
    found = await find_version(database, actor, form, version)
    return _cached(request, found.hash, _XML, lambda: found.xform)


@get("/forms/{form:str}/{version:str}/{name:str}")
async def get_form_attachment(
    request: Request[Any, Any, Any],
    form: str,
    version: str,
    name: str,
    *,
    actor: Actor,
    database: Database,
    settings: Settings,
) -> Response[bytes]:
    """One attachment of a published version. Problems form_unknown, attachment_unknown."""
    found = await find_version(database, actor, form, version)
    attachment = next((one for one in found.attachments if one.name == name), None)
    if attachment is None:
        raise Problem("attachment_unknown")
    path = file_path(settings.data, attachment.sha256)
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise Problem("attachment_unknown") from None
    return _cached(request, attachment.sha256, attachment.type, lambda: content)


async def find_version(database: Database, actor: Actor, form: str, version: str) -> FormVersion:
    """A version that the actor may fill. Problem form_unknown."""
    found = await database.reader.read(lambda tx: get_form_version(tx, actor.project, form, version))
    if found is None or not may_fill(actor, found):
        raise Problem("form_unknown")
    return found


def _cached(
    request: Request[Any, Any, Any], tag: str, media_type: str, content: Callable[[], bytes]
) -> Response[bytes]:
    """The bytes under an ETag, or 304. A picture may hold no script: it is sandboxed."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": _KEPT, "Content-Security-Policy": "default-src 'none'; sandbox"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(b"", status_code=304, headers=headers)
    return Response(content(), media_type=media_type, headers=headers)


@get("/forms", opt={"roles": ("staff", "administrator")})
async def get_forms(actor: Actor, database: Database) -> list[FormListed]:
    """Every form with its versions."""
    forms = await database.reader.read(lambda tx: list_forms(tx, actor.project))
    return [await _listed(database, actor.project, form) for form in forms]


async def _listed(database: Database, project: str, form: Form) -> FormListed:
    versions = await database.reader.read(lambda tx: list_form_versions(tx, project, form.form))
    names = set(VersionListed.__struct_fields__) - {"size", "warnings"}
    return FormListed(
        form=form.form,
        title=form.title,
        version=form.version,
        closed_at_ms=form.closed_at_ms,
        versions=[
            VersionListed(
                **{name: getattr(one, name) for name in names},
                size=len(one.xform),
                warnings=[msgspec.Raw(warning.encode()) for warning in one.warnings],
            )
            for one in versions
        ],
    )


@post(
    "/forms",
    status_code=200,
    opt={"roles": ("administrator",), "takes": ("multipart/form-data",)},
    request_max_body_size=MAX_UPLOAD_BYTES,
)
async def upload_form(
    request: Request[Any, Any, Any], actor: Actor, database: Database, settings: Settings, now_ms: int
) -> FormRead:
    """Read a form file; publish it when asked.

    Multipart: `file` (.xlsx), `media` (files, or one zip), `purpose`, `consent`, `retention_days`, `areas`, `roles`,
    `opens_at_ms`, `closes_at_ms`, `publish`. Without `publish=true` it is a preview: nothing is changed. Problems:
    form_unreadable (no XLSForm at all), form_invalid (with `faults`), body_malformed.
    """
    fields = await request.form()
    file = fields.get("file")
    if not isinstance(file, UploadFile):
        raise Problem("body_malformed", fault="file")
    find_file = await _given_files(fields)
    statement, terms = _statement(fields), _terms(fields)
    async with _converting:
        prepared = await prepare(await file.read(), file.filename or "form.xlsx", statement, find_file)
    language = preferred_language(request.headers.get("accept-language", ""))
    if unreadable := next((one for one in prepared.faults if one.code.startswith(_UNREADABLE)), None):
        raise Problem("form_unreadable", fault=unreadable.sentence(language))
    by = Publisher(actor.person, actor.name)
    version = version_of(prepared, actor.project, terms, by, now_ms)
    faults = list(prepared.faults)
    if not faults and (taken := await taken_fault(database, prepared, version)):
        faults.append(taken)
    standing = ""
    if _text(fields, "publish") == "true":
        if faults:
            raise Problem("form_invalid", fault=faults[0].line(language), faults=[_shown(one) for one in faults])
        standing = await publish_prepared(database, settings.data, prepared, version, by, now_ms=now_ms)
    return _read(prepared, faults, standing)


@put("/forms/{form:str}/{version:str}/terms", opt={"roles": ("administrator",)})
async def put_terms(
    request: Request[Any, Any, Any], form: str, version: str, *, actor: Actor, database: Database, now_ms: int
) -> FormListed:
    """Who may fill a published version, and from when to when; what it asks stays. Problem form_unknown."""
    terms = decode(_TERMS, await request.body())

    async def unit(tx: WriteTx) -> None:
        standing = await get_form_version(tx, actor.project, form, version)
        if standing is None:
            raise Problem("form_unknown")
        changed = msgspec.structs.replace(standing, **msgspec.structs.asdict(terms))
        await publish(tx, changed, Publisher(actor.person, actor.name), now_ms=now_ms)

    await database.writer.run(unit, project=actor.project)
    return await _form(database, actor.project, form)


@post("/forms/{form:str}/close", status_code=200, opt={"roles": ("administrator",)})
async def close_form(form: str, actor: Actor, database: Database, now_ms: int) -> FormListed:
    """Take no more new submissions of a form from now on. Problem form_unknown."""
    return await _set_open(database, actor, form, opened=False, now_ms=now_ms)


@post("/forms/{form:str}/open", status_code=200, opt={"roles": ("administrator",)})
async def open_form(form: str, actor: Actor, database: Database, now_ms: int) -> FormListed:
    """Take new submissions of a closed form again. Problem form_unknown."""
    return await _set_open(database, actor, form, opened=True, now_ms=now_ms)


async def _set_open(database: Database, actor: Actor, form: str, *, opened: bool, now_ms: int) -> FormListed:
    by = Publisher(actor.person, actor.name)
    await database.writer.run(
        lambda tx: set_open(tx, actor.project, form, by, opened=opened, now_ms=now_ms), project=actor.project
    )
    return await _form(database, actor.project, form)


async def _form(database: Database, project: str, form: str) -> FormListed:
    found = await database.reader.read(lambda tx: get_form(tx, project, form))
    if found is None:
        raise Problem("form_unknown")
    return await _listed(database, project, found)


def _read(prepared: Prepared, faults: list[Fault], standing: str) -> FormRead:
    reading = prepared.reading
    is_sound = not faults and not standing
    return FormRead(
        form=reading.form,
        version=reading.version,
        title=reading.title,
        languages=reading.languages,
        questions=reading.questions,
        standing=standing,
        faults=[_shown(one) for one in faults],
        warnings=[_shown(one) for one in prepared.warnings],
        files=[one.name for one in prepared.files],
        xform=reading.xform if is_sound else "",
        lists=dict(texts_of(prepared.files)) if is_sound else {},
    )


def _shown(fault: Fault) -> dict[str, Any]:
    """A fault as JSON, with its place in one word."""
    return msgspec.structs.asdict(fault) | {"place": str(fault.place)}


def _text(fields: FormMultiDict, name: str) -> str:
    value = fields.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _number(fields: FormMultiDict, name: str) -> int | None:
    text = _text(fields, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem("body_malformed", fault=name)
    return int(text)


def _statement(fields: FormMultiDict) -> Statement:
    return Statement(_text(fields, "purpose"), _text(fields, "consent"), _number(fields, "retention_days"))


def _terms(fields: FormMultiDict) -> Terms:
    return Terms(
        areas=tuple(_text(fields, "areas").replace(",", " ").split()),
        roles=tuple(_text(fields, "roles").replace(",", " ").split()),
        opens_at_ms=_number(fields, "opens_at_ms"),
        closes_at_ms=_number(fields, "closes_at_ms"),
    )


async def _given_files(fields: FormMultiDict) -> Callable[[str], bytes | None]:
    """The attachments of an upload: files of their own, or a zip of them."""
    media = [one for one in fields.getall("media", []) if isinstance(one, UploadFile)]
    if len(media) == 1 and (media[0].filename or "").lower().endswith(".zip"):
        try:
            return files_in_zip(await media[0].read())
        except ValueError:
            raise Problem("body_malformed", fault="media") from None
    contents = {one.filename: await one.read() for one in media}
    return contents.get


ROUTES = [get_xform, get_form_attachment, get_forms, upload_form, put_terms, close_form, open_form]
