"""Read from the typed tables what a day's plan is made from."""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction
from backend.dispatch.day import Day, DayPlace, DayProduct, DayTeam, DayVisit
from backend.dispatch.from_now import from_now
from backend.dispatch.other_days import standing_on_other_days
from backend.dispatch.weights_store import read_weights
from backend.territory.time_zone import read_time_zone
from backend.visits.after_store import list_shut_doors
from backend.visits.join_store import URGENCY_OF_VISIT

_VISITS = (
    "SELECT v.id, v.place_id, v.acts, coalesce(v.people_count, 1) AS people_count, "
    "coalesce(v.service_minutes, 20) AS service_minutes, v.windows, "
    "least(v.due_on, u.due_on) AS due_on, greatest(coalesce(v.priority, 2), u.priority) AS priority, "
    "v.skills, coalesce(v.language, '') AS language, coalesce(v.professionals, 1) AS professionals, v.products, "
    f"v.preferred_team_id FROM visit v {URGENCY_OF_VISIT} WHERE v.territory_id = $1 AND v.place_id IS NOT NULL "
    "AND (v.id = ANY($3::uuid[]) AND v.state <> 'cancelled' OR v.state IN ('wanted', 'planned', 'attempted') "
    "AND (v.not_before_on IS NULL OR v.not_before_on <= $2) AND NOT v.id = ANY($4::uuid[]) AND NOT EXISTS (SELECT FROM "
    "request r WHERE r.territory_id = v.territory_id AND r.id = v.request_id "
    "AND (r.state IN ('revoked', 'closed') OR r.joined_to <> '{}'))) "
    "ORDER BY v.id"
)
_TEAMS = (
    "SELECT t.id, t.name, t.letter, t.mode, t.skills, t.languages, t.start_place_id, "
    "coalesce(t.end_place_id, t.start_place_id) AS end_place_id, coalesce(t.doses_capacity, 0) AS doses_capacity, "
    "s.starts_at, s.ends_at, s.lunch_window, s.lunch_minutes, s.doses_carried, s.tests_carried "
    "FROM shift s JOIN team t ON t.territory_id = s.territory_id AND t.id = s.team_id "
    "WHERE s.territory_id = $1 AND s.day_on = $2 AND t.state IS DISTINCT FROM 'suspended' "
    "AND t.start_place_id IS NOT NULL ORDER BY t.id"
)
_PLACES = (
    "SELECT p.id, p.lon_e7, p.lat_e7, coalesce(z.code, '') AS zone_code FROM place p "
    "LEFT JOIN zone z ON z.territory_id = p.territory_id AND z.id = p.zone_id "
    "WHERE p.territory_id = $1 AND p.id = ANY($2::uuid[]) AND p.lon_e7 IS NOT NULL AND p.lat_e7 IS NOT NULL ORDER BY p.id"
)
_PRODUCTS = (
    "SELECT code, coalesce(doses_per_vial, 1) AS doses_per_vial, coalesce(hours_after_opening, 0) AS hours "
    "FROM product WHERE territory_id = $1 AND code IS NOT NULL ORDER BY code"
)


async def load_day(tx: Transaction, day_on: date, at: datetime, also: Collection[str] = ()) -> Day:
    """Return the day as it is at an instant: visits that may be made, teams that work, places with coordinates, products.

    `also` are visits that a plan of the day names already: they are part of it even when they are done. The others are
    no candidates while they stand in a plan in force of another day.
    """
    territory_id, time_zone = tx.scope.territory_id, await read_time_zone(tx)
    undecided = [one.id for one in await list_shut_doors(tx, time_zone)]
    elsewhere = await standing_on_other_days(tx, day_on, time_zone, at) - {UUID(one) for one in also}
    found = await tx.fetch(_VISITS, territory_id, day_on, [UUID(one) for one in also], undecided)
    visits = [row for row in found if row["id"] not in elsewhere]
    teams = await tx.fetch(_TEAMS, territory_id, day_on)
    wanted = {row["place_id"] for row in visits} | {
        row[name] for row in teams for name in ("start_place_id", "end_place_id")
    }
    places = tuple(
        DayPlace(str(row["id"]), row["lon_e7"] / 1e7, row["lat_e7"] / 1e7, row["zone_code"])
        for row in await tx.fetch(_PLACES, territory_id, list(wanted))
    )
    placed = {place.id for place in places}
    products = await tx.fetch(_PRODUCTS, territory_id)
    in_force = await read_weights(tx)
    return Day(
        day_on,
        time_zone,
        places,
        tuple(_visit(row) for row in visits if str(row["place_id"]) in placed),
        tuple(_team(row) for row in teams if {str(row["start_place_id"]), str(row["end_place_id"])} <= placed),
        tuple(DayProduct(row["code"], row["doses_per_vial"], row["hours"]) for row in products),
        tuple(str(row["id"]) for row in visits if str(row["place_id"]) not in placed),
        in_force.weights,
        in_force.version,
        len(found) - len(visits),
    )


async def load_rest_of_day(tx: Transaction, day_on: date, at: datetime) -> Day:
    """Return the day as a plan that is made at an instant may still use it."""
    return from_now(await load_day(tx, day_on, at), at)


def _visit(row: Any) -> DayVisit:
    return DayVisit(
        id=str(row["id"]),
        place_id=str(row["place_id"]),
        acts=tuple(row["acts"]),
        people_count=row["people_count"],
        service_minutes=row["service_minutes"],
        windows=tuple(row["windows"]),
        due_on=row["due_on"],
        priority=row["priority"],
        skills=tuple(row["skills"]),
        language=row["language"],
        professionals=row["professionals"],
        products=tuple(row["products"]),
        preferred_team_id=str(row["preferred_team_id"] or ""),
    )


def _team(row: Any) -> DayTeam:
    return DayTeam(
        id=str(row["id"]),
        name=row["name"] or "",
        letter=row["letter"] or "",
        mode=row["mode"] or "foot",
        skills=tuple(row["skills"]),
        languages=tuple(row["languages"]),
        start_place_id=str(row["start_place_id"]),
        end_place_id=str(row["end_place_id"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        lunch_window=row["lunch_window"],
        lunch_minutes=row["lunch_minutes"],
        doses_carried=json.loads(row["doses_carried"]),
        tests_carried=row["tests_carried"],
        doses_capacity=row["doses_capacity"],
    )
