"""Read the backlog: requests with the visit each became, where and about whom, filtered and counted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.visits.join_store import URGENCY
from backend.visits.marks import REQUESTS_MOST, Located

PAGE_ROWS = 100
StateWord = Literal["waiting", "open", "on_hold", "accepted", "redirected", "revoked", "closed", "joined", "all"]


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the backlog is narrowed to; empty and 0 mean any. `waiting` is what nobody has seen yet."""

    state: StateWord = "waiting"
    act: str = ""
    priority: int = 0
    zone: str = ""
    due: Literal["", "overdue", "tomorrow", "week"] = ""
    group: str = ""
    place: UUID | None = None
    page: int = 1


@dataclass(frozen=True)
class BacklogRow:
    """One request as the desk lists it."""

    id: UUID
    state: str
    priority: int
    due_on: date | None
    received_at: datetime  # of the first call, where others are joined to it
    acts: tuple[str, ...]
    reason: str
    call_back_phone: str
    who: str
    group: str
    place_id: UUID | None
    place_name: str
    place_kind: str
    zone_code: str
    visit_state: str
    reason_code: str
    protocol_version: str
    red_flags: tuple[str, ...]
    redirected_to: str
    on_hold_reason: str
    on_hold_note: str
    joined_to: tuple[UUID, ...]
    calls: int  # requests that are joined to this one


@dataclass(frozen=True)
class Backlog:
    """One page of requests and how many there are in all."""

    rows: list[BacklogRow]
    count: int


_FROM = (
    f"FROM request r {URGENCY} LEFT JOIN place p ON p.territory_id = r.territory_id AND p.id = r.place_id "
    "LEFT JOIN zone z ON z.territory_id = p.territory_id AND z.id = p.zone_id "
    "LEFT JOIN person h ON h.territory_id = r.territory_id AND h.id = r.person_id "
    "LEFT JOIN household f ON f.territory_id = r.territory_id AND f.id = r.household_id "
    "LEFT JOIN LATERAL (SELECT v.state FROM visit v WHERE v.territory_id = r.territory_id AND v.request_id = r.id "
    "ORDER BY v.id DESC LIMIT 1) v ON true "
    "CROSS JOIN LATERAL (SELECT coalesce(h.population_group, (SELECT min(m.population_group) FROM person m "
    "WHERE m.territory_id = r.territory_id AND m.household_id = r.household_id), CASE p.kind WHEN 'hotel' "
    "THEN 'homeless_hotel' WHEN 'nursing_home' THEN 'nursing_home' ELSE 'other' END) AS population_group) g "
    "WHERE r.territory_id = $1 AND CASE $2 WHEN 'all' THEN true WHEN 'joined' THEN r.joined_to <> '{}' "
    "WHEN 'waiting' THEN r.joined_to = '{}' AND (r.state IN ('open', 'on_hold') "
    "OR (r.state = 'accepted' AND coalesce(v.state, 'wanted') IN ('wanted', 'planned', 'attempted'))) "
    "ELSE r.joined_to = '{}' AND r.state = $2 END AND ($3 = '' OR $3 = ANY(r.acts)) AND ($4::bigint = 0 OR u.priority = $4) "
    "AND ($5 = '' OR z.code = $5) AND ($6 = '' OR g.population_group = $6) "
    "AND CASE $7 WHEN 'overdue' THEN u.due_on < $8 WHEN 'tomorrow' THEN u.due_on <= $8 + 1 "
    "WHEN 'week' THEN u.due_on <= $8 + 7 ELSE true END AND ($9::uuid IS NULL OR r.place_id = $9) "
)
_ORDER = "ORDER BY u.priority DESC NULLS LAST, u.due_on NULLS LAST, u.received_at, r.id"
_ROWS = (
    "SELECT r.id, r.state, u.priority, u.due_on, u.received_at, r.acts, r.reason, r.call_back_phone, "
    "coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, f.name) AS who, g.population_group, "
    "r.place_id, p.name AS place_name, p.kind AS place_kind, z.code AS zone_code, v.state AS visit_state, "
    "r.reason_code, r.protocol_version, r.red_flags, r.redirected_to, r.on_hold_reason, r.on_hold_note, r.joined_to, u.calls, "
    f"count(*) OVER () AS count {_FROM} {_ORDER} LIMIT {PAGE_ROWS} OFFSET $10"
)

_LOCATED_MOST = REQUESTS_MOST + 1  # one more tells that there are more
_LOCATED = (
    "SELECT r.place_id, u.priority, u.due_on, u.received_at, p.name AS place_name, p.kind AS place_kind, "
    f"p.lon_e7, p.lat_e7 {_FROM} {_ORDER} LIMIT {_LOCATED_MOST}"
)


async def read_backlog(tx: Transaction, filters: Filters, today: date) -> Backlog:
    """Return one page of the requests that the filters let through, the most pressing first."""
    found = await tx.fetch(_ROWS, *_values(tx, filters, today), PAGE_ROWS * (filters.page - 1))
    return Backlog([_row(row) for row in found], found[0]["count"] if found else 0)


async def read_located(tx: Transaction, filters: Filters, today: date, time_zone: str) -> list[Located]:
    """Return where the requests wait that the filters let through, on whichever page of the table they are."""
    rows = await tx.fetch(_LOCATED, *_values(tx, filters, today))
    return [
        Located(
            row["place_id"],
            row["place_name"] or "",
            row["place_kind"] or "",
            None if row["lon_e7"] is None else row["lon_e7"] / 1e7,
            None if row["lat_e7"] is None else row["lat_e7"] / 1e7,
            row["priority"] or 2,
            day_in(time_zone, row["received_at"]),
            row["due_on"],
        )
        for row in rows
    ]


def _values(tx: Transaction, filters: Filters, today: date) -> tuple[Any, ...]:
    return (
        tx.scope.territory_id,
        filters.state,
        filters.act,
        filters.priority,
        filters.zone,
        filters.group,
        filters.due,
        today,
        filters.place,
    )


def _row(row: Any) -> BacklogRow:
    return BacklogRow(
        row["id"],
        row["state"] or "open",
        row["priority"] or 2,
        row["due_on"],
        row["received_at"],
        tuple(row["acts"]),
        row["reason"] or "",
        row["call_back_phone"] or "",
        row["who"] or "",
        row["population_group"] or "other",
        row["place_id"],
        row["place_name"] or "",
        row["place_kind"] or "",
        row["zone_code"] or "",
        row["visit_state"] or "",
        row["reason_code"] or "",
        row["protocol_version"] or "",
        tuple(sorted(row["red_flags"])),
        row["redirected_to"] or "",
        row["on_hold_reason"] or "",
        row["on_hold_note"] or "",
        tuple(row["joined_to"]),
        row["calls"],
    )


@dataclass(frozen=True)
class Waiting:
    """How much waits at the desk: requests to accept by age, visits to plan."""

    to_accept: int
    oldest_received_at: datetime | None
    overdue: int
    visits_to_plan: int


async def read_waiting(tx: Transaction, today: date) -> Waiting:
    """Return what waits at the desk on a day."""
    row = await tx.fetch_row(
        "SELECT count(*) AS to_accept, min(received_at) AS oldest_received_at, "
        "count(*) FILTER (WHERE due_on < $2) AS overdue, (SELECT count(*) FROM visit v WHERE v.territory_id = $1 "
        "AND v.state IN ('wanted', 'attempted') AND NOT EXISTS (SELECT FROM request j WHERE j.territory_id = $1 "
        "AND j.id = v.request_id AND j.joined_to <> '{}')) AS visits_to_plan "
        f"FROM (SELECT u.received_at, u.due_on FROM request r {URGENCY} WHERE r.territory_id = $1 "
        "AND r.state IN ('open', 'on_hold') AND r.joined_to = '{}') w",
        tx.scope.territory_id,
        today,
    )
    return (
        Waiting(row["to_accept"], row["oldest_received_at"], row["overdue"], row["visits_to_plan"])
        if row
        else Waiting(0, None, 0, 0)
    )


@dataclass(frozen=True)
class RequestDetail:
    """A request to accept: what its visit will start from."""

    id: UUID
    state: str
    acts: tuple[str, ...]
    who: str
    place_name: str
    people_known: int
    language: str


async def find_request(tx: Transaction, request_id: UUID) -> RequestDetail | None:
    """Return a request with what is known of the people it is about."""
    row = await tx.fetch_row(
        "SELECT r.id, r.state, r.acts, coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, "
        "f.name, '') AS who, coalesce(p.name, '') AS place_name, coalesce(h.language, '') AS language, "
        "CASE WHEN r.person_id IS NOT NULL THEN 1 WHEN r.household_id IS NOT NULL THEN "
        "(SELECT count(*) FROM person m WHERE m.territory_id = r.territory_id AND m.household_id = r.household_id) "
        "ELSE (SELECT count(*) FROM person m WHERE m.territory_id = r.territory_id AND m.place_id = r.place_id) END "
        "AS people FROM request r LEFT JOIN place p ON p.territory_id = r.territory_id AND p.id = r.place_id "
        "LEFT JOIN person h ON h.territory_id = r.territory_id AND h.id = r.person_id "
        "LEFT JOIN household f ON f.territory_id = r.territory_id AND f.id = r.household_id "
        "WHERE r.territory_id = $1 AND r.id = $2",
        tx.scope.territory_id,
        request_id,
    )
    if row is None:
        return None
    return RequestDetail(
        row["id"],
        row["state"] or "open",
        tuple(row["acts"]),
        row["who"],
        row["place_name"],
        max(1, row["people"]),
        row["language"],
    )


async def list_product_codes(tx: Transaction) -> list[tuple[str, str]]:
    """Return the vaccine products as (code, name)."""
    rows = await tx.fetch(
        "SELECT code, coalesce(name, code) AS name FROM product WHERE territory_id = $1 AND code IS NOT NULL ORDER BY 2",
        tx.scope.territory_id,
    )
    return [(row["code"], row["name"]) for row in rows]


async def list_zones(tx: Transaction) -> list[tuple[str, str]]:
    """Return the zones as (code, name); names that several bear have their code beside them."""
    rows = await tx.fetch(
        "SELECT code, CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN name || ' (' || code || ')' ELSE name END AS name "
        "FROM zone WHERE territory_id = $1 ORDER BY code",
        tx.scope.territory_id,
    )
    return [(row["code"], row["name"]) for row in rows]


@dataclass(frozen=True)
class OwnRequest:
    """A request as far as whoever made it from outside may follow it: no name, no place, no reason."""

    id: UUID
    received_at: datetime
    acts: tuple[str, ...]
    state: str
    visit_state: str


async def list_own_requests(tx: Transaction) -> list[OwnRequest]:
    """Return the requests that the user of the transaction made, the newest first, at most a page of them.

    One that is joined to another stands where that one stands: the call was one, and so is the visit. Where that one is
    erased, with whoever it was about, its own is still here and `erased`.
    """
    rows = await tx.fetch(
        "SELECT r.id, r.received_at, r.acts, CASE WHEN s.id IS NULL THEN 'erased' ELSE coalesce(s.state, 'open') END AS state, "
        "coalesce((SELECT v.state FROM visit v "
        "WHERE v.territory_id = s.territory_id AND v.request_id = s.id ORDER BY v.id DESC LIMIT 1), '') AS visit_state "
        "FROM request r LEFT JOIN request s ON s.territory_id = r.territory_id AND s.id = coalesce(r.joined_to[1], r.id) "
        f"WHERE r.territory_id = $1 AND r.recorded_by = $2 ORDER BY r.received_at DESC, r.id LIMIT {PAGE_ROWS}",
        tx.scope.territory_id,
        tx.scope.user_id,
    )
    return [
        OwnRequest(row["id"], row["received_at"], tuple(row["acts"]), row["state"], row["visit_state"]) for row in rows
    ]


async def has_position(tx: Transaction, visit_id: UUID) -> bool:
    """Say whether it is known where a visit is made: without it no plan can take it."""
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT FROM visit v JOIN place p ON p.territory_id = v.territory_id AND p.id = v.place_id "
            "WHERE v.territory_id = $1 AND v.id = $2 AND p.lon_e7 IS NOT NULL AND p.lat_e7 IS NOT NULL)",
            tx.scope.territory_id,
            visit_id,
        )
    )
