"""A backup is put back: the epoch changes, and phones offer again what the backup does not know."""

import shutil
from pathlib import Path

import pytest

from server.commands.restoring import make_backup, restore
from server.exchange.budget import Floors
from server.exchange.receipts import signer
from server.exchange.sync import Exchange, handle, handle_repair
from server.keys import load_keys
from server.settings import Settings, read_settings
from server.store.backup import BackupError, back_up, put_back
from server.store.database import Database, open_database
from server.store.scope import scoped
from sync.replica import Event
from tests.exchange.people import EAST, NOW_MS, PROJECT, Province, found
from tests.fault.invariants import database_is_sound, should_hold
from tests.fault.phone import SimPhone
from tests.fault.world import verifier


async def sync(phone: SimPhone, province: Province) -> None:
    """One whole round, without a network in between."""
    actor = province.actors[phone.person]
    effects = phone.step("woken")
    while effects:
        event: Event | None = None
        for effect in effects:
            if effect == "send":
                event = phone.hear(await handle(province.exchange, actor, phone.request(), NOW_MS))
            elif effect == "repair":
                phone.mending = await handle_repair(province.exchange, actor, phone.repair_request())
                event = "repair_answered"
            elif effect in {"save", "adopt", "mend", "split"}:
                event = getattr(phone, effect)()
            elif effect == "upload":
                event = "uploaded"
        if event is None:
            return
        effects = phone.step(event)


def write(phone: SimPhone, name: str) -> None:
    phone.make(
        "create", ("submission", name), {"form": "topic", "area": EAST, "/data/what": name}, mark=name, at_ms=NOW_MS
    )


def exchange_over(database: Database, data: Path) -> Exchange:
    return Exchange(database, signer(load_keys(data).receipt), Floors())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    return read_settings({"DATA": str(data), "PROJECT": PROJECT})


async def test_after_a_restore_phones_offer_again_what_they_hold_and_nothing_is_lost(
    settings: Settings, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    async with await open_database(settings.database_url, settings.data) as database:
        province = await found(database)
        verify = verifier(load_keys(settings.data).receipt.public_key())
        hoa, binh = SimPhone("phone-hoa", "hoa", verify), SimPhone("phone-binh", "binh", verify)
        for number in range(3):
            write(hoa, f"before-{number}")
        await sync(hoa, province)
        await sync(binh, province)
        assert await make_backup(settings, str(backup)) == 0
        for number in range(3):
            write(hoa, f"after-{number}")
        await sync(hoa, province)
        hoa.make("edit", ("submission", "before-0"), {"/data/what": "lũ"}, mark="amended", at_ms=NOW_MS)
        binh.make("edit", ("submission", "before-1"), {"/data/what": "hạn"}, mark="led", at_ms=NOW_MS)
        await sync(hoa, province)
        await sync(binh, province)
        assert hoa.anchor.up_to == 7
        assert all(entry.state == "receipted" for entry in hoa.entries)
    shutil.rmtree(settings.data / "attachments", ignore_errors=True)
    assert await restore(settings, str(backup)) == 0
    async with await open_database(settings.database_url, settings.data) as database:
        again = Province(exchange_over(database, settings.data), province.actors)
        (row,) = await database.reader.fetch("SELECT COUNT(*) AS n FROM changes")
        assert row["n"] == 3
        for phone in (hoa, binh, hoa, binh):
            await sync(phone, again)
        assert hoa.epoch != "epoch-1"
        assert hoa.waiting() == binh.waiting() == []
        names = {name for _, name in hoa.items}
        assert names == {f"{when}-{number}" for when in ("before", "after") for number in range(3)}
        assert hoa.items["submission", "before-0"].fields["/data/what"] == "lũ"
        assert hoa.items["submission", "before-1"].fields["/data/what"] == "hạn"
        for phone in (hoa, binh):
            scope = scoped(again.actors[phone.person])
            assert phone.digest() == await database.reader.read(lambda tx, scope=scope: should_hold(tx, scope))  # type: ignore[misc]
        assert await database.reader.read(lambda tx: database_is_sound(tx, PROJECT)) == []


async def test_a_backup_is_whole_while_phones_go_on_writing(settings: Settings, tmp_path: Path) -> None:
    (settings.data / "attachments" / "aa").mkdir(parents=True)
    (settings.data / "attachments" / "aa" / "aa11").write_bytes(b"photo")
    async with await open_database(settings.database_url, settings.data) as database:
        province = await found(database)
        phone = SimPhone("phone-hoa", "hoa", verifier(load_keys(settings.data).receipt.public_key()))
        for number in range(40):
            write(phone, f"s{number}")
            if number % 10 == 0:
                await sync(phone, province)
        backup = await back_up(database, tmp_path / "copy")
        assert backup.attachments == 1
        with pytest.raises(BackupError):
            await back_up(database, tmp_path / "copy")
    async with await open_database(f"sqlite:///{tmp_path}/copy/langnghe.sqlite", tmp_path / "copy") as copied:
        assert await copied.reader.read(lambda tx: database_is_sound(tx, PROJECT)) == []
    assert (tmp_path / "copy" / "attachments" / "aa" / "aa11").read_bytes() == b"photo"
    assert (tmp_path / "copy" / "keys" / "receipt.pem").exists()


def test_what_is_no_backup_is_not_put_back(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        put_back(tmp_path, settings.data, settings.database_url)
