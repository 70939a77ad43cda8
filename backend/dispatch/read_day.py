"""Read what a page shows around a plan: the teams on shift, the visits named in it, the outlines of the zones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import PlanId


@dataclass(frozen=True)
class ShiftShown:
    """A team on shift; coordinates of its start in degrees."""

    team_id: str
    name: str
    letter: str
    mode: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class VisitShown:
    """A visit as a plan names it: whom it is about and where; coordinates in degrees."""

    id: str
    who: str
    place_id: str
    place_name: str
    place_kind: str
    zone_code: str
    acts: tuple[str, ...]
    people_count: int
    priority: int
    due_on: date | None
    windows: tuple[str, ...]
    phone: str
    lon: float | None
    lat: float | None
    place_address: str = ""


@dataclass(frozen=True)
class PlanLine:
    """A plan of a day in the list of its plans."""

    id: PlanId
    state: str
    made_at: datetime
    visits_planned: int
    visits_left_out: int


async def read_shifts(tx: Transaction, day_on: date) -> list[ShiftShown]:
    """Return the teams on shift on a day, by their letter."""
    rows = await tx.fetch(
        "SELECT t.id, t.name, t.letter, t.mode, t.skills, t.languages, s.starts_at, s.ends_at, p.lon_e7, p.lat_e7 "
        "FROM shift s JOIN team t ON t.territory_id = s.territory_id AND t.id = s.team_id "
        "LEFT JOIN place p ON p.territory_id = t.territory_id AND p.id = t.start_place_id "
        "WHERE s.territory_id = $1 AND s.day_on = $2 AND t.state IS DISTINCT FROM 'suspended' ORDER BY t.letter, t.id",
        tx.scope.territory_id,
        day_on,
    )
    return [
        ShiftShown(
            str(row["id"]),
            row["name"] or "",
            row["letter"] or "",
            row["mode"] or "foot",
            tuple(row["skills"]),
            tuple(row["languages"]),
            row["starts_at"],
            row["ends_at"],
            *_degrees(row),
        )
        for row in rows
    ]


async def read_visits(tx: Transaction, visit_ids: Iterable[str]) -> dict[str, VisitShown]:
    """Return visits by id."""
    rows = await tx.fetch(
        "SELECT v.id, coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, f.name, '') AS who, "
        "v.place_id, p.name, p.kind, z.code, v.acts, v.people_count, v.priority, v.due_on, v.windows, p.lon_e7, p.lat_e7, "
        "coalesce(p.address, '') AS address, coalesce(h.phone, r.call_back_phone, p.contact_phone, '') AS phone "
        "FROM visit v LEFT JOIN request r ON r.territory_id = v.territory_id AND r.id = v.request_id "
        "LEFT JOIN place p ON p.territory_id = v.territory_id AND p.id = v.place_id "
        "LEFT JOIN zone z ON z.territory_id = p.territory_id AND z.id = p.zone_id "
        "LEFT JOIN person h ON h.territory_id = v.territory_id AND h.id = v.person_id "
        "LEFT JOIN household f ON f.territory_id = v.territory_id AND f.id = v.household_id "
        "WHERE v.territory_id = $1 AND v.id = ANY($2::uuid[])",
        tx.scope.territory_id,
        [UUID(one) for one in visit_ids],
    )
    return {
        str(row["id"]): VisitShown(
            str(row["id"]),
            row["who"],
            str(row["place_id"]),
            row["name"] or "",
            row["kind"] or "",
            row["code"] or "",
            tuple(row["acts"]),
            row["people_count"] or 1,
            row["priority"] or 2,
            row["due_on"],
            tuple(sorted(row["windows"])),
            row["phone"],
            *_degrees(row),
            row["address"],
        )
        for row in rows
    }


async def read_outlines(tx: Transaction) -> tuple[str, ...]:
    """Return the outlines of the zones as GeoJSON texts, in the order of their codes."""
    rows = await tx.fetch("SELECT geojson FROM zone WHERE territory_id = $1 ORDER BY code", tx.scope.territory_id)
    return tuple(row["geojson"] for row in rows)


async def list_plans(tx: Transaction, day_on: date) -> list[PlanLine]:
    """Return the plans of a day, the newest first, at most twenty."""
    rows = await tx.fetch(
        "SELECT id, state, made_at, (summary->>'visits_planned')::int AS planned, "
        "(summary->>'visits_left_out')::int AS left_out FROM plan WHERE territory_id = $1 AND day_on = $2 "
        "ORDER BY made_at DESC, id DESC LIMIT 20",
        tx.scope.territory_id,
        day_on,
    )
    return [PlanLine(PlanId(row["id"]), row["state"], row["made_at"], row["planned"], row["left_out"]) for row in rows]


def _degrees(row: Any) -> tuple[float | None, float | None]:
    if row["lon_e7"] is None or row["lat_e7"] is None:
        return None, None
    return row["lon_e7"] / 1e7, row["lat_e7"] / 1e7
