"""This file looks up which subjects a change touches, beyond those that the changed record names.

What has to be looked up is decided in backend/coverage/touched.py; the facts of subjects are read in load.py beside.
"""

from uuid import UUID

from backend.coverage.subjects import Subject, SubjectKind
from backend.coverage.touched import Touched
from backend.db.transaction import Transaction


async def look_up(tx: Transaction, touched: Touched) -> set[Subject]:
    """Return all subjects that a change touches: the named ones, and those found by the records that refer to them."""
    territory, found = tx.scope.territory_id, set(touched.subjects)
    households = set(touched.households)
    movers = set(touched.movers)
    if touched.places:
        rows = await tx.fetch(
            "SELECT id FROM household WHERE territory_id = $1 AND place_id = ANY($2)", territory, touched.places
        )
        households.update(row["id"] for row in rows)
    if touched.places or households:
        rows = await tx.fetch(
            "SELECT id FROM person WHERE territory_id = $1 AND (place_id = ANY($2) OR household_id = ANY($3))",
            territory,
            touched.places,
            households,
        )
        movers.update(row["id"] for row in rows)
        found.update(Subject(SubjectKind.PERSON, row["id"]) for row in rows)
    if touched.places or households or movers:
        rows = await tx.fetch(
            "SELECT id FROM request WHERE territory_id = $1 "
            "AND (place_id = ANY($2) OR household_id = ANY($3) OR person_id = ANY($4))",
            territory,
            touched.places,
            households,
            movers,
        )
        found.update(Subject(SubjectKind.REQUEST, row["id"]) for row in rows)
    if touched.visits:
        rows = await tx.fetch(
            "SELECT person_id, place_id FROM visit WHERE territory_id = $1 AND id = ANY($2)", territory, touched.visits
        )
        found.update(Subject(SubjectKind.PERSON, row["person_id"]) for row in rows if row["person_id"])
        found.update(Subject(SubjectKind.SITE, row["place_id"]) for row in rows if row["place_id"])
    if touched.lots or touched.products:
        rows = await tx.fetch(
            "SELECT v.id FROM vial v JOIN lot l ON l.territory_id = v.territory_id AND l.id = v.lot_id "
            "WHERE v.territory_id = $1 AND (l.id = ANY($2) OR l.product_id = ANY($3))",
            territory,
            touched.lots,
            touched.products,
        )
        found.update(Subject(SubjectKind.VIAL, row["id"]) for row in rows)
    return found


async def with_joined(tx: Transaction, person_ids: set[UUID]) -> dict[UUID, UUID]:
    """Return every person joined to one of these, directly or not, with the smallest id of its group (its human)."""
    known, links, ask = set(person_ids), set[tuple[UUID, UUID]](), set(person_ids)
    while ask:
        rows = await tx.fetch(
            "SELECT person_id, other_id FROM same_person "
            "WHERE territory_id = $1 AND joined AND (person_id = ANY($2) OR other_id = ANY($2))",
            tx.scope.territory_id,
            ask,
        )
        links.update((row["person_id"], row["other_id"]) for row in rows)
        ask = {id_ for link in links for id_ in link} - known
        known |= ask
    human = {id_: id_ for id_ in known}
    changed = True
    while changed:
        changed = False
        for one, other in links:
            least = min(human[one], human[other])
            if human[one] != least or human[other] != least:
                human[one] = human[other] = least
                changed = True
    return human
