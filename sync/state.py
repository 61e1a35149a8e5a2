"""What a decision needs to know and what it leaves behind: frozen facts that the store supplies and saves.

The store keeps `ItemState` as it is (fields and stamps as JSON); only conflicts live in rows of their own.
"""

from msgspec import Struct, field

from sync.protocol import Conflict, ItemKind, Outcome


class Write(Struct, frozen=True, array_like=True):
    """Who made one revision of an item, and when by the server's clock. `by`: a person's name, for conflict cards."""

    replica: str
    sequence: int
    at_ms: int
    by: str = ""


class Stamps(Struct, frozen=True, omit_defaults=True):
    """Which revision wrote each field. Fields that were taken away keep theirs."""

    fields: dict[str, int] = field(default_factory=dict)
    writes: dict[int, Write] = field(default_factory=dict)
    """Revision -> its author; only revisions that `fields` still names."""
    holders: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of a field that several replicas wrote alike: whose last word still is what stands (replica -> sequence). None of
    them may overwrite it unseen while another holds it. For other fields the author of the revision holds it alone."""


class ItemState(Struct, frozen=True, kw_only=True):
    """The stored state of one item."""

    kind: ItemKind
    id: str
    revision: int
    author: str
    """Id of the person who created it."""
    fields: dict[str, str] = field(default_factory=dict)
    stamps: Stamps = field(default_factory=Stamps)
    deleted: bool = False
    conflicts: tuple[Conflict, ...] = ()
    """The open ones, oldest first."""


class Actor(Struct, frozen=True, kw_only=True):
    """Who speaks: facts about permission."""

    replica: str
    person: str
    name: str = ""
    role: str = "collaborator"
    """collaborator | coordinator | staff | administrator"""
    device: str = ""
    areas: frozenset[str] = frozenset()
    """Own areas with their descendants, and the units these came from: a queued report may still name an old one."""
    server: bool = False
    """The server's own replica (forms, areas, alerts)."""


class Earlier(Struct, frozen=True):
    """What is stored under the same (replica, sequence)."""

    hash: str
    outcome: Outcome


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything that one decision depends on."""

    actor: Actor
    at_ms: int
    """The server's clock at arrival."""
    received_up_to: int = 0
    """Every sequence up to here was judged (or is known to be lost)."""
    lost: tuple[tuple[int, int], ...] = ()
    """Inclusive ranges that the phone said it can no longer send."""
    earlier: Earlier | None = None
    releasing: bool = False
    """The change was held before and is judged now: `earlier` is then ignored."""
    item: ItemState | None = None
    closed: frozenset[str] = frozenset()
    """Those ids of `change.settles` that are conflicts of this item and closed already."""
    form: str = "open"
    """For the creation of a submission: open | closed | elsewhere (not for this person) | unknown."""


class Effect(Struct, frozen=True, kw_only=True):
    """What a judged change does: `item` is to be saved always; it takes a feed position only when `revised`."""

    outcome: Outcome
    item: ItemState
    revised: bool = True
    opened: tuple[Conflict, ...] = ()
    closed: tuple[str, ...] = ()


class Applied(Effect, frozen=True, kw_only=True):
    """Nobody else had written since the change's base."""


class Merged(Effect, frozen=True, kw_only=True):
    """Others had written; nothing contradicts."""


class Conflicted(Effect, frozen=True, kw_only=True):
    """Others had written differently: both values are kept in `opened`."""


class Held(Struct, frozen=True, kw_only=True):
    """An earlier sequence is missing. Kept under its identity and judged when the gap closes."""

    outcome: Outcome
    missing: tuple[tuple[int, int], ...]


class Rejected(Struct, frozen=True, kw_only=True):
    """Refused with a code; kept under its identity. `identity_reused` is kept beside the first."""

    outcome: Outcome


class Duplicate(Struct, frozen=True, kw_only=True):
    """Pushed before with the same content: the stored outcome again, no effect."""

    outcome: Outcome


Decision = Effect | Held | Rejected | Duplicate
"""An Effect is Applied, Merged or Conflicted."""
