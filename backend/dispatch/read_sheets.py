"""Read what a round needs on paper, for the day a tablet fails: per stop where, whom, what, and how to get in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.db.transaction import Transaction


@dataclass(frozen=True)
class SheetStop:
    """A stop on paper."""

    position: int
    planned_at: datetime | None
    place_name: str
    address: str
    access_code: str
    phone: str
    who: str
    acts: tuple[str, ...]
    people_count: int


@dataclass(frozen=True)
class Sheet:
    """A team's round on paper."""

    round_id: UUID
    letter: str
    team_name: str
    stops: tuple[SheetStop, ...]


_ROWS = (
    "SELECT r.id AS round_id, t.letter, t.name AS team_name, s.position, s.arrival_planned_at, p.name AS place_name, "
    "p.address, p.access_code, p.contact_phone, v.who, v.acts, v.people FROM round r "
    "JOIN team t ON t.territory_id = r.territory_id AND t.id = r.team_id "
    "JOIN stop s ON s.territory_id = r.territory_id AND s.round_id = r.id AND s.state IS DISTINCT FROM 'withdrawn' "
    "LEFT JOIN place p ON p.territory_id = s.territory_id AND p.id = s.place_id "
    "LEFT JOIN LATERAL (SELECT string_agg(DISTINCT coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), "
    "h.alias, f.name), ', ') AS who, array_agg(DISTINCT a.act) FILTER (WHERE a.act IS NOT NULL) AS acts, "
    "(SELECT sum(coalesce(w.people_count, 1)) FROM visit w WHERE w.territory_id = s.territory_id "
    "AND w.id = ANY(s.visit_ids)) AS people FROM visit o "
    "LEFT JOIN LATERAL unnest(o.acts) AS a(act) ON true "
    "LEFT JOIN person h ON h.territory_id = o.territory_id AND h.id = o.person_id "
    "LEFT JOIN household f ON f.territory_id = o.territory_id AND f.id = o.household_id "
    "WHERE o.territory_id = s.territory_id AND o.id = ANY(s.visit_ids)) v ON true "
    "WHERE r.territory_id = $1 AND r.day_on = $2 AND r.state IS DISTINCT FROM 'withdrawn' "
    "ORDER BY t.letter, r.id, s.position, s.id"
)


async def read_sheets(tx: Transaction, day_on: date) -> list[Sheet]:
    """Return the rounds in force on a day with their stops in order, by the letters of their teams."""
    found: dict[UUID, tuple[str, str, list[SheetStop]]] = {}
    for row in await tx.fetch(_ROWS, tx.scope.territory_id, day_on):
        _, _, stops = found.setdefault(row["round_id"], (row["letter"] or "", row["team_name"] or "", []))
        stops.append(
            SheetStop(
                row["position"] or 0,
                row["arrival_planned_at"],
                row["place_name"] or "",
                row["address"] or "",
                row["access_code"] or "",
                row["contact_phone"] or "",
                row["who"] or "",
                tuple(row["acts"] or ()),
                int(row["people"] or 0),
            )
        )
    return [Sheet(round_id, letter, name, tuple(stops)) for round_id, (letter, name, stops) in found.items()]
