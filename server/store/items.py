"""Items at their newest revision: loaded and saved in bulk, with their open conflicts beside them."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from server.store.conflicts import open_conflicts
from server.store.once import once
from server.store.scope import AUDIENCES, Audience
from server.store.session import Row, Tx, fetch_wanted, insert_rows
from sync.digest import Digest, from_signed, hash_item, to_signed
from sync.protocol import Conflict, Item, ItemKind
from sync.pull import may_leave
from sync.state import ItemState, Stamps, Write

Key = tuple[ItemKind, str]
"""Kind and id."""

_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, str]).decode
_full_stamps = msgspec.json.Decoder(Stamps).decode
_one_stamp = msgspec.json.Decoder(tuple[int, Write]).decode


class StoredItem(Struct, frozen=True, kw_only=True, dict=True):
    """An item as it rests here. Times in ms by the server's clock; `updated_by` is a person's name."""

    state: ItemState
    position: int
    created_at_ms: int
    updated_at_ms: int
    updated_by: str

    @property
    def key(self) -> Key:
        return self.state.kind, self.state.id

    @once
    def audience(self) -> Audience:
        return AUDIENCES[self.state.kind]

    @once
    def area(self) -> str:
        """As it decides who reads; no area's code is as long as this."""
        return "" if self.audience == "all" else self.state.fields.get("area", "")[:100]

    @once
    def gone(self) -> bool:
        """A settled deletion: phones hold it no more. While a conflict about it is open, they still do."""
        return self.state.deleted and not self.state.conflicts

    @once
    def leaving(self) -> bool:
        """May leave a phone that is over its budget."""
        state = self.state
        return not self.gone and may_leave(state.kind, state.fields.get("state", ""), len(state.conflicts))

    @once
    def digest(self) -> Digest:
        state = self.state
        return hash_item(state.kind, state.id, state.revision, state.deleted, [one.id for one in state.conflicts])

    def on_wire(self) -> Item:
        """As a phone holds it."""
        state = self.state
        return Item(
            kind=state.kind,
            id=state.id,
            revision=state.revision,
            position=self.position,
            fields=state.fields,
            conflicts=list(state.conflicts),
            author=state.author,
            updated_at_ms=self.updated_at_ms,
            updated_by=self.updated_by,
            deleted=state.deleted,
        )


COLUMNS = (
    "i.kind, i.id, i.revision, i.position, i.author, i.deleted, i.open_conflicts, i.created_at_ms, i.updated_at_ms, "
    "i.updated_by, i.fields, i.stamps"
)


async def load_items(tx: Tx, project: str, keys: Iterable[Key]) -> dict[Key, StoredItem]:
    """Those that exist, tombstones too."""
    rows = await fetch_wanted(
        tx,
        {"kind": "text", "id": "text"},
        sorted(set(keys)),
        f"{COLUMNS} FROM items i WHERE i.project = $1 AND i.kind = w.kind AND i.id = w.id",
        project,
    )
    return {item.key: item for item in await from_rows(tx, project, rows)}


async def get_item(tx: Tx, project: str, kind: ItemKind, item: str) -> StoredItem | None:
    return (await load_items(tx, project, [(kind, item)])).get((kind, item))


async def from_rows(tx: Tx, project: str, rows: Sequence[Row]) -> list[StoredItem]:
    """Rows of COLUMNS, with their open conflicts fetched at once."""
    disputed: list[Key] = [(row["kind"], row["id"]) for row in rows if row["open_conflicts"]]
    conflicts = await open_conflicts(tx, project, disputed) if disputed else {}
    return [_stored(row, conflicts.get((row["kind"], row["id"]), ())) for row in rows]


def _stored(row: Row, conflicts: tuple[Conflict, ...]) -> StoredItem:
    kind, name, revision, position, author, deleted, _, created, updated, by, fields, stamps = row
    values = _fields(fields)
    state = ItemState(
        kind=kind,
        id=name,
        revision=revision,
        author=author,
        fields=values,
        stamps=decode_stamps(stamps, values),
        deleted=bool(deleted),
        conflicts=conflicts,
    )
    return StoredItem(state=state, position=position, created_at_ms=created, updated_at_ms=updated, updated_by=by)


def encode_stamps(stamps: Stamps, fields: dict[str, str]) -> bytes:
    """A fresh item wrote every field in one revision: then only that revision and its author are kept."""
    if len(stamps.writes) == 1 and not stamps.holders and stamps.fields.keys() == fields.keys():
        ((revision, write),) = stamps.writes.items()
        if set(stamps.fields.values()) <= {revision}:
            return _encode((revision, write))
    return _encode(stamps)


def decode_stamps(body: bytes, fields: dict[str, str]) -> Stamps:
    if body[:1] == b"[":
        revision, write = _one_stamp(body)
        return Stamps(fields=dict.fromkeys(fields, revision), writes={revision: write})
    return _full_stamps(body)


_INSERTED = (
    "project", "kind", "id", "revision", "position", "audience", "area", "author", "form", "topic", "state", "deleted",
    "closed", "open_conflicts", "updated_at_ms", "updated_by", "fields", "stamps", "digest", "created_at_ms",
)  # fmt: skip


async def insert_items(tx: Tx, project: str, items: Sequence[StoredItem]) -> None:
    """New items. Errors: the driver's, when one exists."""
    await insert_rows(
        tx,
        "items",
        _INSERTED,
        [(*_values(project, item), item.created_at_ms) for item in items],
    )


async def update_items(tx: Tx, project: str, items: Sequence[StoredItem]) -> None:
    """A newer revision of existing items."""
    if items:
        await tx.executemany(
            "UPDATE items SET revision = $4, position = $5, audience = $6, area = $7, author = $8, form = $9, "
            "topic = $10, state = $11, deleted = $12, closed = $13, open_conflicts = $14, updated_at_ms = $15, "
            "updated_by = $16, fields = $17, stamps = $18, digest = $19 WHERE project = $1 AND kind = $2 AND id = $3",
            [_values(project, item) for item in items],
        )


def _values(project: str, item: StoredItem) -> tuple[object, ...]:
    state = item.state
    fields = state.fields
    return (
        project,
        state.kind,
        state.id,
        state.revision,
        item.position,
        item.audience,
        item.area,
        state.author,
        fields.get("form", "")[:200],
        fields.get("topic", "")[:200],
        fields.get("state", "")[:200],
        int(state.deleted),
        int(item.leaving),
        len(state.conflicts),
        item.updated_at_ms,
        item.updated_by,
        _encode(fields),
        encode_stamps(state.stamps, fields),
        to_signed(item.digest),
    )


__all__ = ["COLUMNS", "Key", "StoredItem", "from_signed", "get_item", "insert_items", "load_items", "update_items"]
