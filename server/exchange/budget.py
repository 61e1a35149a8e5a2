"""What a phone should hold: everything in its scope, or, over the budget, all but the oldest that may leave (PULL-4).

Within the budget the digest is a sum of cells. Over it (staff, large teams) the newest that may leave are counted from
the newest back, at most a budget's worth, and remembered per scope until the feed moves on.
"""

from collections import OrderedDict

from server.store.digests import scope_holding
from server.store.listing import digest_down_to, leaving_floor
from server.store.projects import Project
from server.store.scope import Scope
from server.store.session import Tx
from sync.digest import Digest
from sync.protocol import ITEM_BUDGET


class Floors:
    """Floors and digests of scopes over the budget, for one process."""

    def __init__(self, budget: int = ITEM_BUDGET, remembered: int = 512) -> None:
        self.budget, self._remembered = budget, remembered
        self._known: OrderedDict[tuple[str, str, str], tuple[int, int, Digest]] = OrderedDict()

    async def holding(self, tx: Tx, project: Project, scope: Scope) -> tuple[int, Digest]:
        """(floor, digest of what the phone should hold)."""
        held = await scope_holding(tx, scope)
        if held.held <= self.budget:
            return 0, held.digest
        key = (project.project, project.epoch, scope.hash)
        known = self._known.get(key)
        if known is not None and known[0] == project.position:
            return known[1], known[2]
        kept = max(0, self.budget - (held.held - held.leaving))
        floor = await leaving_floor(tx, scope, kept) if held.leaving > kept else 0
        digest = await digest_down_to(tx, scope, floor) if floor else held.digest
        self._known[key] = (project.position, floor, digest)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return floor, digest
