"""`python -m tests.fault.twin --scenarios N --seed S`: the phone's own TypeScript replica and its Python twin live
through the same generated scenarios, each against a real server, and must say and hold the same at every step.

A scenario: a coordinator, a collaborator with two phones and a colleague write into the same reports; requests and
answers get lost, a captive portal answers, phones die in the middle, lose storage, are restored from a copy, people
move, backups are put back. At its end everything heals: no queue stays, digests are the server's, nothing is lost.
The last line is JSON; `differed`, `lost` and `stuck` must be 0.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct
from msgspec import json as msgjson

from server.keys import load_keys, public_jwk
from server.store.actor import hash_secret
from server.store.database import open_database
from server.store.migrating import migrate
from tests.fault.node_phones import NodePhones, build
from tests.fault.phone import Key, SimPhone
from tests.fault.twin_sides import Answer, Ground, NodeSide, PythonSide, workplace
from tests.fault.wire import enrol
from tests.fault.world import START_MS, Member, members, settle, verifier

SEATS = (0, 1, 2, 6)
"""Of a team of ten: its coordinator, one person's two phones, and a colleague's."""
FAULTS = ("lost", "dropped", "dropped", "html", "json", "busy", "died", "died_before")
HEALING_ROUNDS = 12


class Outcome(Struct, frozen=True, kw_only=True):
    scenarios: int
    steps: int
    changes: int
    requests: int
    differed: int
    lost: int
    stuck: int
    splits: int
    repairs: int
    happened: dict[str, int]
    seconds: float


class Scenario:
    """Thinks out orders as it goes, looking at the Python twin: what a person would do with what is on the phone."""

    def __init__(self, number: int, seed: int, team: list[Member], side: PythonSide) -> None:
        self.number, self.dice, self.side = number, Random(f"{seed}/{number}"), side
        self.team = {f"d{number}x{seat}": team[seat] for seat in SEATS}
        self.names = list(self.team)
        self.clocks = {name: self.dice.choice((0, 0, -7_200_000, 315_360_000_000)) for name in self.names}
        self.steps: list[tuple[Answer, Answer]] = []
        self.made: dict[str, Key] = {}
        """Every value written in this scenario; each is written once."""
        self.excused: set[str] = set()
        self.stuck: list[str] = []
        self.happened: Counter[str] = Counter()
        self.backed_up = False

    async def play(self) -> None:
        for name, member in self.team.items():
            await self._do(
                "enrol", name, member=member, replica=name, token=token_of(member), clock_ms=self.clocks[name]
            )
        for _ in range(self.dice.randint(20, 45)):
            await self._step()
        await self._heal()
        await self._do("forget")

    async def _step(self) -> None:
        roll, name = self.dice.random(), self.dice.choice(self.names)
        phone = self.side.phones[name]
        if roll < 0.5:
            await self._make(name, phone)
        elif roll < 0.91:
            faults = [self.dice.choice(FAULTS) if self.dice.random() < 0.3 else "ok" for _ in range(8)]
            await self._do("sync", name, faults=faults)
        elif roll < 0.94:
            await self._damage(name, phone)
        elif roll < 0.96:
            await self._copy(name)
        elif roll < 0.98:
            area, person = self.dice.choice(("c0", "c1", self.team[self.names[0]].area)), self.team[name].person
            await self._do("move", area=area, person=person)
        elif not self.backed_up and self.number % 20 == 7:
            self.backed_up = True
            await self._do("back_up")
        elif self.backed_up and self.dice.random() < 0.5:
            await self._do("put_back", epoch=f"epoch-{self.number}")
            self.backed_up = False

    async def _make(self, name: str, phone: SimPhone) -> None:
        number = len(self.made) + 1
        word = f"{self.number}/{number}"
        known = sorted(key for key in self.made.values() if key[0] == "submission" and self._sees(phone, key))
        roll = self.dice.random()
        if phone.disputed and roll < 0.35:
            key = self.dice.choice(sorted(phone.disputed))
            item = phone.items[key]
            fields: dict[str, Any] = {
                conflict.field: self.dice.choice((conflict.standing, conflict.arriving, word))
                for conflict in item.conflicts
            }
            if "deleted" in fields or item.deleted:
                fields["deleted"] = self.dice.choice(("1", None))
            making = {"intent": "resolve", "fields": fields, "settles": [one.id for one in item.conflicts]}
        elif known and roll < 0.75:
            key = self.dice.choice(known)
            if self.dice.random() < 0.07:
                making = {"intent": "delete", "fields": {}}
            else:
                names = self.dice.sample(("/data/a", "/data/b", "/data/c", "/data/end"), self.dice.randint(1, 2))
                making = {"intent": "edit", "fields": dict.fromkeys(names, word)}
        else:
            key = ("submission", f"s{self.number}-{number}" if roll < 0.97 else f"poison{self.number}-{number}")
            area = self.team[self.names[0]].area
            making = {
                "intent": "create",
                "fields": {"form": "topic", "form_version": "1", "area": area, "/data/a": word},
            }
        if word in making["fields"].values():  # type: ignore[attr-defined]
            self.made[word] = key
        if key[1].startswith("poison"):
            self.excused.add(word)
        making |= {"kind": key[0], "id": key[1]}
        await self._do("make", name, making=making, at_ms=START_MS + number * 1000 + self.clocks[name])

    @staticmethod
    def _sees(phone: SimPhone, key: Key) -> bool:
        return key in phone.items or any((one.change.kind, one.change.id) == key for one in phone.entries)

    async def _damage(self, name: str, phone: SimPhone) -> None:
        lost = [entry for entry in phone.entries if entry.state == "unsent"]
        if lost:
            entry = self.dice.choice(lost)
            self.excused |= {str(value) for value in entry.change.fields.values()}
            await self._do("damage", name, replica=entry.replica, sequence=entry.change.sequence)

    async def _copy(self, name: str) -> None:
        if len(self.names) == len(SEATS):
            to = f"{name}c"
            self.team[to], self.clocks[to] = self.team[name], self.clocks[name]
            self.names.append(to)
            await self._do("copy", name, to=to)

    async def _heal(self) -> None:
        """With the network healed every queue must empty, until a whole pass is one quiet request for each phone."""
        for _ in range(HEALING_ROUNDS):
            self.stuck = [name for name in self.names if not await self._rests(name)]
            if not self.stuck:
                break
        for name in self.names:
            phone = self.side.phones[name]
            self.happened["splits"] += phone.splits
            waiting = [entry.change.fields for entry in phone.entries if entry.state == "attention"]
            self.excused |= {str(value) for fields in waiting for value in fields.values()}

    async def _rests(self, name: str) -> bool:
        answer = await self._do("sync", name, faults=[])
        last = answer["said"][-1]["answer"]
        quiet = len(answer["said"]) == 1 and not isinstance(last, str)
        return quiet and not self._busy(name) and last.get("digest") == answer["state"]["digest"]

    def _busy(self, name: str) -> bool:
        phone = self.side.phones[name]
        return phone.machine.state != "idle" or bool(phone.waiting())

    async def _do(self, what: str, phone: str = "", **rest: Any) -> Answer:
        order: Answer = {"do": what, "phone": phone, **rest}
        answer = await self.side.obey(order)
        self.happened[what] += 1
        for said in answer.get("said", []):
            if isinstance(said.get("answer"), str):
                self.happened[said["answer"]] += 1
        self.steps.append((order, answer))
        return answer


def difference(ours: Any, theirs: Any, path: str = "") -> str:
    """The first place where two answers differ, in words; "" when they do not."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys(), key=lambda name: (name != "said", name)):
            if found := difference(ours.get(name), theirs.get(name), f"{path}.{name}"):
                return found
        return ""
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return next(
            (
                found
                for i, (a, b) in enumerate(zip(ours, theirs, strict=True))
                if (found := difference(a, b, f"{path}[{i}]"))
            ),
            "",
        )
    return "" if ours == theirs else f"{path}: Python {json.dumps(ours)[:600]}, TypeScript {json.dumps(theirs)[:600]}"


def token_of(member: Member) -> str:
    return f"session-of-device-{member.device}"


async def prepare(folder: Path, scenarios: int) -> list[Member]:
    """A migrated data folder with everybody enrolled: session tokens are told by the device."""
    everyone = members(10 * max(8, scenarios))
    url = f"sqlite:///{folder}/langnghe.sqlite"
    await migrate(url, folder)
    load_keys(folder)
    async with await open_database(url, folder, migrate=False) as database:
        await database.writer.run(lambda tx: settle(tx, everyone))
        for member in everyone:
            if int(member.device[1:]) % 10 in SEATS:
                await database.writer.run(lambda tx, one=member: enrol(tx, one, hash_secret(token_of(one))))  # type: ignore[misc]
    return everyone


async def compare(scenarios: int, seed: int, only: int | None = None) -> tuple[Outcome, list[str]]:
    """Play all scenarios on both sides. Answers the outcome and what differed, in words."""
    began = time.perf_counter()
    with workplace() as place:
        folder = Path(place)
        (folder / "prepared").mkdir()
        everyone = await prepare(folder / "prepared", scenarios)
        bundle = build(folder / "node")
        keys = load_keys(folder / "prepared")
        grounds = [Ground(folder / "prepared", folder / name) for name in ("python", "typescript")]
        try:
            await asyncio.gather(*(asyncio.to_thread(ground.start) for ground in grounds))
            async with NodePhones(bundle) as node:
                ours = PythonSide(grounds[0], verifier(keys.receipt.public_key()))
                theirs = NodeSide(grounds[1], node, public_jwk(keys.receipt))
                wanted = range(scenarios) if only is None else [only]
                plays, words = await _play(wanted, seed, everyone, ours, theirs)
        finally:
            for ground in grounds:
                ground.stop()
        lost = [word for ground in grounds for word in missing(ground, plays)]
    happened = sum((play.happened for play in plays), Counter[str]())
    answers = [answer for play in plays for _, answer in play.steps]
    stuck = [name for play in plays for name in play.stuck]
    outcome = Outcome(
        scenarios=len(plays),
        steps=sum(len(play.steps) for play in plays),
        changes=sum(len(play.made) for play in plays),
        requests=sum(len(answer.get("said", [])) for answer in answers),
        differed=len(words),
        lost=len(lost),
        stuck=len(stuck),
        splits=happened["splits"],
        repairs=sum(said["path"] == "/sync/repair" for answer in answers for said in answer.get("said", [])),
        happened=dict(sorted(happened.items())),
        seconds=round(time.perf_counter() - began, 1),
    )
    return outcome, [*words, *(f"lost: {word}" for word in lost), *(f"stuck: {name}" for name in stuck)]


async def _play(
    wanted: Any, seed: int, everyone: list[Member], ours: PythonSide, theirs: NodeSide
) -> tuple[list[Scenario], list[str]]:
    """Python plays ahead by one scenario; TypeScript follows with the same orders."""
    plays: list[Scenario] = []
    words: list[str] = []
    following: asyncio.Task[str] | None = None
    for number in wanted:
        play = Scenario(number, seed, everyone[10 * number : 10 * number + 10], ours)
        plays.append(play)
        await play.play()
        if following is not None and (word := await following):
            words.append(word)
        following = asyncio.create_task(_follow(play, theirs))
    if following is not None and (word := await following):
        words.append(word)
    return plays, words


async def _follow(play: Scenario, theirs: NodeSide) -> str:
    """The first difference of a scenario, in words."""
    first = ""
    for i, (order, ours) in enumerate(play.steps):
        answer = await theirs.obey(order)
        if not first and order["do"] != "forget":
            found = difference(ours, answer)
            first = found and f"scenario {play.number}, step {i} ({order['do']} {order['phone']}): {found}"
    return first


def missing(ground: Ground, plays: list[Scenario]) -> list[str]:
    """Values that phones wrote and no change on the server holds."""
    with sqlite3.connect(ground.file) as database:
        bodies = "\n".join(bytes(body).decode() for (body,) in database.execute("SELECT body FROM changes"))
    database.close()
    return [word for play in plays for word in play.made if word not in play.excused and f'"{word}"' not in bodies]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.twin", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="play this one scenario")
    asked = parser.parse_args()
    outcome, words = asyncio.run(compare(asked.scenarios, asked.seed, asked.only))
    for word in words[:40]:
        print(word, file=sys.stderr)
    print(msgjson.encode(outcome).decode())
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
