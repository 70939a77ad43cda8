"""This file reads what a report needs besides the figures of coverage; every statement carries the territory."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from backend.coverage import store
from backend.coverage.report.contents import ChannelWork, Measured, Objective
from backend.db.transaction import Transaction

CAMPAIGNS_MOST = 6


async def read_objectives(tx: Transaction) -> list[Objective]:
    """Return the objectives of the contract that are in force, the weightiest first."""
    rows = await tx.fetch(
        "SELECT id, name, campaign_id, indicator, baseline_percent, target_percent, coalesce(weight, 0) AS weight "
        "FROM objective WHERE territory_id = $1 AND state IS DISTINCT FROM 'ended' AND target_percent IS NOT NULL "
        "ORDER BY weight DESC, name, id",
        tx.scope.territory_id,
    )
    return [Objective(**dict(row)) for row in rows]


async def read_work(tx: Transaction, instants: tuple[datetime, datetime], days: tuple[date, date]) -> list[ChannelWork]:
    """Return a month's work by channel: homes and group sites from rounds, centres and pop-ups from sessions."""
    rows = await tx.fetch(
        "WITH stops AS (SELECT CASE WHEN l.kind = 'home' THEN 'home' ELSE 'group_site' END AS channel, count(*) AS stops, "
        "count(*) FILTER (WHERE s.state = 'done') AS stops_done, "
        "sum(coalesce(s.service_minutes, 0) * 60 + coalesce(s.travel_seconds, 0)) AS seconds FROM round r "
        "JOIN stop s ON s.territory_id = r.territory_id AND s.round_id = r.id AND s.state IS DISTINCT FROM 'withdrawn' "
        "JOIN place l ON l.territory_id = s.territory_id AND l.id = s.place_id WHERE r.territory_id = $1 "
        "AND r.day_on >= $4 AND r.day_on < $5 AND r.state IS DISTINCT FROM 'withdrawn' GROUP BY 1), "
        "held AS (SELECT coalesce(kind, 'centre') AS channel, 0::bigint AS stops, 0::bigint AS stops_done, "
        "sum(extract(epoch FROM ends_at - starts_at))::numeric AS seconds FROM site_session WHERE territory_id = $1 "
        "AND starts_at >= $2 AND starts_at < $3 GROUP BY 1), "
        "own AS (SELECT id, visit_id FROM dose WHERE territory_id = $1 AND status = 'given' "
        "AND state IS DISTINCT FROM 'entered_in_error' AND given_on >= $4 AND given_on < $5 "
        "AND (source = 'own' OR (source IS NULL AND visit_id IS NOT NULL))), "
        "at_session AS (SELECT d.id, coalesce(s.kind, 'centre') AS channel FROM site_session s "
        "JOIN appointment a ON a.territory_id = $1 AND a.site_session_id = s.id JOIN own d ON d.id = a.dose_id "
        "WHERE s.territory_id = $1), "
        "given AS (SELECT channel, count(*) AS doses FROM (SELECT channel FROM at_session UNION ALL "
        "SELECT CASE WHEN l.kind = 'home' THEN 'home' ELSE 'group_site' END FROM own d "
        "JOIN visit v ON v.territory_id = $1 AND v.id = d.visit_id JOIN place l ON l.territory_id = $1 AND l.id = v.place_id "
        "WHERE NOT EXISTS (SELECT FROM at_session a WHERE a.id = d.id)) each GROUP BY 1), "
        "hours AS (SELECT * FROM stops UNION ALL SELECT * FROM held) "
        "SELECT coalesce(h.channel, g.channel) AS channel, coalesce(max(g.doses), 0)::bigint AS doses, "
        "coalesce(sum(h.stops), 0)::bigint AS stops, coalesce(sum(h.stops_done), 0)::bigint AS stops_done, "
        "coalesce(sum(h.seconds), 0) / 3600 AS team_hours FROM hours h FULL JOIN given g ON g.channel = h.channel "
        "GROUP BY 1 ORDER BY 1",
        tx.scope.territory_id,
        *instants,
        *days,
    )
    return [
        ChannelWork(**{**dict(row), "team_hours": Decimal(row["team_hours"]).quantize(Decimal("0.1"))}) for row in rows
    ]


async def read_measured(tx: Transaction, today: date) -> dict[UUID, Measured]:
    """Return the figures of the latest campaigns, by id."""
    found: dict[UUID, Measured] = {}
    for one in (await store.list_campaigns(tx))[:CAMPAIGNS_MOST]:
        figures = await store.read_campaign_figures(tx, one.id)
        if figures is not None:
            name = f"{one.name} - {one.antigen} {one.season}".strip()
            found[one.id] = Measured(name, figures, await store.read_care(tx, one.id, today))
    return found


async def territory_name(tx: Transaction) -> str:
    """Return the name of the territory."""
    return str(await tx.fetch_value("SELECT name FROM territory WHERE id = $1", tx.scope.territory_id))
