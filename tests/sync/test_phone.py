"""Scenes from the field, played by phones of tests/sync/phone.py against the memory server."""

from collections.abc import Callable
from dataclasses import replace as replace_data

import pytest
from msgspec.structs import replace

from sync.protocol import RepairRequest, RepairResponse, SyncRequest, SyncResponse, Value
from sync.replica import Effect
from sync.state import Actor
from tests.sync import invariants as check
from tests.sync.memory_server import MemoryServer
from tests.sync.phone import CutError, Disk, Key, KilledError, Phone

REPORT: Key = ("submission", "s1")
BORN: dict[str, Value] = {"form": "f", "area": "c1", "/data/x": "1", "/data/y": "2"}


class Field:
    """A server, Hoa who collects in c1, and Bình who leads c1."""

    def __init__(self) -> None:
        self.server = MemoryServer()
        self.hoa = Actor(replica="hoa", person="hoa", name="Hoa", areas=frozenset({"c1"}))
        self.binh = Actor(replica="binh", person="binh", name="Bình", role="coordinator", areas=frozenset({"c1"}))
        self.phone, self.desk = Phone(Disk(replica="hoa")), Phone(Disk(replica="binh"))

    def sync(self, actor: Actor, phone: Phone, fault: str = "") -> None:
        def send(asked: SyncRequest) -> SyncResponse:
            if fault == "lost":
                raise CutError
            answer = self.server.sync(actor, asked, 1)
            if fault == "reply_lost":
                raise CutError
            return answer

        def repair(asked: RepairRequest) -> RepairResponse:
            return self.server.repair(actor, asked)

        phone.sync(send, repair)

    def both(self) -> None:
        for _ in range(2):
            self.sync(self.hoa, self.phone)
            self.sync(self.binh, self.desk)

    def agrees(self) -> list[str]:
        return [
            each
            for actor, phone in ((self.hoa, self.phone), (self.binh, self.desk))
            for each in check.both_hold_the_same(actor.person, phone.disk.items.values(), self.server.meant_for(actor))
        ]


@pytest.fixture
def field() -> Field:
    return Field()


def test_a_report_made_without_a_signal_is_seen_at_once_and_kept_until_its_receipt(field: Field) -> None:
    """RCPT-2, JOUR-3."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    seen = field.phone.see(("submission", "s1"))
    assert seen is not None
    assert seen.fields["/data/x"] == "1"
    field.sync(field.hoa, field.phone, "lost")
    assert field.phone.disk.entries[0].state == "unsent"
    field.sync(field.hoa, field.phone, "reply_lost")
    assert field.phone.disk.entries[0].state == "unsent"
    field.sync(field.hoa, field.phone)
    assert field.phone.disk.entries[0].state == "receipted"
    assert field.server.store.effects == {("hoa", 1): 1}


def test_two_change_the_same_answer_apart_see_both_values_and_one_of_them_settles_it_offline(field: Field) -> None:
    """CONF-1, RES-1."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    field.both()
    field.phone.make("edit", *REPORT, {"/data/x": "12"})
    field.desk.make("edit", *REPORT, {"/data/x": "20"})
    field.both()
    for phone in (field.phone, field.desk):
        (conflict,) = phone.disk.items[REPORT].conflicts
        assert {conflict.standing, conflict.arriving} == {"12", "20"}
        assert conflict.before == "1"
        assert {conflict.standing_by, conflict.arriving_by} == {"Hoa", "Bình"}
    conflict = field.phone.disk.items[REPORT].conflicts[0]
    field.phone.make("resolve", *REPORT, {"/data/x": "20"}, settles=[conflict.id])
    settled = field.phone.see(REPORT)
    assert settled is not None
    assert settled.conflicts == []
    field.both()
    assert field.desk.disk.items[REPORT].conflicts == []
    assert field.desk.disk.items[REPORT].fields["/data/x"] == "20"
    assert field.agrees() == []


def test_a_phone_restored_from_a_copy_is_noticed_and_split_and_nothing_is_lost(field: Field) -> None:
    """FORK-1."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    field.sync(field.hoa, field.phone)
    twin = Phone(field.phone.disk)
    field.phone.make("create", "submission", "s2", dict(BORN))
    twin.make("create", "submission", "s3", dict(BORN))
    field.sync(field.hoa, field.phone)
    field.sync(field.hoa, twin)
    assert twin.disk.replica != "hoa"
    assert {name for _, name in field.server.store.items} == {"s1", "s2", "s3"}
    assert field.server.store.inbox("hoa").quarantined[0].id == "s3"
    field.phone.make("edit", "submission", "s2", {"/data/x": "5"})
    field.sync(field.hoa, field.phone)
    assert field.phone.disk.splits == 0


def test_after_a_backup_is_restored_phones_offer_again_what_they_hold(field: Field) -> None:
    """EPOCH-1, EPOCH-2, EPOCH-3."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    field.both()
    backup = replace_data(field.server, store=field.server.store.copy())
    field.phone.make("edit", *REPORT, {"/data/x": "after the backup"})
    field.phone.make("create", "submission", "s2", dict(BORN))
    field.both()
    field.server = backup
    field.server.store.epoch = "e2"
    field.desk.make("edit", *REPORT, {"/data/y": "in the new epoch"})
    field.sync(field.binh, field.desk)
    field.both()
    assert field.server.store.items[REPORT].fields["/data/x"] == "after the backup"
    assert field.server.store.items[REPORT].fields["/data/y"] == "in the new epoch"
    assert ("submission", "s2") in field.server.store.items
    assert not field.server.store.items[REPORT].conflicts
    assert field.agrees() == []


def test_a_restored_backup_in_which_somebody_wrote_first_is_a_conflict_not_an_overwrite(field: Field) -> None:
    """EPOCH-2."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    field.both()
    backup = replace_data(field.server, store=field.server.store.copy())
    field.phone.make("edit", *REPORT, {"/data/x": "12"})
    field.both()
    field.server = backup
    field.server.store.epoch = "e2"
    field.desk.disk = Disk(replica="binh2", epoch="e2")
    field.sync(field.binh, field.desk)
    field.desk.make("edit", *REPORT, {"/data/x": "20"})
    field.sync(field.binh, field.desk)
    field.both()
    (conflict,) = field.server.store.items[REPORT].conflicts
    assert {conflict.standing, conflict.arriving} == {"12", "20"}
    assert field.agrees() == []


def test_what_a_wiped_phone_lost_is_said_and_what_comes_after_is_judged(field: Field) -> None:
    """RCPT-5, PUSH-7."""
    for number in range(1, 4):
        field.phone.make("create", "submission", f"s{number}", dict(BORN))
    field.phone.disk = replace_data(field.phone.disk, entries=field.phone.disk.entries[2:])
    field.sync(field.hoa, field.phone)
    inbox = field.server.store.inbox("hoa")
    assert inbox.lost == [(1, 2)]
    assert inbox.up_to == 3
    assert field.server.store.gaps("hoa") == []
    assert field.phone.disk.entries[0].state == "receipted"


def test_a_moved_collaborator_loses_the_old_area_and_gets_the_new_one(field: Field) -> None:
    """SCOPE-5, DIG-4."""
    leader = Actor(replica="staff", person="cuc", role="staff")
    office = Phone(Disk(replica="staff"))
    office.make("create", "topic", "t1", {"title": "Nước dâng", "area": "c1", "state": "new"})
    office.make("create", "topic", "t2", {"title": "Sạt lở", "area": "c2", "state": "new"})
    field.sync(leader, office)
    field.sync(field.hoa, field.phone)
    assert {name for _, name in field.phone.disk.items} == {"t1"}
    field.hoa = replace(field.hoa, areas=frozenset({"c2"}))
    field.sync(field.hoa, field.phone)
    assert {name for _, name in field.phone.disk.items} == {"t2"}
    assert field.phone.disk.repairs == 1


def test_over_the_budget_the_oldest_settled_submissions_leave_the_phone(field: Field) -> None:
    """PULL-4."""
    field.server.budget = 3
    for number in range(1, 6):
        field.phone.make("create", "submission", f"s{number}", dict(BORN))
    field.both()
    assert {name for _, name in field.phone.disk.items} == {"s3", "s4", "s5"}
    assert field.agrees() == []


def test_a_parcel_and_the_own_delivery_have_one_effect_whichever_is_first(field: Field) -> None:
    """COUR-1."""
    first = field.phone.make("create", "submission", "s1", dict(BORN))
    second = field.phone.make("create", "submission", "s2", dict(BORN))
    assert field.server.store.push(field.hoa, second.change, 1).result == "held"
    assert field.server.store.push(field.hoa, first.change, 1).result == "applied"
    field.sync(field.hoa, field.phone)
    assert field.server.store.effects == {("hoa", 1): 1, ("hoa", 2): 1}
    assert [entry.state for entry in field.phone.disk.entries] == ["receipted", "receipted"]


@pytest.mark.parametrize("effect", ["send", "save", "upload", "arm_idle"])
def test_a_phone_killed_anywhere_goes_on_from_its_disk(field: Field, effect: Effect) -> None:
    """PULL-5, LIVE-1."""
    field.phone.make("create", "submission", "s1", dict(BORN))
    field.phone.before = _kill_at(effect)
    with pytest.raises(KilledError):
        field.sync(field.hoa, field.phone)
    field.phone.wake_up()
    field.phone.before = lambda effect: None
    field.both()
    assert field.server.store.effects == {("hoa", 1): 1}
    assert field.agrees() == []


def _kill_at(effect: Effect) -> Callable[[Effect], None]:
    def before(reached: Effect) -> None:
        if reached == effect:
            raise KilledError

    return before
