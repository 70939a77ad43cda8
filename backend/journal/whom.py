"""This file says at whose records somebody looks who looks at requests, rounds, visits or reviews: the journal names persons.

"Who saw my record" must find a look whatever the page was: a round names those whom it visits, a plan those whom it leaves
out. Who is named is read in the transaction of the look, since rounds change and the entry must say what was shown.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction

_ID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whom a visit is about: a person, or everybody of a household.
_OF_VISITS = (
    "SELECT h.id FROM visit v JOIN person h ON h.territory_id = v.territory_id "
    "AND (h.id = v.person_id OR (v.person_id IS NULL AND h.household_id = v.household_id)) "
)


async def persons_of_visits(tx: Transaction, visit_ids: Iterable[UUID | str]) -> list[UUID]:
    """Return the persons whom these visits are about."""
    wanted = [UUID(str(one)) for one in visit_ids]
    rows = await tx.fetch(
        f"{_OF_VISITS} WHERE v.territory_id = $1 AND v.id = ANY($2::uuid[]) GROUP BY h.id ORDER BY h.id",
        tx.scope.territory_id,
        wanted,
    )
    return [row["id"] for row in rows]


async def persons_of_requests(tx: Transaction, request_ids: Collection[UUID]) -> list[UUID]:
    """Return the persons for whom these requests were made."""
    rows = await tx.fetch(
        "SELECT h.id FROM request q JOIN person h ON h.territory_id = q.territory_id "
        "AND (h.id = q.person_id OR (q.person_id IS NULL AND h.household_id = q.household_id)) "
        "WHERE q.territory_id = $1 AND q.id = ANY($2::uuid[]) GROUP BY h.id ORDER BY h.id",
        tx.scope.territory_id,
        list(request_ids),
    )
    return [row["id"] for row in rows]


async def persons_of_rounds(tx: Transaction, round_ids: Collection[UUID]) -> list[UUID]:
    """Return the persons whom the stops of these rounds are for."""
    rows = await tx.fetch(
        f"{_OF_VISITS} WHERE v.territory_id = $1 AND v.id IN (SELECT unnest(s.visit_ids) FROM stop s "
        "WHERE s.territory_id = $1 AND s.round_id = ANY($2::uuid[])) GROUP BY h.id ORDER BY h.id",
        tx.scope.territory_id,
        list(round_ids),
    )
    return [row["id"] for row in rows]


async def persons_of_reviews(tx: Transaction, review_ids: Collection[UUID]) -> list[UUID]:
    """Return the persons about whose records these reviews ask."""
    rows = await tx.fetch(
        "SELECT h.id FROM review w JOIN record r ON r.territory_id = w.territory_id AND r.id = ANY(w.record_ids) "
        "LEFT JOIN visit v ON v.territory_id = r.territory_id AND v.id IN (r.id, r.subject_id) "
        "JOIN person h ON h.territory_id = w.territory_id AND h.id IN (r.id, r.subject_id, v.person_id) "
        "WHERE w.territory_id = $1 AND w.id = ANY($2::uuid[]) GROUP BY h.id ORDER BY h.id",
        tx.scope.territory_id,
        list(review_ids),
    )
    return [row["id"] for row in rows]


async def persons_named_in(tx: Transaction, contents: Iterable[bytes]) -> list[UUID]:
    """Return the persons whom these contents name by an id, or by the id of a record about them."""
    named = {UUID(one.decode()) for content in contents for one in _ID.findall(content)}
    rows = await tx.fetch(
        "SELECT h.id FROM person h WHERE h.territory_id = $1 AND (h.id = ANY($2::uuid[]) OR h.id IN "
        "(SELECT r.subject_id FROM record r WHERE r.territory_id = $1 AND r.id = ANY($2::uuid[]))) ORDER BY h.id",
        tx.scope.territory_id,
        sorted(named),
    )
    return [row["id"] for row in rows]
