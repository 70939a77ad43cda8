"""Load what decides a tablet's scope: the rounds of its team, yesterday to tomorrow. sync/scope.py decides."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from backend.db.transaction import Transaction
from sync.scope import Round, Scope, allowed

DAYS_AROUND = 1

# Rounds of the team and days that a row `asked` names, as part of a statement.
ROUNDS_ASKED: Final = (
    "SELECT r.team_id, r.day_on, r.state, "
    "coalesce(array_agg(s.place_id::text ORDER BY s.position) FILTER (WHERE s.place_id IS NOT NULL), '{}') AS places "
    "FROM round r LEFT JOIN stop s ON s.territory_id = r.territory_id AND s.round_id = r.id "
    "AND s.state IS DISTINCT FROM 'withdrawn' WHERE r.territory_id = $1 AND r.team_id = asked.team_id "
    "AND r.day_on = ANY(asked.days) GROUP BY r.id, r.team_id, r.day_on, r.state"
)
_ROUNDS: Final = (
    "SELECT r.* FROM (SELECT $2::uuid AS team_id, $3::text[]::date[] AS days) asked "
    f"CROSS JOIN LATERAL ({ROUNDS_ASKED}) r"
)  # fmt: skip


async def scope_of_team(tx: Transaction, team_id: str | None, today: date) -> Scope:
    """Return the buckets that the tablet of a team may hold today; without a team, reference data only."""
    rows = await tx.fetch(_ROUNDS, tx.scope.territory_id, team_id, days_around(today)) if team_id else ()
    return scope_of_rounds(team_id, rows, today)


def scope_of_rounds(team_id: str | None, rows: Iterable[Any], today: date) -> Scope:
    """Return these buckets, the team's rounds being read already; those of other days do not count."""
    rounds = [Round(str(row["team_id"]), row["day_on"].isoformat(), tuple(row["places"]), row["state"]) for row in rows]
    return allowed(frozenset((team_id,) if team_id else ()), rounds, frozenset(days_around(today)))


def days_around(today: date, around: int = DAYS_AROUND) -> list[str]:
    """Return the days whose rounds a tablet may hold.

    >>> days_around(date(2026, 11, 23))
    ['2026-11-22', '2026-11-23', '2026-11-24']
    """
    return [(today + timedelta(days=offset)).isoformat() for offset in range(-around, around + 1)]
