"""Who leads whom: which people a coordinator, staff or an administrator may see, invite and revoke."""

from server.problems import Problem
from server.store.actor import Actor, Role
from server.store.people import Person, get_person, list_people
from server.store.session import Tx

RANKS: dict[Role, int] = {"collaborator": 0, "coordinator": 1, "staff": 2, "administrator": 3}


def sees(actor: Actor, person: Person) -> bool:
    """Oneself; people of own areas for coordinators; everybody for staff and administrators. Pure."""
    if person.person == actor.person or RANKS[actor.role] >= RANKS["staff"]:
        return True
    return actor.role == "coordinator" and not actor.below.isdisjoint(person.areas)


def leads(actor: Actor, person: Person) -> bool:
    """May the actor invite this person and revoke the person's devices? Never upwards: the rank must be lower. Pure."""
    if actor.role == "administrator":
        return True
    return sees(actor, person) and RANKS[actor.role] > RANKS[person.role]


async def people_seen(tx: Tx, actor: Actor) -> list[Person]:
    """People within the actor's sight, by name."""
    return [person for person in await list_people(tx, actor.project) if sees(actor, person)]


async def person_led(tx: Tx, actor: Actor, person: str) -> Person:
    """A person whom the actor leads. Problems: person_unknown where out of sight, not_allowed where of equal rank."""
    found = await get_person(tx, actor.project, person)
    if found is None or not sees(actor, found):
        raise Problem("person_unknown")
    if not leads(actor, found):
        raise Problem("not_allowed")
    return found
