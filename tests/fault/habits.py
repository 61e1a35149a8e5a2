"""What the people of a simulation do between two syncs: report, amend, settle, delete, now and then something absurd.

All choices come from the simulation's one seeded source. Every change carries a mark for the ledger.
"""

from random import Random

from sync.journal import Entry
from sync.protocol import Item, Value
from tests.fault.phone import Key, SimPhone
from tests.fault.world import START_MS, Member

QUESTIONS = ("/data/what", "/data/where", "/data/how_many")
WORDS = ("ngập", "sạt lở", "nước bẩn", "thiếu thuốc", "rác", "đường hỏng", "dịch bệnh", "mất điện")


class Habits:
    def __init__(self, random: Random, everyone: list[Member]) -> None:
        self.random, self.everyone = random, everyone
        self.made = 0
        self.reported: dict[str, list[Key]] = {}
        """Reports of a person (for themselves) and of a team (for its coordinator), newest last."""

    def act(self, number: int, phone: SimPhone, area: str, now_ms: int, clock_ms: int) -> Entry:
        """One change on this phone. `clock_ms`: how far its clock is off."""
        self.made += 1
        mark, at_ms = f"{number}/{self.made}", START_MS + now_ms + clock_ms
        member = self.everyone[number]
        roll = self.random.random()
        disputed = self._disputed(phone)
        if disputed is not None and roll < 0.25:
            return self._settle(phone, disputed, mark, at_ms)
        if roll < 0.004:
            return phone.make(
                "edit", ("submission", f"nowhere-{self.made}"), {"/data/what": "?"}, mark=mark, at_ms=at_ms
            )
        key = self._pick(member, phone)
        if key is None or roll > 0.82:
            return self._report(member, phone, area, mark, at_ms)
        if roll > 0.805:
            return phone.make("delete", key, {}, mark=mark, at_ms=at_ms)
        fields: dict[str, Value] = {
            name: self._words() for name in self.random.sample(QUESTIONS, self.random.randint(1, 3))
        }
        return phone.make("edit", key, fields, mark=mark, at_ms=at_ms)

    def _report(self, member: Member, phone: SimPhone, area: str, mark: str, at_ms: int) -> Entry:
        if member.role == "coordinator" and self.random.random() < 0.5:
            key: Key = ("topic", f"t{self.made}")
            return phone.make(
                "create", key, {"title": self._words(), "area": area, "state": "new"}, mark=mark, at_ms=at_ms
            )
        key = ("submission", f"s{self.made}")
        fields: dict[str, Value] = {"form": "topic", "form_version": "1", "area": area}
        fields.update({name: self._words() for name in QUESTIONS})
        self.reported.setdefault(member.person, []).append(key)
        self.reported.setdefault(f"team {member.team}", []).append(key)
        return phone.make("create", key, fields, mark=mark, at_ms=at_ms)

    def _settle(self, phone: SimPhone, item: Item, mark: str, at_ms: int) -> Entry:
        chosen: dict[str, Value] = {}
        for conflict in item.conflicts:
            chosen[conflict.field] = self.random.choice([conflict.standing, conflict.arriving, self._words()])
        if "deleted" in chosen or item.deleted:
            chosen["deleted"] = self.random.choice(["1", None])
        settles = tuple(conflict.id for conflict in item.conflicts)
        return phone.make("resolve", (item.kind, item.id), chosen, mark=mark, at_ms=at_ms, settles=settles)

    def _disputed(self, phone: SimPhone) -> Item | None:
        if not phone.disputed:
            return None
        return phone.items[self.random.choice(sorted(phone.disputed))]

    def _pick(self, member: Member, phone: SimPhone) -> Key | None:
        """A report that this phone knows: one of the lasting few that everybody amends, or one of the last."""
        reports = self.reported.get(f"team {member.team}" if member.role == "coordinator" else member.person, [])
        recent = [*reports[:3], *reports[-2:]]
        known = [key for key in recent if key in phone.items or self._own(phone, key)]
        return self.random.choice(known) if known else None

    @staticmethod
    def _own(phone: SimPhone, key: Key) -> bool:
        return any((entry.change.kind, entry.change.id) == key for entry in phone.entries[-8:])

    def _words(self) -> str:
        return f"{self.random.choice(WORDS)} {self.random.randint(1, 10**6)}"
