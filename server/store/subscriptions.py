"""Webpush subscriptions, one per device, with what is known of their health."""

from msgspec import Struct

from server.store.session import Row, Tx


class Subscription(Struct, frozen=True, kw_only=True):
    """`proven_at_ms`: the phone itself said that a webpush arrived; `stale_at_ms`: the push service said it is gone."""

    project: str
    device: str
    endpoint: str
    p256dh: str
    auth: str
    created_at_ms: int
    proven_at_ms: int | None = None
    stale_at_ms: int | None = None
    last_status: int | None = None
    last_at_ms: int | None = None


async def save_subscription(tx: Tx, subscription: Subscription) -> None:
    """Replaces the device's earlier one; a new endpoint has proven nothing yet."""
    await tx.execute(
        "INSERT INTO subscriptions (project, device, endpoint, p256dh, auth, created_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project, device) DO UPDATE "
        "SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, "
        "auth = excluded.auth, created_at_ms = excluded.created_at_ms, stale_at_ms = NULL, last_status = NULL, "
        "proven_at_ms = CASE WHEN subscriptions.endpoint = excluded.endpoint THEN subscriptions.proven_at_ms END",
        subscription.project,
        subscription.device,
        subscription.endpoint,
        subscription.p256dh,
        subscription.auth,
        subscription.created_at_ms,
    )


async def get_subscription(tx: Tx, project: str, device: str) -> Subscription | None:
    row = await tx.fetch_one("SELECT * FROM subscriptions WHERE project = $1 AND device = $2", project, device)
    return None if row is None else _subscription(row)


async def list_subscriptions(tx: Tx, project: str) -> list[Subscription]:
    rows = await tx.fetch("SELECT * FROM subscriptions WHERE project = $1 ORDER BY device", project)
    return [_subscription(row) for row in rows]


async def remove_subscription(tx: Tx, project: str, device: str) -> None:
    await tx.execute("DELETE FROM subscriptions WHERE project = $1 AND device = $2", project, device)


async def note_proven(tx: Tx, project: str, device: str, at_ms: int) -> None:
    await tx.execute(
        "UPDATE subscriptions SET proven_at_ms = $3 WHERE project = $1 AND device = $2", project, device, at_ms
    )


async def note_sent(tx: Tx, project: str, device: str, endpoint: str, *, status: int, at_ms: int) -> None:
    """The push service's last status. 404 and 410 mark the subscription stale, if it is still that endpoint."""
    await tx.execute(
        "UPDATE subscriptions SET last_status = $4, last_at_ms = $5, "
        "stale_at_ms = CASE WHEN CAST($4 AS BIGINT) IN (404, 410) THEN CAST($5 AS BIGINT) ELSE stale_at_ms END "
        "WHERE project = $1 AND device = $2 AND endpoint = $3",
        project,
        device,
        endpoint,
        status,
        at_ms,
    )


def _subscription(row: Row) -> Subscription:
    return Subscription(**{name: row[name] for name in Subscription.__struct_fields__})
