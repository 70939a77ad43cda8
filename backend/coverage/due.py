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
        "AND coalesce(r.state, 'open') IN ('open', 'on_hold', 'accepted')) AS has_open_request "
        "FROM person p LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "JOIN coverage_subject s ON s.territory_id = p.territory_id AND s.kind = 'person' AND s.id = p.id "
        "WHERE p.territory_id = $1 AND s.cell_ids && ARRAY(SELECT c.id FROM coverage_cell c WHERE c.territory_id = $1 "
        "AND c.measure = 'person' AND c.campaign_id = $2 AND c.zone_id = $3 AND c.detail = ANY($4)) "
        "ORDER BY l.kind = 'home', place_name, name, p.id LIMIT $5",
        tx.scope.territory_id,
        campaign_id,
        zone_id,
        sorted(DUE),
        DUE_MOST,
    )
    return [DueShown(**dict(row)) for row in rows]
