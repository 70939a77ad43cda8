"""Read and write what came of the calls of the desk's days, and the requests of whatever was asked at the phone."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

from backend.db.transaction import Transaction
from backend.phone.exchange import PhoneDay
from backend.phone.figures import Told

Source = Literal["exchange", "desk"]


async def keep_days(tx: Transaction, days: Iterable[PhoneDay], source: Source, at: datetime) -> None:
    """Write days down; what the same source told of a day before gives way."""
    for one in days:
        await tx.execute(
            "INSERT INTO phone_day (territory_id, day_on, source, answered, abandoned, missed, wait_seconds, told_by, told_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (territory_id, day_on, source) DO UPDATE SET "
            "answered = excluded.answered, abandoned = excluded.abandoned, missed = excluded.missed, "
            "wait_seconds = excluded.wait_seconds, told_by = excluded.told_by, told_at = excluded.told_at",
            tx.scope.territory_id,
            one.day_on,
            source,
            one.answered,
            one.abandoned,
            one.missed,
            one.wait_seconds,
            tx.scope.user_id,
            at,
        )


async def read_days(tx: Transaction, since: date, until: date) -> dict[str, dict[date, PhoneDay]]:
    """Return what was told of the days, by who told it."""
    rows = await tx.fetch(
        "SELECT source, day_on, answered, abandoned, missed, wait_seconds FROM phone_day "
        "WHERE territory_id = $1 AND day_on BETWEEN $2 AND $3 ORDER BY day_on",
        tx.scope.territory_id,
        since,
        until,
    )
    found: dict[str, dict[date, PhoneDay]] = {"exchange": {}, "desk": {}}
    for row in rows:
        found[row["source"]][row["day_on"]] = PhoneDay(
            row["day_on"], row["answered"], row["abandoned"], row["missed"], row["wait_seconds"]
        )
    return found


async def read_told(tx: Transaction, since: date, until: date, time_zone: str) -> list[Told]:
    """Return every request of the wishes that were told at the phone on these days of the territory."""
    rows = await tx.fetch(
        "WITH wish AS (SELECT DISTINCT coalesce(joined_to[1], id) AS id FROM request WHERE territory_id = $1 "
        "AND channel = 'phone' AND received_at >= ($2::date)::timestamp AT TIME ZONE $4 "
        "AND received_at < ($3::date + 1)::timestamp AT TIME ZONE $4), "
        "told AS (SELECT r.*, w.id AS wish_id FROM wish w JOIN request r ON r.territory_id = $1 AND r.id = w.id "
        "UNION ALL SELECT r.*, w.id FROM request r JOIN wish w ON w.id = r.joined_to[1] "
        "WHERE r.territory_id = $1 AND r.joined_to <> '{}') "
        "SELECT r.wish_id, r.channel IS NOT DISTINCT FROM 'phone' AS by_phone, r.received_at, "
        "(r.received_at AT TIME ZONE $4)::date AS day_on, "
        "d.done_at AS visit_made_at FROM told r "
        "LEFT JOIN LATERAL (SELECT min(coalesce(o.arrived_at, o.recorded_at)) AS done_at FROM visit v "
        "JOIN visit_outcome o ON o.territory_id = v.territory_id AND o.visit_id = v.id AND o.result = 'done' "
        "AND o.state IS DISTINCT FROM 'entered_in_error' WHERE v.territory_id = r.territory_id AND v.request_id = r.id) d ON true "
        "WHERE r.received_at IS NOT NULL",
        tx.scope.territory_id,
        since,
        until,
        time_zone,
    )
    return [msgspec.convert(dict(row), Told) for row in rows]
