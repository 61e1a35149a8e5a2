"""The ledger of an alert: one row per device, from queued to confirmed. Only what the phone itself says is reached."""

from msgspec import Struct

from server.store.session import Row, Tx


class Delivery(Struct, frozen=True, kw_only=True):
    """Times in ms; next_try_at_ms None when nothing is left to send (accepted, given up, or no subscription)."""

    project: str
    alert: str
    device: str
    person: str = ""
    area: str = ""
    revision: int = 1
    queued_at_ms: int = 0
    lease_until_ms: int = 0
    accepted_at_ms: int | None = None
    shown_at_ms: int | None = None
    opened_at_ms: int | None = None
    confirmed_at_ms: int | None = None
    attempts: int = 0
    next_try_at_ms: int | None = None
    problem: str = ""


async def queue_deliveries(tx: Tx, deliveries: list[Delivery]) -> None:
    """Already queued ones of the same revision stay as they are."""
    await tx.executemany(
        "INSERT INTO deliveries (project, alert, device, person, area, revision, queued_at_ms, next_try_at_ms, "
        "problem) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project, alert, device) DO UPDATE "
        "SET revision = excluded.revision, queued_at_ms = excluded.queued_at_ms, "
        "next_try_at_ms = excluded.next_try_at_ms, problem = excluded.problem, "
        "accepted_at_ms = NULL, attempts = 0, lease_until_ms = 0 "
        "WHERE deliveries.revision < excluded.revision",
        [
            (
                one.project,
                one.alert,
                one.device,
                one.person,
                one.area,
                one.revision,
                one.queued_at_ms,
                one.next_try_at_ms,
                one.problem,
            )
            for one in deliveries
        ],
    )


async def claim_deliveries(tx: Tx, project: str, at_ms: int, lease_ms: int, limit: int) -> list[Delivery]:
    """Due ones that nobody holds; they are held until at_ms + lease_ms. Run in a writer's unit."""
    rows = await tx.fetch(
        "SELECT * FROM deliveries WHERE project = $1 AND next_try_at_ms <= $2 AND lease_until_ms <= $2 "
        "ORDER BY next_try_at_ms, alert, device LIMIT $3" + (" FOR UPDATE" if tx.engine == "postgres" else ""),
        project,
        at_ms,
        limit,
    )
    await tx.executemany(
        "UPDATE deliveries SET lease_until_ms = $4 WHERE project = $1 AND alert = $2 AND device = $3",
        [(project, row["alert"], row["device"], at_ms + lease_ms) for row in rows],
    )
    return [_delivery(row) for row in rows]


async def note_tried(
    tx: Tx,
    delivery: Delivery,
    *,
    accepted_at_ms: int | None = None,
    next_try_at_ms: int | None = None,
    problem: str = "",
) -> None:
    """What came of one attempt; lets the lease go. A newer revision queued meanwhile is left alone."""
    await tx.execute(
        "UPDATE deliveries SET attempts = attempts + 1, lease_until_ms = 0, "
        "accepted_at_ms = COALESCE($5, accepted_at_ms), next_try_at_ms = $6, problem = $7 "
        "WHERE project = $1 AND alert = $2 AND device = $3 AND revision = $4",
        delivery.project,
        delivery.alert,
        delivery.device,
        delivery.revision,
        accepted_at_ms,
        next_try_at_ms,
        problem,
    )


async def note_reported(
    tx: Tx, project: str, alert: str, device: str, *, shown_at_ms: int, opened_at_ms: int, confirmed_at_ms: int
) -> None:
    """What the device says (0: nothing said). The first report of each stays."""
    await tx.execute(
        "UPDATE deliveries SET shown_at_ms = COALESCE(shown_at_ms, NULLIF(CAST($4 AS BIGINT), 0)), "
        "opened_at_ms = COALESCE(opened_at_ms, NULLIF(CAST($5 AS BIGINT), 0)), "
        "confirmed_at_ms = COALESCE(confirmed_at_ms, NULLIF(CAST($6 AS BIGINT), 0)) "
        "WHERE project = $1 AND alert = $2 AND device = $3",
        project,
        alert,
        device,
        shown_at_ms,
        opened_at_ms,
        confirmed_at_ms,
    )


async def drop_deliveries(tx: Tx, project: str, alert: str) -> None:
    """Stop sending: the alert was undone, cancelled or has expired. The ledger stays."""
    await tx.execute(
        "UPDATE deliveries SET next_try_at_ms = NULL WHERE project = $1 AND alert = $2 AND next_try_at_ms IS NOT NULL",
        project,
        alert,
    )


async def list_deliveries(tx: Tx, project: str, alert: str) -> list[Delivery]:
    rows = await tx.fetch(
        "SELECT * FROM deliveries WHERE project = $1 AND alert = $2 ORDER BY area, person, device", project, alert
    )
    return [_delivery(row) for row in rows]


def _delivery(row: Row) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__struct_fields__})
