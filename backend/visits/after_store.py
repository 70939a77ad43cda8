"""Read what follows visits at the desk: doors that stayed shut, results that wait, results to tell, contacts to call."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.log.hold import take_turn
from backend.visits.after import ATTEMPTS_MOST, STILL_CALLED, TO_BE_TOLD, Tried, waits_for_decision

ROWS_MOST: Final = 100
TELLING_DAYS: Final = 30


class ShutDoor(msgspec.Struct, frozen=True):
    """A visit that was tried in vain, and what each attempt came to, the first one first."""

    id: UUID
    request_id: UUID | None
    who: str
    place_name: str
    phone: str
    acts: tuple[str, ...]
    windows: tuple[str, ...]
    results: tuple[str, ...]
    last_failed_on: date


class Test(msgspec.Struct, frozen=True):
    """A test with its result, or without one yet."""

    id: UUID
    person_id: UUID
    who: str
    phone: str
    test_type: str
    pathogen: str
    collected_at: datetime | None
    result: str
    resulted_at: datetime | None


class Contact(msgspec.Struct, frozen=True):
    """Somebody who met an infected person, and is called once a day; the infected person is not named."""

    id: UUID
    person_id: UUID
    who: str
    phone: str
    language: str
    setting: str
    last_on: date
    follow_up: str


_NAME = "coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, '')"
_SHUT = (
    f"SELECT v.id, v.request_id, coalesce(nullif({_NAME}, ''), f.name, '') AS who, coalesce(p.name, p.address, '') AS place_name, "
    "coalesce(h.phone, r.call_back_phone, p.contact_phone, '') AS phone, v.acts, v.windows, v.not_before_on, "
    "t.results, t.failed_at FROM visit v "
    "JOIN LATERAL (SELECT array_agg(o.result ORDER BY o.recorded_at, o.id) AS results, "
    "max(coalesce(o.departed_at, o.arrived_at, o.recorded_at)) AS failed_at FROM visit_outcome o "
    "WHERE o.territory_id = v.territory_id AND o.visit_id = v.id AND o.result <> 'done' "
    "AND o.state IS DISTINCT FROM 'entered_in_error') t ON cardinality(t.results) >= $2 "
    "LEFT JOIN request r ON r.territory_id = v.territory_id AND r.id = v.request_id "
    "LEFT JOIN place p ON p.territory_id = v.territory_id AND p.id = v.place_id "
    "LEFT JOIN person h ON h.territory_id = v.territory_id AND h.id = v.person_id "
    "LEFT JOIN household f ON f.territory_id = v.territory_id AND f.id = v.household_id "
    "WHERE v.territory_id = $1 AND v.state = 'attempted' AND r.state IS DISTINCT FROM 'closed' "
    "AND r.state IS DISTINCT FROM 'revoked' AND coalesce(r.joined_to, '{}') = '{}' "
    "AND ($3::uuid IS NULL OR v.id = $3) ORDER BY t.failed_at, v.id"
)
_TESTS = (
    f"SELECT s.id, s.person_id, {_NAME} AS who, coalesce(h.phone, '') AS phone, coalesce(s.test_type, '') AS test_type, "
    "coalesce(s.pathogen, '') AS pathogen, s.collected_at, coalesce(s.result, 'pending') AS result, s.resulted_at "
    "FROM screening s JOIN person h ON h.territory_id = s.territory_id AND h.id = s.person_id "
    "WHERE s.territory_id = $1 AND s.state IS DISTINCT FROM 'entered_in_error' "
)
_CONTACTS = (
    f"SELECT e.id, e.contact_person_id AS person_id, {_NAME} AS who, coalesce(h.phone, '') AS phone, "
    "coalesce(h.language, '') AS language, coalesce(e.setting, '') AS setting, e.last_on, "
    "coalesce(e.follow_up, 'listed') AS follow_up FROM exposure e "
    "JOIN person h ON h.territory_id = e.territory_id AND h.id = e.contact_person_id "
    "WHERE e.territory_id = $1 AND coalesce(e.follow_up, 'listed') = ANY($2::text[]) "
    "AND e.state IS DISTINCT FROM 'entered_in_error' AND (coalesce(e.follow_up, 'listed') = 'listed' OR NOT EXISTS ("
    "SELECT FROM op WHERE op.territory_id = e.territory_id AND op.record_id = e.id AND op.received_at >= $3)) "
    "ORDER BY e.last_on, e.id"
)


async def list_shut_doors(tx: Transaction, time_zone: str, visit_id: UUID | None = None) -> list[ShutDoor]:
    """Return the visits that wait for a dispatcher's decision, the longest waiting first; of one visit, that one."""
    rows = await tx.fetch(_SHUT, tx.scope.territory_id, ATTEMPTS_MOST, visit_id)
    found = []
    for row in rows:
        failed_on = day_in(time_zone, row["failed_at"])
        if waits_for_decision(Tried(len(row["results"]), failed_on, row["not_before_on"])):
            found.append(
                ShutDoor(
                    row["id"], row["request_id"], row["who"], row["place_name"], row["phone"], tuple(row["acts"]),
                    tuple(row["windows"]), tuple(one or "other" for one in row["results"]), failed_on,
                )
            )  # fmt: skip
    return found


async def list_pending(tx: Transaction) -> list[Test]:
    """Return the tests whose result has not come, the oldest first."""
    rows = await tx.fetch(
        _TESTS + "AND coalesce(s.result, 'pending') = 'pending' ORDER BY s.collected_at NULLS FIRST, s.id LIMIT $2",
        tx.scope.territory_id,
        ROWS_MOST,
    )
    return [Test(**dict(row)) for row in rows]


async def list_to_tell(tx: Transaction, now: datetime) -> list[Test]:
    """Return the results of the last month that nobody told the person, what was found first."""
    rows = await tx.fetch(
        _TESTS + "AND s.result = ANY($3::text[]) AND s.told_at IS NULL "
        "AND coalesce(s.resulted_at, s.collected_at) >= $4 ORDER BY s.result <> 'detected', s.resulted_at, s.id LIMIT $2",
        tx.scope.territory_id,
        ROWS_MOST,
        list(TO_BE_TOLD),
        now - timedelta(days=TELLING_DAYS),
    )
    return [Test(**dict(row)) for row in rows]


async def list_to_call(tx: Transaction, today_at: datetime) -> list[Contact]:
    """Return the contacts who are followed and were not called since the day began."""
    rows = await tx.fetch(_CONTACTS, tx.scope.territory_id, list(STILL_CALLED), today_at)
    return [Contact(**dict(row)) for row in rows]


async def hold(tx: Transaction, installation_id: InstallationId, kind: str, record_id: UUID) -> Any:
    """Return a record's row, kept from others until the end of the transaction; None if there is none."""
    statements = {
        "screening": "SELECT * FROM screening WHERE territory_id = $1 AND id = $2",
        "exposure": "SELECT * FROM exposure WHERE territory_id = $1 AND id = $2",
        "visit": "SELECT * FROM visit WHERE territory_id = $1 AND id = $2",
    }
    await take_turn(tx, installation_id, [record_id])
    return await tx.fetch_row(statements[kind], tx.scope.territory_id, record_id)
