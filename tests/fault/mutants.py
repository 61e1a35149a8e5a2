"""`python -m tests.fault.mutants`: break each invariant on purpose and list which checker notices.

A mutant is a patch over the real code and a scenario that answers what does not hold. Without the patch the scenario
must be silent, with it it must speak. One that survives means a checker that proves nothing.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec import Struct, structs

from server.exchange import judging, pull, push
from server.exchange.items import Workspace
from server.exchange.sync import handle
from server.store import changes, places, scope, sqlite_writer, writer
from server.store.audit import append_audit
from server.store.crash_points import set_hook
from server.store.database import Database, open_database
from sync import draft, journal
from sync.protocol import Change, SyncRequest, SyncResponse
from tests.exchange.people import EAST, NOW_MS, PROJECT, WEST, edit, found, report
from tests.fault import invariants as check
from tests.fault import phone as twin
from tests.fault.simulate import simulate
from tests.fault.simulation import Faults
from tests.fault.world import verifier

Scenario = Callable[[Database], Awaitable[list[str]]]


class Mutant(Struct, frozen=True):
    """`patches`: makes the fault while it is entered."""

    name: str
    patches: Callable[[], Any]
    scenario: Scenario


async def simulated(database: Database) -> list[str]:
    """A small simulation with many crashes; phones may need no repair beside those who moved or were copied."""
    faults = Faults(server_crash=0.15, damaged=0, copied=0, moved=0, revoked=0)
    outcome, words = await simulate(database, phones=20, changes=240, seed=4, faults=faults)
    return words + ([f"I5: {outcome.repairs} repairs without a reason"] if outcome.repairs else [])


async def acknowledged(database: Database) -> list[str]:
    """The power fails at COMMIT: what was answered by then must be there."""
    province = await found(database)
    asked = SyncRequest(protocol=1, replica="r", changes=[report(1, "s1")], made_up_to=1)
    set_hook(_power_cut)
    try:
        answers = await asyncio.gather(
            handle(province.exchange, province.actors["hoa"], asked, NOW_MS), return_exceptions=True
        )
    finally:
        set_hook(None)
    heard = [one for one in answers if isinstance(one, SyncResponse)]
    stored = await database.reader.fetch("SELECT sequence FROM changes")
    return [f"I1: {out.sequence} was acknowledged and is gone" for one in heard for out in one.outcomes if not stored]


def _power_cut(point: str) -> None:
    if point == "after_save_before_commit":
        raise OSError("power cut")


async def apart(database: Database) -> list[str]:
    """Two people write one field apart: both values must stand or wait in a conflict, whoever comes first."""
    province = await found(database)
    found_words = []
    for name, first, second in (("s1", "hoa", "binh"), ("s2", "binh", "hoa")):
        await _push(province, "hoa", report(1 if name == "s1" else 3, name))
        values = {"hoa": "lũ", "binh": "hạn"}
        for person in (first, second):
            sequence = {"s1": {"hoa": 2, "binh": 1}, "s2": {"hoa": 4, "binh": 2}}[name][person]
            await _push(province, person, edit(sequence, name, 1, what=values[person]))
        (item,) = (await _push(province, "hoa", cursor="")).items[-1:]
        kept = {item.fields["/data/what"], *(one.arriving for one in item.conflicts)}
        found_words += [f"I7: {value} vanished" for value in values.values() if value not in kept]
    return found_words


async def twice(database: Database) -> list[str]:
    """The same push comes twice, and once more while it is under way."""
    province = await found(database)
    await _push(province, "hoa", report(1, "s1"))
    change = edit(2, "s1", 1, what="lũ")
    answers = await asyncio.gather(*(_push(province, "hoa", change) for _ in range(3)))
    answers.append(await _push(province, "hoa", change))
    said = {repr(structs.replace(one.outcomes[0], duplicate=False)) for one in answers}
    words = await database.reader.read(lambda tx: check.database_is_sound(tx, PROJECT))
    return words + (["I2: the same push heard different outcomes"] if len(said) > 1 else [])


async def killed_while_saving(database: Database) -> list[str]:
    """The phone dies between two writes of its save; what its cursor claims it must hold."""
    province = await found(database)
    await _push(province, "hoa", *[report(n, f"s{n}") for n in range(1, 9)])
    phone = twin.SimPhone("phone-binh", "binh", verifier(_receipt_key(database).public_key()))
    phone.step("woken")
    phone.hear(await handle(province.exchange, province.actors["binh"], phone.request(), NOW_MS))

    def die(*_: Any) -> None:
        raise InterruptedError

    with patch.object(twin.SimPhone, "put", die):
        try:
            phone.save()
        except InterruptedError:
            phone.start()
    answer = await handle(province.exchange, province.actors["binh"], phone.request(), NOW_MS)
    held = {item.id for item in answer.items} | {name for _, name in phone.items}
    return [f"I5: the cursor passed s{n}" for n in range(1, 9) if f"s{n}" not in held]


async def everybody_reads(database: Database) -> list[str]:
    """What each person is sent must be in their scope."""
    province = await found(database)
    await _push(province, "hoa", report(1, "east", area=EAST), report(2, "west", area=WEST))
    words = []
    for person, allowed in {"lan": set(), "binh": {"east"}}.items():
        answer = await _push(province, person)
        words += [f"I12: {person} was sent {item.id}" for item in answer.items if item.id not in allowed]
    return words


async def audited(database: Database) -> list[str]:
    """An entry of the audit is altered afterwards."""
    await found(database)
    for number in range(3):
        await database.writer.run(
            lambda tx, n=number: append_audit(tx, PROJECT, at_ms=n, actor="a", verb="v", subject="s"),
            PROJECT,  # type: ignore[misc]
        )
    await _alter_audit(database)
    return await database.reader.read(lambda tx: check.audit_holds(tx, PROJECT))


async def _alter_audit(_: Database) -> None:
    """What the mutant does."""


async def synced(database: Database) -> list[str]:
    """Every COMMIT must reach the disk before the answer."""
    (row,) = await database.writer.run(lambda tx: tx.fetch("PRAGMA synchronous"))
    (mode,) = await database.writer.run(lambda tx: tx.fetch("PRAGMA journal_mode"))
    return (
        []
        if (row[0], mode[0]) == (2, "wal")
        else [f"I1: synchronous is {row[0]}: a power cut takes acknowledged changes"]
    )


async def holes(database: Database) -> list[str]:
    """Units that fail beside others must leave no hole in the feed."""
    province = await found(database)

    async def fails(tx: writer.WriteTx) -> None:
        await push.receive(tx, province.actors["lan"], "r-lan", [report(1, "undone")], now_ms=NOW_MS)
        raise ValueError

    await asyncio.gather(
        _push(province, "hoa", report(1, "s1")),
        database.writer.run(fails, PROJECT),
        _push(province, "binh", report(1, "s2")),
        return_exceptions=True,
    )
    return await database.reader.read(lambda tx: check.database_is_sound(tx, PROJECT))


async def unreceipted(database: Database) -> list[str]:
    """I3: what has an outcome but no receipt is still on the phone."""
    await found(database)
    phone = twin.SimPhone("d", "hoa", lambda _: True)
    for number in range(4):
        phone.make("create", ("submission", f"s{number}"), {"form": "topic", "area": EAST}, mark=str(number), at_ms=0)
    outcomes = [journal.Outcome(sequence=sequence, result="applied", revision=1) for sequence in range(1, 5)]
    phone.hear(SyncResponse(protocol=1, epoch="e", outcomes=outcomes, received_up_to=4))
    phone.save()
    return [f"I3: change {n} is gone without a receipt" for n in range(1, 5) if n not in _sequences(phone)]


def _sequences(phone: twin.SimPhone) -> set[int]:
    return {entry.change.sequence for entry in phone.entries}


async def _push(province: Any, person: str, *sent: Change, **more: Any) -> SyncResponse:
    made = max([change.sequence for change in sent], default=0)
    asked = SyncRequest(protocol=1, replica=f"r-{person}", changes=list(sent), made_up_to=made, **more)
    return await handle(province.exchange, province.actors[person], asked, NOW_MS)


def _receipt_key(database: Database) -> Any:
    from server.keys import load_keys

    return load_keys(database.data).receipt


# The mutants.


def bigserial_positions() -> Any:
    """Numbers of a sequence are not given back when their transaction is undone."""
    return patch.object(writer.Counters, "restore", lambda self, marks: None)


@contextmanager
def answer_before_commit() -> Iterator[None]:
    real = sqlite_writer.SqliteWriter.run

    async def eager(self: Any, unit: Any, project: str = "") -> Any:
        said: list[Any] = []

        async def spying(tx: Any) -> Any:
            said.append(await unit(tx))
            return said[0]

        try:
            return await real(self, spying, project)
        except OSError:
            return said[0]

    with patch.object(sqlite_writer.SqliteWriter, "run", eager):
        yield


@contextmanager
def no_unique_identity() -> Iterator[None]:
    async def nothing(*_: Any) -> dict[int, Any]:
        return {}

    real = changes.insert_rows

    async def careless(tx: Any, table: str, columns: Any, rows: Any, tail: str = "") -> None:
        await real(tx, table, columns, rows, " ON CONFLICT DO NOTHING")

    with patch.object(push, "load_changes", nothing), patch.object(changes, "insert_rows", careless):
        yield


def last_write_wins() -> Any:
    def overwrite(self: Any, name: str, arriving: Any) -> None:
        self.set(name, arriving)

    return patch.object(draft.Draft, "keep_both", overwrite)


@contextmanager
def cursor_before_rows() -> Iterator[None]:
    real = twin.SimPhone.save

    def save(self: Any) -> Any:
        self.cursor, self.epoch = self.answer.cursor, self.answer.epoch
        return real(self)

    with patch.object(twin.SimPhone, "save", save):
        yield


@contextmanager
def relaxed_sync() -> Iterator[None]:
    real = places.connect_sqlite

    def relaxed(path: Path, **more: Any) -> Any:
        connection = real(path, **more)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    with patch("server.store.database.connect_sqlite", relaxed):
        yield


def scope_without_area() -> Any:
    return patch.object(scope.Scope, "ranges", lambda self: iter([("all", ("",)), ("team", (EAST, WEST))]))


def pull_trusts_the_index() -> Any:
    """Nobody looks at the item itself once more before it is sent."""

    def everything(self: Any, audience: str, area: str, author: str) -> bool:
        return True

    return patch.object(scope.Scope, "reads", everything)


@contextmanager
def scope_forgotten() -> Iterator[None]:
    with scope_without_area(), pull_trusts_the_index():
        yield


def digests_left_behind() -> Any:
    async def nothing(*_: Any) -> None:
        return None

    return patch("server.exchange.items.save_sums", nothing)


def received_over_a_gap() -> Any:
    """A held change counts as received."""
    real = judging.Judging.take

    def take(self: Any, change: Change, arrived: Any) -> Any:
        outcome = real(self, change, arrived)
        if outcome.result == "held":
            self.received_up_to = max(self.received_up_to, change.sequence)
        return outcome

    return patch.object(judging.Judging, "take", take)


def event_twice() -> Any:
    real = Workspace._tell

    def tell(self: Any, *about: Any) -> None:
        real(self, *about)
        self.happened += [(project, f"{key}-again", row) for project, key, row in self.happened[-1:]]

    return patch.object(Workspace, "_tell", tell)


def tombstones_forgotten() -> Any:
    """A phone is not told that an item is gone."""
    real = pull._page

    def page(*about: Any, **more: Any) -> Any:
        chosen, more_follows = real(*about, **more)
        return chosen._replace(gone=[]), more_follows

    return patch.object(pull, "_page", page)


def forgets_at_the_outcome() -> Any:
    real = twin.take_outcomes
    return patch.object(
        twin, "take_outcomes", lambda *about: [entry for entry in real(*about) if entry.state != "judged"]
    )


def audit_altered() -> Any:
    async def alter(database: Database) -> None:
        await database.writer.run(lambda tx: tx.execute("UPDATE audit SET actor = 'b' WHERE number = 2"))

    return patch(f"{__name__}._alter_audit", alter)


def positions_from_elsewhere() -> Any:
    """The counter is not written with the transaction."""

    async def nothing(*_: Any) -> None:
        return None

    return patch.object(writer, "save_counter", nothing)


MUTANTS = (
    Mutant("bigserial positions: numbers of undone units are not given back", bigserial_positions, holes),
    Mutant("the counter is not part of the transaction", positions_from_elsewhere, holes),
    Mutant("answer before commit", answer_before_commit, acknowledged),
    Mutant("synchronous=NORMAL under lost fsync", relaxed_sync, synced),
    Mutant("no unique identity", no_unique_identity, twice),
    Mutant("last write wins", last_write_wins, apart),
    Mutant("cursor saved before rows", cursor_before_rows, killed_while_saving),
    Mutant("scope without area", scope_forgotten, everybody_reads),
    Mutant("digests left behind", digests_left_behind, simulated),
    Mutant("received over a gap", received_over_a_gap, simulated),
    Mutant("an event twice", event_twice, simulated),
    Mutant("tombstones forgotten", tombstones_forgotten, simulated),
    Mutant("the phone forgets at the outcome, not at the receipt", forgets_at_the_outcome, unreceipted),
    Mutant("an audit entry altered afterwards", audit_altered, audited),
)


async def words_of(mutant: Mutant, *, mutated: bool) -> list[str]:
    """What the scenario's checkers say, on a fresh SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        if not mutated:
            async with await open_database("", Path(folder)) as database:
                return await mutant.scenario(database)
        with mutant.patches():
            async with await open_database("", Path(folder)) as database:
                try:
                    return await mutant.scenario(database)
                except (AssertionError, KeyError, sqlite3.IntegrityError) as error:
                    return [f"a guard of the house: {error!r}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.mutants", description=__doc__)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    survived = 0
    for mutant in MUTANTS:
        if asked.only and asked.only not in mutant.name:
            continue
        calm = asyncio.run(words_of(mutant, mutated=False))
        words = asyncio.run(words_of(mutant, mutated=True))
        survived += bool(calm) or not words
        if calm:
            print(f"{mutant.name:<70} SPEAKS WITHOUT A FAULT: {calm[0]}")
        else:
            print(f"{mutant.name:<70} {'killed by ' + words[0] if words else 'SURVIVED'}")
    print(f"{len(MUTANTS)} mutants, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
