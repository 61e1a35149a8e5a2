"""The wire is what PROTOCOL_VERSION says it is: a changed message without a new version is caught here.

When this fails: an added member with a default is fine within a version while nothing is released (replace the hash);
after a release, add a version with its own hash, say in protocol.py what changed, and keep the last one syncing (I18).
"""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from sync import protocol
from sync.protocol import PROTOCOL_VERSION, SyncRequest, SyncResponse

HASHES = {1: "690e29066b64eb642a92c5330e8dde78749b354eda6deb07f8d715f4ea774d66"}
"""Protocol version -> SHA-256 of its schema."""


def _schema() -> Any:
    messages = [
        one for name, one in vars(protocol).items()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and not name.startswith("_")
    ]  # fmt: skip
    _, components = msgspec.json.schema_components(messages)
    return _without_words(components)


def _without_words(value: Any) -> Any:
    """The schema without its descriptions: prose may change."""
    if isinstance(value, dict):
        return {name: _without_words(member) for name, member in value.items() if name != "description"}
    return [_without_words(member) for member in value] if isinstance(value, list) else value


def test_the_schema_is_the_one_of_this_version() -> None:
    text = json.dumps(_schema(), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == HASHES[PROTOCOL_VERSION]


def test_every_version_that_was_has_its_hash() -> None:
    assert sorted(HASHES) == list(range(1, PROTOCOL_VERSION + 1))


def test_an_answer_with_an_unknown_kind_is_refused_whole() -> None:
    """PULL-6: nothing of it is saved, above all not its cursor."""
    answer = {
        "protocol": 1,
        "epoch": "e",
        "items": [{"kind": "poll", "id": "p", "revision": 1, "position": 1}],
        "cursor": "c",
    }
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(answer, SyncResponse)


def test_an_idle_sync_is_small() -> None:
    """At most 400 bytes of bodies both ways, before gzip."""
    asked = SyncRequest(
        protocol=1, replica="01J8ZQ4T9M3N5P7R", made_up_to=4112, receipt_up_to=4112, epoch="e7f3a9c1", cursor="a" * 48
    )
    answer = SyncResponse(
        protocol=1,
        epoch="e7f3a9c1",
        received_up_to=4112,
        cursor="a" * 48,
        digest="0" * 16,
        server_at_ms=1_790_000_000_000,
    )
    assert len(msgspec.json.encode(asked)) + len(msgspec.json.encode(answer)) <= 400


def test_defaults_are_left_off_the_wire() -> None:
    assert msgspec.json.encode(SyncRequest(protocol=1, replica="r")) == b'{"protocol":1,"replica":"r"}'
