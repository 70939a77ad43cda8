"""Load what decides a tablet's scope: the rounds of its team, yesterday to tomorrow. sync/scope.py decides."""

from datetime import date, timedelta

from backend.db.transaction import Transaction
from sync.scope import Round, Scope, allowed

DAYS_AROUND = 1


async def scope_of_team(tx: Transaction, team_id: str | None, today: date) -> Scope:
    """Return the buckets that the tablet of a team may hold today; without a team, reference data only."""
    days = [today + timedelta(days=offset) for offset in range(-DAYS_AROUND, DAYS_AROUND + 1)]
    if team_id is None:
        return allowed(frozenset(), (), frozenset())
    rows = await tx.fetch(
        "SELECT r.team_id, r.day_on, r.state, "
        "coalesce(array_agg(s.place_id ORDER BY s.position) FILTER (WHERE s.place_id IS NOT NULL), '{}') AS places "
        "FROM round r LEFT JOIN stop s ON s.territory_id = r.territory_id AND s.round_id = r.id "
        "AND s.state IS DISTINCT FROM 'withdrawn' WHERE r.territory_id = $1 AND r.team_id = $2 AND r.day_on = ANY($3::date[]) "
        "GROUP BY r.id, r.team_id, r.day_on, r.state",
        tx.scope.territory_id,
        team_id,
        days,
    )
    rounds = [
        Round(str(row["team_id"]), row["day_on"].isoformat(), tuple(str(p) for p in row["places"]), row["state"])
        for row in rows
    ]
    return allowed(frozenset((team_id,)), rounds, frozenset(day.isoformat() for day in days))
