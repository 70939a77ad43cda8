"""This file reads sessions, their sheet and their reserve list; every statement carries the territory."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.centre.slots import Hours
from backend.db.transaction import Transaction


class SessionShown(msgspec.Struct, frozen=True):
    """A session with its place."""

    id: UUID
    kind: str
    place_id: UUID
    place_name: str
    campaign_id: UUID | None
    antigens: list[str]
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_persons: int
    state: str
    balance_reason: str
    booked: int
    done: int

    @property
    def hours(self) -> Hours:
        """Return when it runs."""
        return Hours(self.starts_at, self.ends_at, self.slot_minutes, self.slot_persons)


class OnSheet(msgspec.Struct, frozen=True):
    """Somebody on a session's sheet."""

    id: UUID
    person_id: UUID
    name: str
    born_on: date | None
    phone: str
    slot_at: datetime
    antigen: str
    channel: str
    arrived_at: datetime | None
    observed_until_at: datetime | None
    state: str
    lot_number: str


class InReserve(msgspec.Struct, frozen=True):
    """Somebody on the reserve list; `metres` as the crow flies from the session, where both places are known."""

    id: UUID
    person_id: UUID
    name: str
    born_on: date | None
    phone: str
    antigen: str
    minutes_to_arrive: int | None
    metres: int | None
    offer_ends_at: datetime | None
    state: str


class LotToUse(msgspec.Struct, frozen=True):
    """A lot that may be used: available and not expired on the day."""

    id: UUID
    number: str
    product_code: str
    product_name: str
    antigens: list[str]
    expires_on: date | None
    doses_per_vial: int


_SESSION = (
    "SELECT s.id, coalesce(s.kind, 'centre') AS kind, s.place_id, coalesce(l.name, l.address, '') AS place_name, "
    "s.campaign_id, s.antigens, s.starts_at, s.ends_at, s.slot_minutes, s.slot_persons, "
    "coalesce(s.state, 'planned') AS state, coalesce(s.balance_reason, '') AS balance_reason, "
    "(SELECT count(*) FROM appointment a WHERE a.territory_id = s.territory_id AND a.site_session_id = s.id "
    "AND a.state <> 'cancelled') AS booked, "
    "(SELECT count(*) FROM appointment a WHERE a.territory_id = s.territory_id AND a.site_session_id = s.id "
    "AND a.state = 'done') AS done "
    "FROM site_session s JOIN place l ON l.territory_id = s.territory_id AND l.id = s.place_id "
)
_NAME = "trim(concat(p.given_name, ' ', coalesce(p.family_name, p.alias)))"


async def list_sessions(tx: Transaction, since: datetime, until: datetime) -> list[SessionShown]:
    """Return the sessions that begin in a stretch of time, the first one first."""
    rows = await tx.fetch(
        _SESSION + "WHERE s.territory_id = $1 AND s.starts_at >= $2 AND s.starts_at < $3 ORDER BY s.starts_at, s.id",
        tx.scope.territory_id,
        since,
        until,
    )
    return [SessionShown(**dict(row)) for row in rows]


async def find_session(tx: Transaction, session_id: UUID, *, hold: bool = False) -> SessionShown | None:
    """Return a session; `hold` keeps others from writing on its sheet until the end of the transaction."""
    if hold:
        await tx.fetch_value(
            "SELECT id FROM site_session WHERE territory_id = $1 AND id = $2 FOR UPDATE",
            tx.scope.territory_id,
            session_id,
        )
    row = await tx.fetch_row(_SESSION + "WHERE s.territory_id = $1 AND s.id = $2", tx.scope.territory_id, session_id)
    return SessionShown(**dict(row)) if row else None


async def read_sheet(tx: Transaction, session_id: UUID) -> list[OnSheet]:
    """Return who is on a session's sheet, by slot."""
    rows = await tx.fetch(
        f"SELECT a.id, a.person_id, {_NAME} AS name, p.born_on, coalesce(p.phone, '') AS phone, a.slot_at, a.antigen, "
        "a.channel, a.arrived_at, a.observed_until_at, coalesce(a.state, 'booked') AS state, "
        "coalesce(d.lot_number, '') AS lot_number FROM appointment a "
        "JOIN person p ON p.territory_id = a.territory_id AND p.id = a.person_id "
        "LEFT JOIN dose d ON d.territory_id = a.territory_id AND d.id = a.dose_id "
        "WHERE a.territory_id = $1 AND a.site_session_id = $2 ORDER BY a.slot_at, a.recorded_at, a.id",
        tx.scope.territory_id,
        session_id,
    )
    return [OnSheet(**dict(row)) for row in rows]


async def read_booked(tx: Transaction, session_id: UUID) -> Counter[datetime]:
    """Return how many persons stand in each slot; walk-ins take no booked place."""
    rows = await tx.fetch(
        "SELECT slot_at, count(*) AS n FROM appointment WHERE territory_id = $1 AND site_session_id = $2 "
        "AND state IS DISTINCT FROM 'cancelled' AND channel <> 'walk_in' GROUP BY slot_at",
        tx.scope.territory_id,
        session_id,
    )
    return Counter({row["slot_at"]: row["n"] for row in rows})


async def read_reserve(tx: Transaction, session_id: UUID) -> list[InReserve]:
    """Return the reserve list of a session."""
    rows = await tx.fetch(
        f"SELECT r.id, r.person_id, {_NAME} AS name, p.born_on, coalesce(p.phone, '') AS phone, r.antigen, "
        "r.minutes_to_arrive, (111320 * sqrt(power((h.lat_e7 - l.lat_e7) / 1e7, 2) + "
        "power((h.lon_e7 - l.lon_e7) / 1e7 * cos(radians(l.lat_e7 / 1e7)), 2)))::int AS metres, r.offer_ends_at, "
        "coalesce(r.state, 'waiting') AS state FROM reserve r "
        "JOIN site_session s ON s.territory_id = r.territory_id AND s.id = r.site_session_id "
        "JOIN place l ON l.territory_id = s.territory_id AND l.id = s.place_id "
        "JOIN person p ON p.territory_id = r.territory_id AND p.id = r.person_id "
        "LEFT JOIN household g ON g.territory_id = p.territory_id AND g.id = p.household_id "
        "LEFT JOIN place h ON h.territory_id = p.territory_id AND h.id = coalesce(p.place_id, g.place_id) "
        "WHERE r.territory_id = $1 AND r.site_session_id = $2 ORDER BY r.id",
        tx.scope.territory_id,
        session_id,
    )
    return [InReserve(**dict(row)) for row in rows]


async def read_lots(tx: Transaction, on: date) -> list[LotToUse]:
    """Return the lots that may be used on a day; one that is held back, recalled, disputed or expired is not among them."""
    rows = await tx.fetch(
        "SELECT l.id, l.number, coalesce(p.code, '') AS product_code, coalesce(p.name, p.code, '') AS product_name, "
        "p.antigens, l.expires_on, coalesce(p.doses_per_vial, 1)::int AS doses_per_vial FROM lot l "
        "JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id "
        "WHERE l.territory_id = $1 AND coalesce(l.state, 'available') = 'available' AND NOT 'state' = ANY(l.disputed) "
        "AND (l.expires_on IS NULL OR l.expires_on >= $2) ORDER BY l.expires_on NULLS LAST, l.number",
        tx.scope.territory_id,
        on,
    )
    return [LotToUse(**dict(row)) for row in rows]


async def read_given(tx: Transaction, session_id: UUID) -> dict[UUID, int]:
    """Return the doses given at a session, by lot, after the records of doses."""
    rows = await tx.fetch(
        "SELECT l.id, count(*) AS n FROM appointment a "
        "JOIN dose d ON d.territory_id = a.territory_id AND d.id = a.dose_id AND d.status = 'given' "
        "AND d.state IS DISTINCT FROM 'entered_in_error' "
        "JOIN product p ON p.territory_id = d.territory_id AND p.code = d.product_code "
        "JOIN lot l ON l.territory_id = d.territory_id AND l.number = d.lot_number AND l.product_id = p.id "
        "WHERE a.territory_id = $1 AND a.site_session_id = $2 GROUP BY l.id",
        tx.scope.territory_id,
        session_id,
    )
    return {row["id"]: row["n"] for row in rows}


async def list_sites(tx: Transaction, zone_id: UUID | None = None) -> list[tuple[UUID, str, str]]:
    """Return the places where a session may be held: id, name, kind; those of a zone first if one is named."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, address, '') AS name, kind FROM place WHERE territory_id = $1 "
        "AND kind IN ('centre', 'hotel', 'shelter', 'nursing_home') AND state IS DISTINCT FROM 'closed' "
        "ORDER BY zone_id IS NOT DISTINCT FROM $2 DESC, kind = 'centre' DESC, name, id",
        tx.scope.territory_id,
        zone_id,
    )
    return [(row["id"], row["name"], row["kind"]) for row in rows]
