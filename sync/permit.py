"""Who may make which change: outcomes as rejection codes, empty when allowed.

Collaborators: own submissions in own areas, own deliveries. Coordinators: also submissions, topics and answers of own
areas. Staff and administrators: all submissions, topics and answers of the project. Forms, areas and alerts are written
by the server's own replica only, whose people were checked where they asked for it.
Rules: SCOPE-1 area, SCOPE-2 kinds, SCOPE-3 who resolves, SCOPE-4 own devices.
"""

from sync.protocol import Change
from sync.state import Actor, ItemState

READS_ALL = frozenset({"staff", "administrator"})
LEADS = READS_ALL | {"coordinator"}
SERVER_KINDS = frozenset({"form", "area", "alert"})
LED_PROPERTIES = frozenset({"topic"})
"""Properties of a submission that its author does not set."""
DELIVERY_FIELDS = frozenset({"alert", "area", "device", "revision", "shown_at_ms", "opened_at_ms", "confirmed_at_ms"})


def refusal(actor: Actor, item: ItemState | None, change: Change) -> str:
    """Rejection code, or "" when the actor may make this change."""
    if actor.server:
        return ""
    if change.kind in SERVER_KINDS:
        return "not_allowed"
    if change.kind == "delivery":
        return _delivery(actor, item, change)
    if change.kind != "submission" and actor.role not in LEADS:
        return "not_allowed"
    if not reaches(actor, item, change):
        return "out_of_scope"
    if actor.role not in LEADS and not LED_PROPERTIES.isdisjoint(change.fields):
        return "not_allowed"
    return ""


def reaches(actor: Actor, item: ItemState | None, change: Change) -> bool:
    """Whether the item, and the area that the change moves it to, are the actor's."""
    area = change.fields.get("area")
    if item is None:
        return actor.role in READS_ALL or area in actor.areas
    if area is not None and area != item.fields.get("area") and not _leads(actor, area) and area not in actor.areas:
        return False
    return item.author == actor.person or _leads(actor, item.fields.get("area"))


def _leads(actor: Actor, area: str | None) -> bool:
    return actor.role in READS_ALL or (actor.role == "coordinator" and area in actor.areas)


def _delivery(actor: Actor, item: ItemState | None, change: Change) -> str:
    if change.intent not in ("create", "edit") or not DELIVERY_FIELDS.issuperset(change.fields):
        return "not_allowed"
    own = bool(actor.device) and change.id.endswith(f":{actor.device}") and (not item or item.author == actor.person)
    return "" if own else "out_of_scope"
