"""What a phone hears of, and what it should hold."""

import pytest
from msgspec import structs

from server.exchange.sync import handle, handle_repair
from server.store.database import Database
from server.store.people import Person, save_person
from server.store.projects import set_epoch, set_horizon
from sync.digest import add, bucket_of, hash_held, to_text, total
from sync.journal import Entry, created_items
from sync.protocol import DIGEST_BUCKETS, Change, Held, Item, RepairRequest, SyncRequest, SyncResponse
from tests.exchange.people import EAST, NOW_MS, PEOPLE, PROJECT, PROVINCE, WEST, Province, edit, found, report


class Phone:
    """What one phone holds; repairs itself when the digests differ."""

    def __init__(self, province: Province, person: str, replica: str = "") -> None:
        self.province, self.person, self.replica = province, person, replica or f"r-{person}"
        self.items: dict[tuple[str, str], Item] = {}
        self.cursor = self.epoch = ""
        self.made = self.repairs = 0
        self.pages: list[SyncResponse] = []

    async def sync(self, *changes: Change, page_bytes: int = 0) -> SyncResponse:
        self.made = max([self.made, *(change.sequence for change in changes)])
        while True:
            request = SyncRequest(
                protocol=1,
                replica=self.replica,
                changes=list(changes),
                made_up_to=self.made,
                cursor=self.cursor,
                epoch=self.epoch,
                page_bytes=page_bytes,
            )
            answer = await handle(self.province.exchange, self.province.actors[self.person], request, NOW_MS)
            self.pages.append(answer)
            if self.epoch and answer.epoch != self.epoch:
                self.items, self.cursor, self.epoch = {}, "", answer.epoch
                continue
            self.take(answer)
            if not answer.more:
                break
        if answer.digest != self.digest():
            await self.repair()
            assert answer.digest == self.digest()
        return answer

    def take(self, answer: SyncResponse) -> None:
        self.epoch, self.cursor = answer.epoch, answer.cursor
        self.items |= {(item.kind, item.id): item for item in answer.items}
        for gone in answer.gone:
            self.items.pop((gone.kind, gone.id), None)
        self.items = {
            key: item
            for key, item in self.items.items()
            if not (item.position <= answer.floor and item.kind == "submission" and not item.conflicts)
        }

    def digest(self) -> str:
        return to_text(total(hash_held(item) for item in self.items.values()))

    def buckets(self) -> list[str]:
        sums = [total([])] * DIGEST_BUCKETS
        for item in self.items.values():
            number = bucket_of(item.kind, item.id)
            sums[number] = add(sums[number], hash_held(item))
        return [to_text(one) for one in sums]

    async def repair(self) -> None:
        self.repairs += 1
        exchange, actor = self.province.exchange, self.province.actors[self.person]
        first = await handle_repair(
            exchange, actor, RepairRequest(protocol=1, replica=self.replica, buckets=self.buckets())
        )
        for bucket in first.differing:
            while True:
                held = [
                    Held(kind=item.kind, id=item.id, revision=item.revision)
                    for item in self.items.values()
                    if bucket_of(item.kind, item.id) == bucket
                ]
                asked = RepairRequest(protocol=1, replica=self.replica, bucket=bucket, held=held, page_bytes=5000)
                answer = await handle_repair(exchange, actor, asked)
                self.items |= {(item.kind, item.id): item for item in answer.items}
                for gone in answer.gone:
                    self.items.pop((gone.kind, gone.id), None)
                if not answer.more:
                    break

    def ids(self) -> set[str]:
        return {name for _, name in self.items}


def topic(sequence: int, name: str, area: str) -> Change:
    return Change(sequence=sequence, intent="create", kind="topic", id=name, fields={"area": area, "title": "Nước"})


async def test_pages_follow_the_byte_budget_and_end_with_everything(province: Province) -> None:
    phone = Phone(province, "hoa")
    await phone.sync(*[report(n, f"s{n}", long="x" * 900) for n in range(1, 31)])
    fresh = Phone(province, "hoa", "r-hoa2")
    await fresh.sync(page_bytes=4096)
    assert len(fresh.pages) >= 8
    assert all(page.more for page in fresh.pages[:-1])
    assert all(not page.digest for page in fresh.pages[:-1])
    assert fresh.items == phone.items
    assert fresh.repairs == 0


async def test_only_the_newest_state_of_an_item_is_sent(province: Province) -> None:
    phone = Phone(province, "hoa")
    await phone.sync(report(1, "s1"))
    for n in range(2, 12):
        await phone.sync(edit(n, "s1", n - 1, what=f"lần {n}"))
    fresh = Phone(province, "hoa", "r-hoa2")
    answer = await fresh.sync()
    assert [(item.revision, item.position) for item in answer.items] == [(11, 11)]


async def test_each_person_reads_only_their_scope(province: Province) -> None:
    await Phone(province, "hoa").sync(report(1, "hoa-east"), report(2, "hoa-west", area=WEST))
    await Phone(province, "lan").sync(report(1, "lan-east"))
    await Phone(province, "cuc").sync(
        topic(1, "topic-east", EAST), topic(2, "topic-west", WEST), topic(3, "all", PROVINCE)
    )
    seen = {}
    for person in PEOPLE:
        phone = Phone(province, person, f"fresh-{person}")
        await phone.sync()
        assert phone.repairs == 0
        seen[person] = phone.ids()
    assert seen == {
        "hoa": {"hoa-east", "hoa-west", "topic-east", "topic-west", "all"},
        "lan": {"lan-east", "topic-east", "all"},
        "binh": {"hoa-east", "lan-east", "topic-east", "all"},
        "dung": {"hoa-east", "hoa-west", "lan-east", "topic-east", "topic-west", "all"},
        "cuc": {"hoa-east", "hoa-west", "lan-east", "topic-east", "topic-west", "all"},
    }


async def test_an_item_that_moves_to_another_area_leaves_the_phones_of_the_old_one(province: Province) -> None:
    staff, lan, hoa = Phone(province, "cuc"), Phone(province, "lan"), Phone(province, "hoa")
    await staff.sync(topic(1, "t1", EAST))
    await lan.sync()
    await hoa.sync()
    assert lan.ids() == hoa.ids() == {"t1"}
    move = Change(sequence=2, intent="edit", kind="topic", id="t1", base=1, fields={"area": WEST})
    await staff.sync(move)
    await lan.sync()
    await hoa.sync()
    assert (lan.ids(), lan.repairs) == (set(), 0)
    assert hoa.items["topic", "t1"].fields["area"] == WEST
    back = Change(sequence=3, intent="edit", kind="topic", id="t1", base=2, fields={"area": EAST})
    await staff.sync(back)
    await lan.sync()
    await hoa.sync()
    assert lan.ids() == hoa.ids() == {"t1"}
    assert lan.repairs == hoa.repairs == 0


async def test_a_deleted_item_goes_from_every_phone_and_a_fresh_one_never_hears_of_it(province: Province) -> None:
    hoa, binh = Phone(province, "hoa"), Phone(province, "binh")
    await hoa.sync(report(1, "s1"))
    await binh.sync()
    await hoa.sync(Change(sequence=2, intent="delete", kind="submission", id="s1", base=1))
    answer = await binh.sync()
    assert [gone.id for gone in answer.gone] == ["s1"]
    assert binh.ids() == hoa.ids() == set()
    fresh = Phone(province, "binh", "fresh")
    answer = await fresh.sync()
    assert answer.gone == []
    assert binh.repairs == hoa.repairs == fresh.repairs == 0


async def test_after_a_change_of_areas_the_phone_is_repaired_in_both_directions(province: Province) -> None:
    await Phone(province, "cuc").sync(topic(1, "east", EAST), topic(2, "west", WEST), topic(3, "everywhere", PROVINCE))
    lan = Phone(province, "lan")
    await lan.sync()
    assert lan.ids() == {"east", "everywhere"}
    moved = Person(project=PROJECT, person="lan", name="Lan", role="collaborator", areas=(WEST,))
    await province.exchange.database.writer.run(lambda tx: save_person(tx, moved))
    west = frozenset({WEST})
    province.actors["lan"] = structs.replace(
        province.actors["lan"], areas=(WEST,), below=west, above=frozenset({PROVINCE})
    )
    await lan.sync()
    assert lan.ids() == {"west", "everywhere"}
    assert lan.repairs == 1
    await lan.sync()
    assert lan.repairs == 1


async def test_a_phone_that_lost_items_is_repaired_by_bucket_and_it_is_counted(province: Province) -> None:
    phone = Phone(province, "hoa")
    await phone.sync(*[report(n, f"s{n}") for n in range(1, 60)])
    whole = dict(phone.items)
    del phone.items["submission", "s7"]
    stale = phone.items["submission", "s9"]
    phone.items["submission", "s9"] = structs.replace(stale, revision=99)
    phone.items["submission", "foreign"] = structs.replace(stale, id="foreign")
    await phone.sync()
    assert phone.items == whole
    (row,) = await province.exchange.database.reader.fetch("SELECT repairs FROM replicas WHERE replica = 'r-hoa'")
    assert row["repairs"] == 1


async def test_behind_the_horizon_a_phone_starts_at_the_head_and_repairs(province: Province) -> None:
    hoa, binh = Phone(province, "hoa"), Phone(province, "binh")
    await hoa.sync(report(1, "s1"), report(2, "s2"))
    await binh.sync()
    await hoa.sync(Change(sequence=3, intent="delete", kind="submission", id="s1", base=1), report(4, "s4"))
    await province.exchange.database.writer.run(lambda tx: set_horizon(tx, PROJECT, 4))
    await binh.sync()
    assert binh.ids() == {"s2", "s4"}
    assert binh.repairs == 1


async def test_in_another_epoch_nothing_is_judged_and_the_phone_starts_anew(province: Province) -> None:
    phone = Phone(province, "hoa")
    await phone.sync(report(1, "s1"))
    await province.exchange.database.writer.run(lambda tx: set_epoch(tx, PROJECT, "epoch-2"))
    request = SyncRequest(protocol=1, replica="r-hoa", changes=[report(2, "s2")], made_up_to=2, epoch="epoch-1")
    answer = await handle(province.exchange, province.actors["hoa"], request, NOW_MS)
    assert (answer.epoch, answer.outcomes, answer.items, answer.gaps) == ("epoch-2", [], [], [(2, 2)])
    await phone.sync(report(2, "s2"))
    assert phone.ids() == {"s1", "s2"}


@pytest.mark.parametrize("person", ["hoa", "binh", "cuc"])
async def test_over_the_budget_the_oldest_closed_items_leave(database: Database, person: str) -> None:
    province = await found(database, budget=10)
    writer = Phone(province, "hoa")
    for n in range(1, 26):
        await writer.sync(report(n, f"s{n}"))
    staff = Phone(province, "cuc", "r-topics")
    await staff.sync(topic(1, "t1", EAST))
    fresh = Phone(province, person, "fresh")
    await fresh.sync()
    assert fresh.ids() == {f"s{n}" for n in range(17, 26)} | {"t1"}
    assert fresh.repairs == 0
    await writer.sync(report(26, "s26"))
    await fresh.sync()
    assert fresh.ids() == {f"s{n}" for n in range(18, 27)} | {"t1"}
    assert fresh.repairs == 0


async def test_what_a_phone_just_created_comes_back_as_a_position_and_nothing_more(province: Province) -> None:
    """PULL-7."""
    changes = [
        report(1, "s1"),
        report(2, "s2"),
        edit(3, "s2", 0, what="lũ"),
        report(4, "s4", **{"crop[a]/kind": "lúa"}),
    ]
    asked = SyncRequest(protocol=1, replica="r-hoa", changes=changes, made_up_to=4, lean=True)
    answer = await handle(province.exchange, province.actors["hoa"], asked, NOW_MS)
    assert [one.result for one in answer.outcomes] == ["applied"] * 4
    assert [item.id for item in answer.items] == ["s2", "s4"], "amended since, or more than the change said"
    assert [one.position for one in answer.outcomes] == [1, 0, 0, 0]
    entries = [Entry(replica="r-hoa", change=change) for change in changes]
    built = created_items(entries, "r-hoa", answer.outcomes, person="hoa", name="Hoa", at_ms=answer.server_at_ms)
    assert to_text(total(map(hash_held, [*built, *answer.items]))) == answer.digest
    full = await handle(
        province.exchange, province.actors["hoa"], structs.replace(asked, changes=[], lean=False), NOW_MS
    )
    assert [item for item in full.items if item.id == "s1"] == built


async def test_an_idle_sync_writes_nothing_and_sends_nothing(province: Province) -> None:
    phone = Phone(province, "hoa")
    await phone.sync(report(1, "s1"))
    before = await province.exchange.database.reader.fetch("SELECT last_contact_at_ms, chain FROM replicas")
    answer = await phone.sync()
    assert (answer.items, answer.gone, answer.more, answer.outcomes) == ([], [], False, [])
    after = await province.exchange.database.reader.fetch("SELECT last_contact_at_ms, chain FROM replicas")
    assert [tuple(row) for row in before] == [tuple(row) for row in after]
