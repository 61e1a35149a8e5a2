import base64
from pathlib import Path

import pytest

from server.keys import NAMES, KeysError, load_keys, public_jwk, public_point


def test_keys_are_made_once_and_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    first, second = load_keys(tmp_path), load_keys(tmp_path)
    for name in NAMES:
        assert getattr(first, name).private_numbers() == getattr(second, name).private_numbers()


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    load_keys(tmp_path)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_lost_key_is_never_replaced_by_another(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / "keys" / "receipt.pem").unlink()
    with pytest.raises(KeysError, match="receipt missing"):
        load_keys(tmp_path)
    assert not (tmp_path / "keys" / "receipt.pem").exists()


def test_a_broken_key_is_named(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / "keys" / "seal.pem").write_text("torn")
    with pytest.raises(KeysError, match=r"seal\.pem"):
        load_keys(tmp_path)


def test_a_first_start_that_was_interrupted_leaves_no_half_set(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    assert load_keys(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["keys"]


def test_public_keys_have_the_forms_that_browsers_take(tmp_path: Path) -> None:
    key = load_keys(tmp_path).webpush
    point, jwk = public_point(key), public_jwk(key)
    raw = base64.urlsafe_b64decode(point + "=")
    assert len(raw) == 65
    assert raw[0] == 4
    assert raw[1:33] == base64.urlsafe_b64decode(jwk["x"] + "=")
    assert raw[33:] == base64.urlsafe_b64decode(jwk["y"] + "=")
