"""Leases by name: who among several workers does what one alone may do. One not renewed falls to another."""

from piccolo.table import Table

from server.store.engine import ENGINE
from server.store.session import Tx
from server.store.tables import Keyed, key, number, text


class LeaseRow(Keyed, Table, tablename="leases", db=ENGINE):
    project = key()
    name = text()
    holder = text()
    until_ms = number()


async def hold_lease(tx: Tx, project: str, name: str, holder: str, *, at_ms: int, until_ms: int) -> bool:
    """Take or renew a lease; False while another holder's has not run out. Run in a writer's unit."""
    touched = await tx.execute(
        "INSERT INTO leases (project, name, holder, until_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (project, name) "
        "DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms "
        "WHERE leases.holder = excluded.holder OR leases.until_ms <= $5",
        project,
        name,
        holder,
        until_ms,
        at_ms,
    )
    return touched > 0


async def let_lease_go(tx: Tx, project: str, name: str, holder: str) -> None:
    """Give a lease back at once, at a clean stop."""
    await tx.execute("DELETE FROM leases WHERE project = $1 AND name = $2 AND holder = $3", project, name, holder)
