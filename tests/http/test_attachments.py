"""Attachments: resumable at every byte, verified, deduplicated, cleaned, seen only within scope (I11, I12)."""

import base64
import hashlib
import io
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from httpx import Response
from PIL import Image

from server.exchange.attachment_files import append, find_part, forget_stale_parts
from server.exchange.attachments import files_of, missing_files
from server.store.database import Database
from tests.conftest import Place
from tests.http.conftest import ONE_ENGINE, PROJECT, Phone

PhoneOf = Callable[[str], Awaitable[Phone]]
TUS = {"Tus-Resumable": "1.0.0"}


def photo(kind: str = "JPEG", side: int = 200) -> bytes:
    """A picture that says in its EXIF where it was taken, lying on its side."""
    image = Image.effect_noise((side, side // 2), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def address(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def announce(phone: Phone, content: bytes, media_type: str = "image/jpeg", **headers: str) -> Response:
    described = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in (("sha256", address(content)), ("type", media_type))
    )
    lengths = {"Upload-Length": str(len(content)), "Upload-Metadata": described}
    return await phone.ask("POST", "/attachments", headers={**TUS, **lengths, **headers})


async def continue_at(phone: Phone, content: bytes, offset: int, until: int | None = None) -> Response:
    return await phone.ask(
        "PATCH",
        f"/attachments/{address(content)}",
        headers={**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"},
        content=content[offset:until],
    )


async def upload(phone: Phone, content: bytes, media_type: str = "image/jpeg") -> Response:
    assert (await announce(phone, content, media_type)).status_code == 201
    return await continue_at(phone, content, 0)


async def test_a_photo_arrives_and_is_served_upright_without_its_exif(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    content = photo()
    assert (await upload(alice, content)).status_code == 204
    served = await alice.ask("GET", f"/attachments/{address(content)}")
    assert served.status_code == 200
    assert served.headers["content-type"] == "image/jpeg"
    image = Image.open(io.BytesIO(served.content))
    assert image.size == (100, 200)
    assert not dict(image.getexif())
    assert b"home" not in served.content


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@ONE_ENGINE
async def test_other_pictures_are_cleaned_as_well(phone_of: PhoneOf, kind: str) -> None:
    alice = await phone_of("alice")
    content = photo(kind)
    assert b"home" in content
    await upload(alice, content, f"image/{kind.lower()}")
    served = await alice.ask("GET", f"/attachments/{address(content)}")
    assert served.status_code == 200
    assert b"home" not in served.content


@ONE_ENGINE
async def test_an_upload_goes_on_after_a_cut_at_any_byte(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    content = photo(side=40)
    cuts = [0, 1, 2, len(content) // 2, len(content) - 1, len(content)]
    await announce(alice, content)
    for start, end in pairwise(cuts):
        asked = await alice.ask("HEAD", f"/attachments/{address(content)}")
        assert asked.headers["upload-offset"] == str(start)
        assert asked.headers["upload-length"] == str(len(content))
        answer = await continue_at(alice, content, start, end)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
    assert (await alice.ask("GET", f"/attachments/{address(content)}")).status_code == 200


@ONE_ENGINE
async def test_a_wrong_offset_is_told_the_right_one(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    await continue_at(alice, content, 0, 100)
    answer = await continue_at(alice, content, 50)
    assert (answer.status_code, answer.json()["code"], answer.json()["offset"]) == (409, "offset_wrong", 100)


async def test_what_is_here_need_not_be_sent_again(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    content = photo()
    await upload(alice, content)
    answer = await announce(bob, content)
    assert answer.headers["upload-offset"] == str(len(content))
    assert (await continue_at(bob, content, len(content))).status_code == 204


async def test_two_phones_with_the_same_file_do_not_disturb_each_other(phone_of: PhoneOf) -> None:
    alice, bob = await phone_of("alice"), await phone_of("bob")
    content = photo()
    await announce(alice, content)
    await announce(bob, content)
    await continue_at(alice, b"x" * len(content), 0, 10)
    assert (await continue_at(bob, content, 0)).status_code == 204
    assert (await alice.ask("HEAD", f"/attachments/{address(content)}")).headers["upload-offset"] == str(len(content))


async def test_bytes_that_do_not_match_their_address_are_refused(phone_of: PhoneOf, db: Database) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    spoilt = content[:-1] + b"\0"
    answer = await alice.ask(
        "PATCH",
        f"/attachments/{address(content)}",
        headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        content=spoilt,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "hash_wrong")
    assert (await db.reader.fetch("SELECT state FROM attachments"))[0]["state"] == "partial"
    assert (await upload(alice, content)).status_code == 204


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"MZ" + b"\0" * 200, "application/x-msdownload", "type_not_taken"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "type_not_taken"),
        (b"<html>hello</html>", "image/jpeg", "type_not_taken"),
        (b"\xff\xd8\xff" + b"no picture" * 30, "image/jpeg", "image_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "image/png", "image_unreadable"),
    ],
)
@ONE_ENGINE
async def test_files_that_are_not_what_they_claim_are_refused(
    phone_of: PhoneOf, place: Place, content: bytes, media_type: str, code: str
) -> None:
    alice = await phone_of("alice")
    answer = await announce(alice, content, media_type)
    if answer.status_code == 201:
        answer = await continue_at(alice, content, 0)
    assert answer.json()["code"] == code
    assert not [path for path in (place.data / "attachments").rglob("*") if path.is_file()]


@ONE_ENGINE
async def test_a_picture_of_too_many_pixels_is_refused_by_the_child(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert (await upload(alice, out.getvalue(), "image/png")).json()["code"] == "image_unreadable"


@ONE_ENGINE
async def test_too_large_a_file_is_refused_before_a_byte_is_sent(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    answer = await announce(alice, photo(), **{"Upload-Length": str(65 * 1024 * 1024)})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@ONE_ENGINE
async def test_more_bytes_than_announced_are_refused(phone_of: PhoneOf) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    answer = await alice.ask(
        "PATCH",
        f"/attachments/{address(content)}",
        headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        content=content + b"more",
    )
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Tus-Resumable": "0.2"}, "tus_unsupported"),
        ({"Upload-Length": "-1"}, "query_malformed"),
        ({"Upload-Length": "many"}, "query_malformed"),
        ({"Upload-Metadata": "sha256 !!"}, "query_malformed"),
        ({"Upload-Metadata": "sha256 Li4vLi4vZXRjL3Bhc3N3ZA=="}, "query_malformed"),
    ],
)
@ONE_ENGINE
async def test_a_malformed_announcement_is_a_problem(phone_of: PhoneOf, headers: dict[str, str], code: str) -> None:
    alice = await phone_of("alice")
    assert (await announce(alice, photo(), **headers)).json()["code"] == code


async def test_bob_and_charlie_see_nothing_of_alices_photo(phone_of: PhoneOf) -> None:
    alice, stan = await phone_of("alice"), await phone_of("stan")
    content = photo()
    await upload(alice, content)
    for person in ("bob", "charlie", "cora"):
        other = await phone_of(person)
        for query in ("", "?submission=nothing"):
            answer = await other.ask("GET", f"/attachments/{address(content)}{query}")
            assert (answer.status_code, answer.json()["code"]) == (404, "attachment_unknown")
    assert (await stan.ask("GET", f"/attachments/{address(content)}")).status_code == 200


async def test_the_missing_files_of_a_submission_are_known(phone_of: PhoneOf, db: Database) -> None:
    alice = await phone_of("alice")
    here, away = photo(), photo(side=50)
    fields = {
        "file:a.jpg": f"{address(here)} {len(here)} image/jpeg",
        "file:b.jpg": f"{address(away)} {len(away)} image/jpeg",
        "file:c.jpg": "unreadable",
        "/data/q": "text",
    }
    await upload(alice, here)
    assert [one.name for one in files_of(fields)] == ["a.jpg", "b.jpg"]
    assert [one.name for one in await missing_files(db, PROJECT, fields)] == ["b.jpg"]
    await announce(alice, away)
    await continue_at(alice, away, 0, 20)
    assert [one.name for one in await missing_files(db, PROJECT, fields)] == ["b.jpg"]


@ONE_ENGINE
async def test_a_slower_request_cannot_tear_a_faster_one(phone_of: PhoneOf, place: Place) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    part = find_part(place.data, PROJECT, alice.me["device"], address(content))
    assert part is not None
    assert append(part, 0, content[:10])
    assert not append(part, 0, content[:10])
    assert part.offset == 10


async def test_an_upload_that_the_server_did_not_live_to_finish_is_finished_when_asked(
    phone_of: PhoneOf, place: Place
) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    part = find_part(place.data, PROJECT, alice.me["device"], address(content))
    assert part is not None
    append(part, 0, content)
    asked = await alice.ask("HEAD", f"/attachments/{address(content)}")
    assert asked.headers["upload-offset"] == str(len(content))
    assert (await alice.ask("GET", f"/attachments/{address(content)}")).status_code == 200


@ONE_ENGINE
async def test_unfinished_uploads_are_forgotten_in_the_end(phone_of: PhoneOf, place: Place, tmp_path: Path) -> None:
    alice = await phone_of("alice")
    content = photo()
    await announce(alice, content)
    assert forget_stale_parts(place.data, older_than_s=60) == 0
    assert forget_stale_parts(place.data, older_than_s=-60) == 1
    assert (await alice.ask("HEAD", f"/attachments/{address(content)}")).status_code == 404
