"""This file reads who is due in a campaign and a zone: the very people that the read model counts there.

It is asked by pages that may show records, and by the bulk request, which shows nobody. Every statement carries the
territory.
"""

from datetime import date
from uuid import UUID

import msgspec

from backend.coverage.channels import DuePerson
from backend.coverage.count import DUE
from backend.db.transaction import Transaction

DUE_MOST = 500


class DueShown(msgspec.Struct, frozen=True):
    """Somebody who is due."""

    id: UUID
    name: str
    born_on: date | None
    phone: str
    place_id: UUID | None
    place_name: str
    place_kind: str
    walks: bool
    has_open_request: bool

    @property
    def person(self) -> DuePerson:
        """Return what decides the channel."""
        return DuePerson(self.id, self.place_id, self.place_kind not in ("", "home"), self.walks)


async def read_due(tx: Transaction, campaign_id: UUID, zone_id: UUID) -> list[DueShown]:
    """Return the people who are due in a zone, those at one place together; at most DUE_MOST."""
    rows = await tx.fetch(
        "SELECT p.id, trim(concat(p.given_name, ' ', coalesce(p.family_name, p.alias))) AS name, p.born_on, "
        "coalesce(p.phone, '') AS phone, l.id AS place_id, coalesce(l.name, l.address, '') AS place_name, "
        "coalesce(l.kind, '') AS place_kind, p.mobility IS NOT DISTINCT FROM 'walks' AS walks, "
        "EXISTS (SELECT FROM request r WHERE r.territory_id = $1 AND r.person_id = p.id AND 'vaccinate' = ANY(r.acts) "
        "AND r.joined_to = '{}' AND coalesce(r.state, 'open') IN ('open', 'on_hold', 'accepted')) AS has_open_request "
        "FROM person p LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "WHERE p.territory_id = $1 AND p.id = ANY($2) ORDER BY l.kind = 'home', place_name, name, p.id LIMIT $3",
        tx.scope.territory_id,
        await _counted_as_due(tx, campaign_id, zone_id),
        DUE_MOST,
    )
    return [DueShown(**dict(row)) for row in rows]


async def _counted_as_due(tx: Transaction, campaign_id: UUID, zone_id: UUID) -> list[UUID]:
    """Return who is counted as due: of those who live in the zone and those joined with somebody, few to look at."""
    near = await tx.fetch(
        "SELECT p.id FROM place l JOIN person p ON p.territory_id = $1 AND p.place_id = l.id "
        "WHERE l.territory_id = $1 AND l.zone_id = $2 "
        "UNION SELECT p.id FROM place l JOIN household h ON h.territory_id = $1 AND h.place_id = l.id "
        "JOIN person p ON p.territory_id = $1 AND p.household_id = h.id WHERE l.territory_id = $1 AND l.zone_id = $2 "
        "UNION SELECT unnest(ARRAY[person_id, other_id]) FROM same_person WHERE territory_id = $1 AND joined",
        tx.scope.territory_id,
        zone_id,
    )
    rows = await tx.fetch(
        "SELECT id FROM coverage_subject WHERE territory_id = $1 AND kind = 'person' AND id = ANY($2) "
        "AND cell_ids && ARRAY(SELECT c.id FROM coverage_cell c WHERE c.territory_id = $1 "
        "AND c.measure = 'person' AND c.campaign_id = $3 AND c.zone_id = $4 AND c.detail = ANY($5))",
        tx.scope.territory_id,
        [row["id"] for row in near],
        campaign_id,
        zone_id,
        sorted(DUE),
    )
    return [row["id"] for row in rows]
