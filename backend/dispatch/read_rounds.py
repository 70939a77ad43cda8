"""Read the rounds of a day as the tablets told them: stops with their times and what came of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction
from backend.visits.join_store import URGENCY_OF_VISIT


@dataclass(frozen=True)
class StopOnRound:
    """A stop of a round; `results` are those of the outcomes recorded there, errors left out."""

    id: UUID
    position: int
    place_name: str
    place_kind: str
    who: str
    state: str
    arrival_planned_at: datetime | None
    service_minutes: int
    arrived_at: datetime | None
    departed_at: datetime | None
    results: tuple[str, ...]
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class RoundOfDay:
    """A round in force with its stops in order; `tablet_seen_at` is when a tablet of its team last synced.

    `start` is where the team sets out, in degrees, if that is known.
    """

    id: UUID
    team_name: str
    letter: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    tablet_seen_at: datetime | None
    stops: tuple[StopOnRound, ...]
    mode: str = "foot"
    start: tuple[float, float] | None = None


_ROUNDS = (
    "SELECT r.id, t.name, t.letter, r.state, r.starts_at, r.ends_at, (SELECT max(i.seen_at) FROM tablet b "
    "JOIN installation i ON i.territory_id = b.territory_id AND i.tablet_id = b.id "
    "WHERE b.territory_id = r.territory_id AND b.team_id = r.team_id) AS tablet_seen_at, t.mode, p.lon_e7, p.lat_e7 "
    "FROM round r JOIN team t ON t.territory_id = r.territory_id AND t.id = r.team_id "
    "LEFT JOIN place p ON p.territory_id = t.territory_id AND p.id = t.start_place_id "
    "WHERE r.territory_id = $1 AND r.day_on = $2 AND r.state IS DISTINCT FROM 'withdrawn' "
    "AND ($3::uuid IS NULL OR r.team_id = $3) ORDER BY t.letter, r.id"
)
_STOPS = (
    "SELECT s.id, s.round_id, s.position, p.name AS place_name, p.kind AS place_kind, p.lon_e7, p.lat_e7, s.state, "
    "(SELECT string_agg(coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, f.name), ', ' "
    "ORDER BY v.id) FROM visit v LEFT JOIN person h ON h.territory_id = v.territory_id AND h.id = v.person_id "
    "LEFT JOIN household f ON f.territory_id = v.territory_id AND f.id = v.household_id "
    "WHERE v.territory_id = s.territory_id AND v.id = ANY(s.visit_ids)) AS who, "
    "s.arrival_planned_at, s.service_minutes, s.arrived_at, s.departed_at, "
    "(SELECT array_agg(o.result ORDER BY o.arrived_at, o.id) FROM visit_outcome o WHERE o.territory_id = s.territory_id "
    "AND o.stop_id = s.id AND o.state IS DISTINCT FROM 'entered_in_error') AS results "
    "FROM stop s LEFT JOIN place p ON p.territory_id = s.territory_id AND p.id = s.place_id "
    "WHERE s.territory_id = $1 AND s.round_id = ANY($2::uuid[]) AND s.state IS DISTINCT FROM 'withdrawn' "
    "ORDER BY s.position, s.id"
)


async def read_rounds(tx: Transaction, day_on: date, team_id: UUID | None = None) -> list[RoundOfDay]:
    """Return the rounds in force on a day, by the letters of their teams; of one team alone where it is named."""
    rounds = await tx.fetch(_ROUNDS, tx.scope.territory_id, day_on, team_id)
    stops = await tx.fetch(_STOPS, tx.scope.territory_id, [row["id"] for row in rounds])
    return [
        RoundOfDay(
            row["id"],
            row["name"] or "",
            row["letter"] or "",
            row["state"] or "published",
            row["starts_at"],
            row["ends_at"],
            row["tablet_seen_at"],
            tuple(_stop(stop) for stop in stops if stop["round_id"] == row["id"]),
            row["mode"] or "foot",
            _degrees(row),
        )
        for row in rounds
    ]


def _stop(row: Any) -> StopOnRound:
    return StopOnRound(
        row["id"],
        row["position"] or 0,
        row["place_name"] or "",
        row["place_kind"] or "",
        row["who"] or "",
        row["state"] or "planned",
        row["arrival_planned_at"],
        row["service_minutes"] or 0,
        row["arrived_at"],
        row["departed_at"],
        tuple(one for one in row["results"] or () if one),
        *(_degrees(row) or (None, None)),
    )


def _degrees(row: Any) -> tuple[float, float] | None:
    return None if row["lon_e7"] is None or row["lat_e7"] is None else (row["lon_e7"] / 1e7, row["lat_e7"] / 1e7)


@dataclass(frozen=True)
class WaitingVisit:
    """A visit that is accepted and on no round of the day."""

    id: str
    who: str
    place_name: str
    acts: tuple[str, ...]
    priority: int


async def read_waiting_visits(tx: Transaction, planned: Collection[str], day_on: date) -> list[WaitingVisit]:
    """Return the visits that could be made on a day and are not in these, the most urgent first, at most a hundred."""
    rows = await tx.fetch(
        "SELECT v.id, coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, f.name, '') AS who, "
        "coalesce(p.name, '') AS place_name, v.acts, "
        f"greatest(coalesce(v.priority, 2), u.priority) AS priority FROM visit v {URGENCY_OF_VISIT} "
        "JOIN place p ON p.territory_id = v.territory_id AND p.id = v.place_id AND p.lon_e7 IS NOT NULL "
        "LEFT JOIN person h ON h.territory_id = v.territory_id AND h.id = v.person_id "
        "LEFT JOIN household f ON f.territory_id = v.territory_id AND f.id = v.household_id "
        "WHERE v.territory_id = $1 AND v.state IN ('wanted', 'attempted') AND NOT v.id = ANY($2::uuid[]) "
        "AND (v.not_before_on IS NULL OR v.not_before_on <= $3) AND NOT EXISTS (SELECT FROM request r "
        "WHERE r.territory_id = v.territory_id AND r.id = v.request_id AND r.joined_to <> '{}') "
        "ORDER BY priority DESC, least(v.due_on, u.due_on), v.id LIMIT 100",
        tx.scope.territory_id,
        [UUID(one) for one in planned],
        day_on,
    )
    return [
        WaitingVisit(str(row["id"]), row["who"], row["place_name"], tuple(row["acts"]), row["priority"]) for row in rows
    ]
