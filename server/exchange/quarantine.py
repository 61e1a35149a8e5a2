"""What revoked devices sent too late: looked at by a leader, and let count or left where it is. Never deleted."""

from msgspec import Struct

from server.exchange.push import accept_quarantined
from server.exchange.roster import leads
from server.problems import Problem
from server.store.actor import Actor, load_device_actor
from server.store.audit import append_audit
from server.store.changes import StoredChange, quarantined
from server.store.people import Person, list_people
from server.store.session import Tx
from server.store.writer import WriteTx
from sync.protocol import Change


class Late(Struct, frozen=True, kw_only=True):
    """One change that waits for a decision. Times in ms."""

    replica: str
    device: str
    person: str
    person_name: str
    change: Change
    received_at_ms: int


async def waiting(tx: Tx, actor: Actor) -> list[Late]:
    """Late changes of people whom the actor leads, oldest first."""
    people = {person.person: person for person in await list_people(tx, actor.project)}
    return [
        Late(
            replica=replica,
            device=one.device,
            person=one.person,
            person_name=people[one.person].name,
            change=one.change,
            received_at_ms=one.received_at_ms,
        )
        for replica, one in await quarantined(tx, actor.project)
        if _led(actor, people, one)
    ]


async def accept(tx: WriteTx, actor: Actor, replica: str, now_ms: int) -> int:
    """Let the late changes of a replica count, judged as their author's now; answers how many. Problem item_unknown."""
    people = {person.person: person for person in await list_people(tx, actor.project)}
    late = [one for name, one in await quarantined(tx, actor.project) if name == replica and _led(actor, people, one)]
    if not late:
        raise Problem("item_unknown")
    author = await load_device_actor(tx, actor.project, late[0].device)
    if author is None:
        raise Problem("item_unknown")
    await accept_quarantined(tx, author, replica, now_ms=now_ms)
    await append_audit(
        tx, actor.project, at_ms=now_ms, actor=actor.person, verb="accepted_late", subject=author.device,
        particulars={"replica": replica, "changes": len(late)},
    )  # fmt: skip
    return len(late)


def _led(actor: Actor, people: dict[str, Person], change: StoredChange) -> bool:
    person = people.get(change.person)
    return person is not None and leads(actor, person)
