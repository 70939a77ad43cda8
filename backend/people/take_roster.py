"""Take the good lines of a list of people as ops on the log, all of them in one transaction or none."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.log.desk import Act, act_of_fields, write
from backend.people.roster import Known, Roster, Taken, read_roster
from backend.people.workbook import sheet_of
from backend.problems import Problem


async def list_group_places(tx: Transaction) -> list[tuple[UUID, str]]:
    """Return the places where many people live, as (id, name)."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, address, '') AS name FROM place WHERE territory_id = $1 "
        "AND kind IN ('hotel', 'shelter', 'nursing_home') AND state IS DISTINCT FROM 'closed' ORDER BY 2, 1",
        tx.scope.territory_id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def preview(tx: Transaction, file: str, data: bytes, place_id: UUID, on: date) -> Roster:
    """Return what a list comes to, on who is known now; nothing is written."""
    sheet = sheet_of(file, data)
    if isinstance(sheet, list):
        return Roster((), (), tuple(sheet))
    rows = await tx.fetch(
        "SELECT id, lower(name) AS name FROM place WHERE territory_id = $1 AND name IS NOT NULL "
        "AND state IS DISTINCT FROM 'closed' ORDER BY name, id",
        tx.scope.territory_id,
    )
    people = await tx.fetch(
        "SELECT place_id, coalesce(nullif(concat_ws(' ', given_name, family_name), ''), alias, '') AS name, born_on "
        "FROM person WHERE territory_id = $1 AND place_id IS NOT NULL AND died_on IS NULL ORDER BY id",
        tx.scope.territory_id,
    )
    known: dict[UUID, list[Known]] = {}
    for row in people:
        known.setdefault(row["place_id"], []).append(Known(row["name"], row["born_on"]))
    places = {row["name"]: row["id"] for row in reversed(rows)}
    return read_roster(file, sheet.csv, place_id, places, known, on, sheet.formulas)


async def take(tx: Transaction, installation_id: InstallationId, taken: Sequence[Taken], now: datetime) -> None:
    """Write these people down, and the households that their lines name."""
    acts: list[Act] = []
    households: set[UUID] = set()
    for one in taken:
        fields = dict(one.fields)
        if one.household:
            place_id = UUID(str(fields["place_id"]))
            household_id = uuid5(place_id, f"household {one.household.casefold()}")
            if household_id not in households:
                households.add(household_id)
                acts.append(Act("household", household_id, {"name": one.household, "place_id": str(place_id)}))
            fields["household_id"] = str(household_id)
        acts.append(act_of_fields("person", one.person_id, {**fields}))
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
