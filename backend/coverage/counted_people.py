"""This file reads who is counted in a number of the pages of coverage: the very people that the read model counts there.

It is for those who may see records alone, and whoever asks leaves an entry in the journal. Every statement carries the
territory.
"""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from backend.coverage.keep import NO_ID
from backend.coverage.second_dose import has_matured
from backend.db.transaction import Transaction

PEOPLE_MOST: Final = 500
# What is counted by person and shown without its people, and whether it belongs to a campaign.
LISTED: Final = {
    "person": True,
    "dose_not_given": True,
    "dose_quality": True,
    "second_dose": True,
    "occasion": True,
    "refused_then": True,
    "consent_refused": False,
    "screening": False,
}


class CountedPerson(msgspec.Struct, frozen=True):
    """Somebody who is counted in a number."""

    id: UUID
    name: str
    born_on: date | None
    phone: str
    place_name: str


async def read_counted_people(
    tx: Transaction, campaign_id: UUID, counted: tuple[str, str], day_on: date
) -> list[CountedPerson]:
    """Return the people counted in a measure and detail of LISTED, by name; at most PEOPLE_MOST.

    Of second doses only those whose window had closed in a month that is over `day_on`, as the figure counts them.
    """
    measure, detail = counted
    cells = await tx.fetch(
        "SELECT id, period_on FROM coverage_cell WHERE territory_id = $1 AND measure = $2 AND campaign_id = $3 "
        "AND detail = $4",
        tx.scope.territory_id,
        measure,
        campaign_id if LISTED[measure] else NO_ID,
        detail,
    )
    subjects = await tx.fetch(
        "SELECT id FROM coverage_subject WHERE territory_id = $1 AND kind = 'person' AND cell_ids && $2::bigint[] LIMIT $3",
        tx.scope.territory_id,
        [row["id"] for row in cells if measure != "second_dose" or has_matured(row["period_on"], day_on)],
        PEOPLE_MOST,
    )
    rows = await tx.fetch(
        "SELECT p.id, trim(concat(p.given_name, ' ', coalesce(p.family_name, p.alias))) AS name, p.born_on, "
        "coalesce(p.phone, '') AS phone, coalesce(l.name, l.address, '') AS place_name FROM person p "
        "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "WHERE p.territory_id = $1 AND p.id = ANY($2) ORDER BY name, p.id",
        tx.scope.territory_id,
        [row["id"] for row in subjects],
    )
    return [CountedPerson(**dict(row)) for row in rows]
