"""The sender's side of the ledger: due deliveries claimed with a lease, their subscriptions, and what came of a try.

`next_try_at_ms` says when a row is due; NULL says that nothing is left to send. A lease is not a lock: a worker that
dies leaves it behind, and when it runs out another takes the row. So a try may happen twice, a row is never forgotten.
"""

from collections.abc import Sequence

from msgspec import Struct

from server.store.session import Tx


class Sending(Struct, frozen=True, kw_only=True):
    """One due delivery. `endpoint` is empty when the device has no usable subscription; `notice` is a headline of its
    own (escalation), empty for the alert itself; `payload_limit` in bytes, 0 for the usual one."""

    alert: str
    device: str
    language: str
    attempts: int
    payload_limit: int
    notice: str
    endpoint: str
    p256dh: str
    auth: str


class Tried(Struct, frozen=True, kw_only=True):
    """What came of one try. Times in ms; `next_try_at_ms` None: nothing is left to send."""

    alert: str
    device: str
    endpoint: str = ""
    status: int = 0
    accepted_at_ms: int | None = None
    next_try_at_ms: int | None = None
    problem: str = ""
    payload_limit: int = 0


async def claim_sendings(tx: Tx, project: str, *, at_ms: int, until_ms: int, limit: int) -> list[Sending]:
    """Due deliveries that nobody holds, held until `until_ms`, one more attempt counted. Run in a writer's unit."""
    skip = " FOR UPDATE OF v SKIP LOCKED" if tx.engine == "postgres" else ""
    rows = await tx.fetch(
        "SELECT v.alert, v.device, v.attempts + 1 AS attempts, v.payload_limit, v.notice, "
        "COALESCE(p.language, '') AS language, COALESCE(s.endpoint, '') AS endpoint, "
        "COALESCE(s.p256dh, '') AS p256dh, COALESCE(s.auth, '') AS auth FROM deliveries v "
        "LEFT JOIN devices d ON d.project = v.project AND d.device = v.device AND d.revoked_at_ms IS NULL "
        "AND d.wiped_at_ms IS NULL "
        "LEFT JOIN subscriptions s ON s.project = d.project AND s.device = d.device AND s.stale_at_ms IS NULL "
        "LEFT JOIN people p ON p.project = v.project AND p.person = v.person "
        "WHERE v.project = $1 AND v.next_try_at_ms <= $2 AND v.lease_until_ms <= $2 "
        f"ORDER BY v.next_try_at_ms, v.device, v.alert LIMIT $3{skip}",
        project,
        at_ms,
        limit,
    )
    await tx.executemany(
        "UPDATE deliveries SET lease_until_ms = $4, attempts = attempts + 1 "
        "WHERE project = $1 AND alert = $2 AND device = $3",
        [(project, row["alert"], row["device"], until_ms) for row in rows],
    )
    return [Sending(**{name: row[name] for name in Sending.__struct_fields__}) for row in rows]


async def queue_notices(
    tx: Tx, project: str, key: str, notice: str, devices: Sequence[tuple[str, str, str]], *, at_ms: int, due_ms: int
) -> None:
    """A few words to single devices, (device, person, area) each: about an alert under a key such as
    `ALERT!board:TIME`, about anything else under `KIND!ID`. Queued again under the same key, they are not doubled."""
    await tx.executemany(
        "INSERT INTO deliveries (project, alert, device, person, area, queued_at_ms, next_try_at_ms, notice) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        [(project, key, device, person, area, at_ms, due_ms, notice) for device, person, area in devices],
    )


async def note_report(
    tx: Tx,
    project: str,
    alert: str,
    device: str,
    *,
    shown_at_ms: int,
    opened_at_ms: int,
    confirmed_at_ms: int,
    at_ms: int,
) -> None:
    """What a device said of an alert (0: nothing). The first word stays; what it showed is not sent to it again.

    A device that nobody had counted (enrolled later, moved here) gets its row.
    """
    said = (shown_at_ms or opened_at_ms or confirmed_at_ms, opened_at_ms or confirmed_at_ms, confirmed_at_ms)
    times = [min(time, at_ms) or None for time in said]
    touched = await tx.execute(
        "UPDATE deliveries SET shown_at_ms = COALESCE(shown_at_ms, $4), opened_at_ms = COALESCE(opened_at_ms, $5), "
        "confirmed_at_ms = COALESCE(confirmed_at_ms, $6), next_try_at_ms = NULL "
        "WHERE project = $1 AND alert = $2 AND device = $3",
        project,
        alert,
        device,
        *times,
    )
    if not touched:
        await tx.execute(
            "INSERT INTO deliveries (project, alert, device, person, area, queued_at_ms, shown_at_ms, opened_at_ms, "
            "confirmed_at_ms) SELECT d.project, a.alert, d.device, d.person, COALESCE((SELECT MIN(pa.area) "
            "FROM person_areas pa WHERE pa.project = d.project AND pa.person = d.person), ''), CAST($4 AS BIGINT), "
            "CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT) FROM devices d "
            "JOIN alerts a ON a.project = d.project AND a.alert = $2 WHERE d.project = $1 AND d.device = $3 "
            "ON CONFLICT DO NOTHING",
            project,
            alert,
            device,
            at_ms,
            *times,
        )


async def save_tried(tx: Tx, project: str, tried: Sequence[Tried], *, at_ms: int) -> None:
    """Write what came of many tries. A row that was dropped or accepted meanwhile is not taken up again."""
    await tx.executemany(
        "UPDATE deliveries SET lease_until_ms = 0, accepted_at_ms = COALESCE(accepted_at_ms, $4), "
        "next_try_at_ms = CASE WHEN next_try_at_ms IS NULL THEN NULL ELSE CAST($5 AS BIGINT) END, "
        "problem = CASE WHEN next_try_at_ms IS NULL AND problem <> '' THEN problem ELSE $6 END, payload_limit = $7 "
        "WHERE project = $1 AND alert = $2 AND device = $3",
        [
            (project, one.alert, one.device, one.accepted_at_ms, one.next_try_at_ms, one.problem, one.payload_limit)
            for one in tried
        ],
    )
    await tx.executemany(
        "UPDATE subscriptions SET last_status = $4, last_at_ms = $5, stale_at_ms = "
        "CASE WHEN CAST($4 AS BIGINT) IN (404, 410) THEN CAST($5 AS BIGINT) ELSE stale_at_ms END "
        "WHERE project = $1 AND device = $2 AND endpoint = $3 AND (last_status IS NULL OR last_status <> $4 "
        "OR last_at_ms < CAST($5 AS BIGINT) - 3600000)",
        [(project, one.device, one.endpoint, one.status, at_ms) for one in tried if one.endpoint],
    )


async def put_back(tx: Tx, project: str, sendings: Sequence[Sending]) -> None:
    """Let the lease of deliveries go that were claimed and not tried."""
    await tx.executemany(
        "UPDATE deliveries SET lease_until_ms = 0, attempts = attempts - 1 "
        "WHERE project = $1 AND alert = $2 AND device = $3",
        [(project, one.alert, one.device) for one in sendings],
    )


async def has_due(tx: Tx, project: str, at_ms: int) -> bool:
    """Whether there is anything to claim."""
    row = await tx.fetch_one(
        "SELECT 1 AS due FROM deliveries WHERE project = $1 AND next_try_at_ms <= $2 AND lease_until_ms <= $2 LIMIT 1",
        project,
        at_ms,
    )
    return row is not None


async def next_due_ms(tx: Tx, project: str) -> int | None:
    """When the next delivery is due or its lease runs out; None when nothing is left to send."""
    row = await tx.fetch_one(
        "SELECT MIN(CASE WHEN lease_until_ms > next_try_at_ms THEN lease_until_ms ELSE next_try_at_ms END) AS due "
        "FROM deliveries WHERE project = $1 AND next_try_at_ms IS NOT NULL",
        project,
    )
    return None if row is None else row["due"]


async def stop_sending(tx: Tx, project: str, alert: str, problem: str) -> None:
    """The alert was cancelled, replaced or has expired: nothing of it is sent any more. The ledger stays."""
    await tx.execute(
        "UPDATE deliveries SET next_try_at_ms = NULL, problem = CASE WHEN accepted_at_ms IS NULL THEN $3 "
        "ELSE problem END WHERE project = $1 AND (alert = $2 OR alert LIKE $4) AND next_try_at_ms IS NOT NULL",
        project,
        alert,
        problem,
        f"{alert}!%",
    )


async def wake_device(tx: Tx, project: str, device: str, *, at_ms: int) -> int:
    """A device has a new subscription: what could not be sent to it for want of one is due again. Answers how many."""
    return await tx.execute(
        "UPDATE deliveries SET next_try_at_ms = $3, problem = '', attempts = 0 WHERE project = $1 AND device = $2 "
        "AND next_try_at_ms IS NULL AND accepted_at_ms IS NULL AND problem IN ('no_webpush', 'gone', 'refused') "
        "AND alert IN (SELECT alert FROM alerts WHERE project = $1 AND status = 'sent' AND expires_at_ms > $3)",
        project,
        device,
        at_ms,
    )
