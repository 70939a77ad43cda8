"""Read requests that are one call: how pressing they are together, and whether two may be joined.

What may be joined, and which one stays, is decided in join.py.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.log.hold import take_turn
from backend.visits.join import Joinable

# What is joined to a request: looked up once for a list, since few requests are joined.
_JOINED: Final = (
    "(SELECT stays_id, max(q.priority) AS priority, min(q.due_on) AS due_on, "
    "min(q.received_at) AS received_at, count(*) AS calls FROM request q, "
    "unnest(q.joined_to) AS stays_id WHERE q.territory_id = $1 AND q.joined_to <> '{}' GROUP BY stays_id) j"
)
# The highest priority, the earliest due day and the first call of a request `r` and of what is joined to it.
URGENCY: Final = (
    f"LEFT JOIN {_JOINED} ON j.stays_id = r.id CROSS JOIN LATERAL (SELECT greatest(r.priority, j.priority) AS priority, "
    "least(r.due_on, j.due_on) AS due_on, least(r.received_at, j.received_at) AS received_at, coalesce(j.calls, 0)::int AS calls) u"
)
URGENCY_OF_VISIT: Final = (
    f"LEFT JOIN {_JOINED} ON j.stays_id = v.request_id CROSS JOIN LATERAL (SELECT j.priority, j.due_on) u"
)


async def hold_requests(
    tx: Transaction, installation_id: InstallationId, request_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Return the states of these requests, which nobody else changes until the end of the transaction."""
    await take_turn(tx, installation_id, request_ids)
    rows = await tx.fetch(
        "SELECT id, coalesce(state, 'open') AS state FROM request WHERE territory_id = $1 AND id = ANY($2::uuid[]) "
        "ORDER BY id",
        tx.scope.territory_id,
        list(request_ids),
    )
    return {row["id"]: row["state"] for row in rows}


async def hold_joinable(
    tx: Transaction, installation_id: InstallationId, request_ids: Collection[UUID]
) -> list[Joinable]:
    """Return these requests, which nobody else changes until the end of the transaction."""
    await take_turn(
        tx, installation_id, request_ids
    )  # what is joined to them is read after whoever came before has ended
    rows = await tx.fetch(
        "SELECT r.id, coalesce(r.state, 'open') AS state, r.received_at, r.person_id, r.household_id, r.place_id, r.acts, "
        "r.joined_to, EXISTS (SELECT FROM request q WHERE q.territory_id = $1 AND q.joined_to <> '{}' "
        "AND r.id = ANY(q.joined_to)) AS is_joined, coalesce((SELECT v.state FROM visit v WHERE v.territory_id = $1 "
        "AND v.request_id = r.id ORDER BY v.id DESC LIMIT 1), '') AS visit_state "
        "FROM request r WHERE r.territory_id = $1 AND r.id = ANY($2::uuid[]) ORDER BY r.id",
        tx.scope.territory_id,
        list(request_ids),
    )
    return [
        Joinable(
            row["id"],
            row["state"],
            row["received_at"],
            (row["person_id"], row["household_id"], row["place_id"]),
            frozenset(row["acts"]),
            tuple(row["joined_to"]),
            row["is_joined"],
            row["visit_state"],
        )
        for row in rows
    ]


async def open_requests_of(tx: Transaction, person_id: UUID | None, place_id: UUID | None) -> list[UUID]:
    """Return the requests that stand open for a person, or for a place and nobody in particular; the oldest first."""
    rows = await tx.fetch(
        "SELECT r.id FROM request r WHERE r.territory_id = $1 AND r.joined_to = '{}' "
        "AND r.state IN ('open', 'on_hold', 'accepted') AND CASE WHEN $2::uuid IS NULL "
        "THEN r.place_id = $3 AND r.person_id IS NULL ELSE r.person_id = $2 END ORDER BY r.received_at, r.id LIMIT 20",
        tx.scope.territory_id,
        person_id,
        place_id,
    )
    return [row["id"] for row in rows]
