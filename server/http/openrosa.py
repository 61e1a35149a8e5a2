"""OpenRosa 1.0 for ODK Collect and Enketo: form list, forms, manifests, submissions; app passwords to get in.

    POST /app-passwords                        {person, name, area}: a password for one device, said once (leaders)
    GET  /openrosa/formList                    HEAD and POST /openrosa/submission
    GET  /openrosa/forms/{form}/{version}      the XForm; …/manifest, …/media/{name}

User name is the person's id, or `ID@AREA` for one of several areas. Answers are XML, failures too. The protocol:
https://docs.getodk.org/openrosa/
"""

import asyncio
import base64
import binascii
import hashlib
import time
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from litestar import Request, Response, Router, get, head, post
from litestar.datastructures import UploadFile

from server.exchange.attachment_files import file_path
from server.exchange.forms import may_fill
from server.exchange.openrosa import Sent, quarantine, session_text, submit
from server.forms.definition import define
from server.forms.submission import UnreadableXmlError, read_instance
from server.http.forms import find_version
from server.http.openrosa_files import take_files
from server.problems import Problem, preferred_language
from server.settings import Settings
from server.store.actor import Actor, load_actor
from server.store.database import Database
from server.store.forms import FormVersion, form_doors, get_form_version, list_forms

MAX_XML_BYTES = 2 * 1024 * 1024
MAX_POST_BYTES = 100 * 1024 * 1024
_XML = "text/xml"
_OPT = {"open": True, "foreign": True}
_SAID = {
    "new": ("Đã nhận báo cáo.", "The submission was received."),
    "again": ("Báo cáo này đã được nhận.", "The submission had been received."),
    "amended": ("Đã nhận bản sửa.", "The amendment was received."),
    "superseded": ("Đã nhận; bản sửa sau đó vẫn giữ nguyên.", "Received; a later amendment stands."),
    "reused": (
        "Mã báo cáo này đã dùng cho nội dung khác. Cả hai bản đều được giữ lại để cán bộ xem xét.",
        "This instance ID was used for other content. Both are kept for review.",
    ),
}


async def read_openrosa_actor(request: Request[Any, Any, Any], database: Database) -> tuple[Actor, str]:
    """(actor, area asked for) by Basic authentication with an app password. Problem not_enrolled."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Problem("not_enrolled")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Problem("not_enrolled") from None
    person, _, area = user.strip().partition("@")
    actor = await database.reader.read(lambda tx: load_actor(tx, session_text(password)))
    if actor is None or actor.person != person:
        raise Problem("not_enrolled")
    request.app.state.limits.take(f"device:{actor.device}", time.monotonic())
    return actor, area


def _answer(content: bytes, *, status: int = 200, media_type: str = _XML, **headers: str) -> Response[bytes]:
    always = {
        "X-OpenRosa-Version": "1.0",
        "X-OpenRosa-Accept-Content-Length": str(MAX_POST_BYTES),
        "Cache-Control": "no-store",
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status_code=status, media_type=media_type, headers=always | named)


def _say(message: str, status: int, nature: str, **headers: str) -> Response[bytes]:
    root = ET.Element("OpenRosaResponse", xmlns="http://openrosa.org/http/response")
    ET.SubElement(root, "message", nature=nature).text = message
    return _answer(_xml(root), status=status, **headers)


def _xml(root: ET.Element) -> bytes:
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def answer_failure(request: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """A problem as Collect reads it: its status, and the sentence in an OpenRosaResponse."""
    sentence = problem.detail(preferred_language(request.headers.get("accept-language", "")))
    more = {"WWW_Authenticate": 'Basic realm="Lang Nghe", charset="UTF-8"'} if problem.status == 401 else {}
    return _say(sentence, problem.status, "submit_error", **more)


@get("/formList", opt=_OPT)
async def get_form_list(
    request: Request[Any, Any, Any], database: Database, settings: Settings, now_ms: int
) -> Response[bytes]:
    """Forms that the person may fill now, each with its current version. `?formID=` asks for one."""
    actor = _current(await read_openrosa_actor(request, database))
    asked = request.query_params.get("formID", "")
    forms = await database.reader.read(lambda tx: list_forms(tx, actor.project))
    names = {form.form for form in forms if not asked or form.form == asked}
    doors = await database.reader.read(lambda tx: form_doors(tx, actor.project, names, now_ms))
    root = ET.Element("xforms", xmlns="http://openrosa.org/xforms/xformsList")
    for name in sorted(name for name, door in doors.items() if door.state == "open"):
        version = await _current_version(database, actor.project, name)
        if version is not None and may_fill_now(actor, version, now_ms):
            _list_form(root, version, settings.public_url)
    return _answer(_xml(root))


async def _current_version(database: Database, project: str, form: str) -> FormVersion | None:
    return await database.reader.read(lambda tx: get_form_version(tx, project, form))


def may_fill_now(actor: Actor, version: FormVersion, now_ms: int) -> bool:
    """May this person begin a submission of this version at this moment?"""
    return may_fill(actor, version) and (version.opens_at_ms or 0) <= now_ms


def _list_form(root: ET.Element, version: FormVersion, url: str) -> None:
    address = f"{url}/openrosa/forms/{quote(version.form)}/{quote(version.version)}"
    form = ET.SubElement(root, "xform")
    ET.SubElement(form, "formID").text = version.form
    ET.SubElement(form, "name").text = version.title
    ET.SubElement(form, "version").text = version.version
    ET.SubElement(form, "hash").text = f"md5:{_md5(version.xform)}"
    ET.SubElement(form, "downloadUrl").text = address
    if version.attachments:
        ET.SubElement(form, "manifestUrl").text = f"{address}/manifest"


@get("/forms/{form:str}/{version:str}", opt=_OPT)
async def get_openrosa_form(
    request: Request[Any, Any, Any], form: str, version: str, database: Database
) -> Response[bytes]:
    """The XForm of a version."""
    actor = _current(await read_openrosa_actor(request, database))
    return _answer((await find_version(database, actor, form, version)).xform)


@get("/forms/{form:str}/{version:str}/manifest", opt=_OPT)
async def get_manifest(
    request: Request[Any, Any, Any], form: str, version: str, *, database: Database, settings: Settings
) -> Response[bytes]:
    """The attachments of a version."""
    actor = _current(await read_openrosa_actor(request, database))
    found = await find_version(database, actor, form, version)
    root = ET.Element("manifest", xmlns="http://openrosa.org/xforms/xformsManifest")
    for attachment in found.attachments:
        path = file_path(settings.data, attachment.sha256)
        file = ET.SubElement(root, "mediaFile")
        ET.SubElement(file, "filename").text = attachment.name
        ET.SubElement(file, "hash").text = f"md5:{await asyncio.to_thread(_md5_of, path)}"
        address = f"{settings.public_url}/openrosa/forms/{quote(form)}/{quote(version)}/media/{quote(attachment.name)}"
        ET.SubElement(file, "downloadUrl").text = address
    return _answer(_xml(root))


@get("/forms/{form:str}/{version:str}/media/{name:str}", opt=_OPT)
async def get_media(
    request: Request[Any, Any, Any], form: str, version: str, name: str, *, database: Database, settings: Settings
) -> Response[bytes]:
    """One attachment of a version."""
    actor = _current(await read_openrosa_actor(request, database))
    found = await find_version(database, actor, form, version)
    attachment = next((one for one in found.attachments if one.name == name), None)
    if attachment is None:
        raise Problem("attachment_unknown")
    content = await asyncio.to_thread(file_path(settings.data, attachment.sha256).read_bytes)
    return _answer(content, media_type=attachment.type, Content_Security_Policy="default-src 'none'; sandbox")


@head("/submission", opt=_OPT)
async def ask_submission(request: Request[Any, Any, Any], database: Database, settings: Settings) -> Response[None]:
    """Where to post, and how much at once: 204."""
    await read_openrosa_actor(request, database)
    answer = _answer(b"", status=204, Location=f"{settings.public_url}/openrosa/submission")
    return Response(None, status_code=204, headers=dict(answer.headers))


@post(
    "/submission",
    status_code=201,
    opt={**_OPT, "takes": ("multipart/form-data",)},
    request_max_body_size=MAX_POST_BYTES,
)
async def post_submission(
    request: Request[Any, Any, Any], database: Database, settings: Settings, now_ms: int
) -> Response[bytes]:
    """A submission with some or all of its attachments; the rest may come in further posts of the same XML."""
    actor, asked_area = await read_openrosa_actor(request, database)
    parts = await request.form()
    xml = await _read_xml(parts.get("xml_submission_file"))
    try:
        instance = read_instance(xml)
    except UnreadableXmlError as error:
        raise Problem("body_malformed", fault=str(error)) from error
    if not _is_id(instance.instance_id) or (instance.deprecated_id and not _is_id(instance.deprecated_id)):
        raise Problem("body_malformed", fault="instanceID")
    version = await find_version(database, actor, instance.form, instance.version)
    definition = define(version.xform)
    sent = Sent(instance=instance, xml=xml, version=version.version, area=_area(actor, asked_area), files={})
    if actor.revoked:
        await database.writer.run(
            lambda tx: quarantine(tx, actor, sent, definition, now_ms=now_ms), project=actor.project
        )
        raise Problem("device_revoked")
    uploads = [
        part for name, part in parts.multi_items() if isinstance(part, UploadFile) and name != "xml_submission_file"
    ]
    files = await take_files(database, settings.data, actor, uploads, now_ms=now_ms)
    sent = Sent(instance=instance, xml=xml, version=version.version, area=sent.area, files=files)
    result = await database.writer.run(
        lambda tx: submit(tx, actor, sent, definition, now_ms=now_ms), project=actor.project
    )
    vi, en = _SAID[result]
    said = vi if preferred_language(request.headers.get("accept-language", "")) == "vi" else en
    if result == "reused":
        return _say(said, 409, "submit_error")
    return _say(said, 201, "submit_success", Location=f"{settings.public_url}/openrosa/submission")


async def _read_xml(part: object) -> bytes:
    xml = await part.read(MAX_XML_BYTES + 1) if isinstance(part, UploadFile) else str(part or "").encode()
    if not xml:
        raise Problem("body_malformed", fault="xml_submission_file")
    if len(xml) > MAX_XML_BYTES:
        raise Problem("body_too_large", limit=MAX_XML_BYTES)
    return xml


def _current(found: tuple[Actor, str]) -> Actor:
    """The actor, who must not be revoked. Problem device_revoked."""
    if found[0].revoked:
        raise Problem("device_revoked")
    return found[0]


def _area(actor: Actor, asked: str) -> str:
    """The area a submission is about: the one of the user name, else the person's first. Problem not_allowed."""
    if asked and asked not in actor.below:
        raise Problem("not_allowed")
    return asked or next(iter(actor.areas), "")


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 100 and not any(character.isspace() or ord(character) < 33 for character in text)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@lru_cache(maxsize=512)
def _md5_of(path: Path) -> str:
    """OpenRosa names hashes by MD5; the file at an address never changes."""
    return _md5(path.read_bytes())


router = Router(
    path="/openrosa",
    route_handlers=[get_form_list, get_openrosa_form, get_manifest, get_media, ask_submission, post_submission],
    exception_handlers={Problem: answer_failure},
)
