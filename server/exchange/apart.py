"""Answers that are personal data are kept apart: only their author and administrators read them (DESIGN, section 1).

Which fields they are, the published form version says (`personal_data_stated`). What others get has neither these
answers nor the files they name; conflicts about them keep their ids, so that digests agree, but no values.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct, structs

from server.forms.submission import bare
from server.store.erasure import stated_warnings
from server.store.scope import Scope
from server.store.session import Tx
from sync.protocol import Change, Item, Value

_ASIDE = frozenset({"coordinator", "staff"})
"""Roles that read the submissions of others without being the ones who stated the purpose."""


class _Told(Struct):
    """A kept warning of a form version, as far as this module reads it."""

    code: str
    field: str = ""


_decode = msgspec.json.Decoder(_Told).decode


def personal_fields(warnings: Iterable[str]) -> frozenset[str]:
    """Paths (without instance ids) of the personal questions of a form version, from its kept warnings. Pure."""
    told = (_decode(warning) for warning in warnings)
    return frozenset(one.field for one in told if one.code == "personal_data_stated" and one.field)


class Apart(Struct, frozen=True):
    """What one reader must not see: form -> personal paths of any of its versions."""

    person: str
    forms: Mapping[str, frozenset[str]]

    def show(self, item: Item) -> Item:
        """The item as this reader may have it."""
        names = self.forms.get(item.fields.get("form", "")) if item.kind == "submission" else None
        if not names or item.author == self.person:
            return item
        hidden = hidden_names(item.fields, names)
        return structs.replace(
            item,
            fields={name: value for name, value in item.fields.items() if name not in hidden},
            conflicts=[
                structs.replace(one, before=None, standing=None, arriving=None) if bare(one.field) in names else one
                for one in item.conflicts
            ],
        )

    def show_change(self, change: Change, item: Item) -> Change:
        """A change of the item's history as this reader may have it."""
        names = self.forms.get(item.fields.get("form", "")) if item.kind == "submission" else None
        if not names or item.author == self.person:
            return change
        hidden = hidden_names(change.fields, names) | hidden_names(change.before, names)
        hidden |= hidden_names(item.fields, names)
        return structs.replace(
            change,
            fields={name: value for name, value in change.fields.items() if name not in hidden},
            before={name: value for name, value in change.before.items() if name not in hidden},
        )


def hidden_names(fields: Mapping[str, Value], names: frozenset[str]) -> set[str]:
    """Those of a submission's fields that are personal: answers, and the files that these name. Pure."""
    answers = {name for name in fields if bare(name) in names}
    return answers | {f"file:{fields[name]}" for name in answers if f"file:{fields[name]}" in fields}


async def apart_for(tx: Tx, scope: Scope) -> Apart:
    """What this reader must not see. Costs nothing for those who read only their own."""
    if scope.role not in _ASIDE:
        return Apart(scope.person, {})
    forms: dict[str, frozenset[str]] = {}
    for form, warnings in await stated_warnings(tx, scope.project):
        forms[form] = forms.get(form, frozenset()) | personal_fields(warnings)
    return Apart(scope.person, {form: names for form, names in forms.items() if names})
