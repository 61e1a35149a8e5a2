from pathlib import Path

import pytest

from server.settings import SettingsError, read_settings


def test_without_any_variable_it_serves_an_embedded_database_on_port_8000(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert (settings.port, settings.engine, settings.demo) == (8000, "sqlite", "small")
    assert settings.data == tmp_path / "data"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/langnghe.sqlite"
    assert settings.public_url == "http://localhost:8000"


def test_an_empty_variable_counts_as_absent() -> None:
    assert read_settings({"PORT": " ", "DEMO": ""}) == read_settings({})


def test_links_follow_the_port_unless_a_public_address_is_given() -> None:
    assert read_settings({"PORT": "9000"}).public_url == "http://localhost:9000"
    assert (
        read_settings({"PORT": "9000", "PUBLIC_URL": "https://nghe.example.vn/"}).public_url
        == "https://nghe.example.vn"
    )


def test_a_postgresql_address_is_taken_in_both_spellings() -> None:
    for scheme in ("postgres", "postgresql"):
        settings = read_settings({"DATABASE_URL": f"{scheme}://nghe@127.0.0.1:5432/nghe"})
        assert (settings.engine, settings.database_url) == ("postgres", "postgresql://nghe@127.0.0.1:5432/nghe")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("DATABASE_URL", "mysql://here/x"),
        ("DATABASE_URL", "sqlite://"),
        ("PUBLIC_URL", "nghe.example.vn"),
        ("PUBLIC_URL", "https://nghe.example.vn/app"),
        ("PROJECT", "An Giang"),
        ("DEMO", "huge"),
        ("WEBPUSH_SERVICES", "push.example.vn"),
        ("DATA", __file__),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})
