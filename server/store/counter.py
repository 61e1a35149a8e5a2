"""The one-row counter of a project: positions are given in memory and the row is written last before COMMIT.

The writer holds the project's row (BEGIN IMMEDIATE on SQLite, FOR UPDATE on PostgreSQL) from the first look to the
commit, so positions are contiguous and in commit order (I4). Nothing waits for it while holding another project's row:
a batch of the writer belongs to one project.
"""

from msgspec import Struct

from server.store.session import Tx


class Counter(Struct):
    """State of one project inside one transaction."""

    project: str
    name: str
    epoch: str
    position: int
    saved_position: int
    horizon: int

    def next(self) -> int:
        """The next position of the feed."""
        self.position += 1
        return self.position


async def load_counter(tx: Tx, project: str) -> Counter | None:
    """Read and (in a writing transaction) lock the project's row. None when there is no such project."""
    lock = " FOR UPDATE" if tx.engine == "postgres" else ""
    row = await tx.fetch_one(f"SELECT name, epoch, position, horizon FROM projects WHERE project = $1{lock}", project)
    if row is None:
        return None
    return Counter(project, row["name"], row["epoch"], row["position"], row["position"], row["horizon"])


async def save_counter(tx: Tx, counter: Counter) -> None:
    """The last statement of the transaction."""
    if counter.position != counter.saved_position:
        await tx.execute("UPDATE projects SET position = $2 WHERE project = $1", counter.project, counter.position)
        counter.saved_position = counter.position
