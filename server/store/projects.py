"""A project: one installation's unit of data, feed and keys."""

from msgspec import Struct

from server.store.session import Tx
from server.store.tables import Project as ProjectRow


class Project(Struct, frozen=True):
    """`position`: of the newest row of the feed; `horizon`: oldest position still served."""

    project: str
    name: str
    epoch: str
    position: int
    horizon: int


def _project(row: dict[str, object]) -> Project:
    return Project(**{name: row[name] for name in Project.__struct_fields__})  # type: ignore[arg-type]


async def create_project(tx: Tx, project: str, name: str, epoch: str, at_ms: int) -> None:
    """`epoch`: a random text; a restore sets a new one. Does nothing when the project exists."""
    await tx.execute(
        "INSERT INTO projects (project, name, epoch, created_at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        project,
        name,
        epoch,
        at_ms,
    )


async def get_project(tx: Tx, project: str) -> Project | None:
    row = await tx.fetch_one("SELECT project, name, epoch, position, horizon FROM projects WHERE project = $1", project)
    return None if row is None else Project(*row)


async def list_projects(tx: Tx) -> list[Project]:
    return [_project(row) for row in await tx.run(ProjectRow.select().order_by(ProjectRow.project))]


async def set_epoch(tx: Tx, project: str, epoch: str) -> None:
    await tx.execute("UPDATE projects SET epoch = $2 WHERE project = $1", project, epoch)


async def set_horizon(tx: Tx, project: str, position: int) -> None:
    """Tombstones at or below it are forgotten: a cursor from before starts again."""
    await tx.execute("UPDATE projects SET horizon = $2 WHERE project = $1 AND horizon < $2", project, position)
