"""This file draws what people do on a tablet: which record they touch, and what they write there."""

import random
from uuid import UUID

from sync.client import Act
from tests.simulation.desk import LOT, PERSONS, SHARED
from tests.simulation.server import DAY
from tests.simulation.tablet import Tablet

BIRTH_DAYS = ("1950-01-02", "1950-02-01", "1951-01-02")
ALLERGIES = ("penicillin", "latex", "egg")
NOTES = ("asleep", "dog", "came back")
ANTIGENS = ("influenza", "covid19")


def draw(chance: random.Random, tablet: Tablet, serial: int) -> Act:  # noqa: C901, PLR0911, PLR0912 - one kind of act after the other
    """Return the next act of whoever holds the tablet; `serial` makes its texts its own."""
    there = _there(tablet)
    persons = there.get("person") or list(PERSONS[:1])
    doses, vials, stops = there.get("dose", []), there.get("vial", []), there.get("stop", [])
    person = chance.choice(persons)
    what = chance.choices(_WHAT, _WEIGHTS)[0]
    if what == "room":
        return Act(person, "person", {"room": f"r{serial}"})
    if what == "two fields":
        return Act(person, "person", {"phone": f"06{serial}", "given_name": f"N{serial}"})
    if what == "born_on":
        return Act(person, "person", {"born_on": chance.choice(BIRTH_DAYS)})
    if what == "allergy":
        return Act(person, "person", add={"allergies": [chance.choice(ALLERGIES)]})
    if what == "no allergy":
        return Act(person, "person", remove={"allergies": [chance.choice(ALLERGIES)]})
    if what == "new person":
        place = tablet_place(chance, tablet)
        return Act(
            new_record(chance), "person", {"given_name": f"New{serial}", **({"place_id": place} if place else {})}
        )
    if what == "consent":
        decided = {"person_id": person, "act": "vaccinate", "decision": chance.choice(("given", "refused"))}
        return Act(new_record(chance), "consent", {**decided, "decided_at": f"{DAY}T10:00:00.000Z"})
    if what == "vial" or (what in ("waste", "empty") and not vials):
        return Act(new_record(chance), "vial", {"lot_id": LOT, "doses_nominal": 10, "team_id": tablet.team})
    if what == "waste":
        return Act(chance.choice(vials), "vial", inc={"doses_wasted": chance.randint(1, 3)})
    if what == "empty":
        return Act(chance.choice(vials), "vial", {"state": chance.choice(("sealed", "opened", "empty", "discarded"))})
    if what == "stop" and stops:
        return Act(chance.choice(stops), "stop", {"state": chance.choice(("planned", "arrived", "skipped", "done"))})
    if what == "error" and doses:
        return Act(chance.choice(doses), "dose", {"state": chance.choice(("recorded", "entered_in_error"))})
    if what == "note" and doses:
        return Act(chance.choice(doses), "dose", {"note": chance.choice(NOTES)})
    return dose(chance, person, chance.choice(ANTIGENS))


def dose(chance: random.Random, person: str, antigen: str = ANTIGENS[0]) -> Act:
    """Return a vaccination."""
    given = {"person_id": person, "status": "given", "given_on": f"2026-11-{chance.randint(19, 22)}"}
    return Act(new_record(chance), "dose", {**given, "lot_number": "L1"}, add={"antigens": [antigen]})


def bad(chance: random.Random, tablet: Tablet, serial: int) -> Act:
    """Return an act that the server must refuse: a value no field holds, or a reference nothing answers to."""
    if chance.random() < 0.5:
        return Act(SHARED, "person", {"born_on": f"soon {serial}"})
    return dose(chance, new_record(chance))


def new_record(chance: random.Random) -> str:
    """Return a record id by chance."""
    return str(UUID(int=chance.getrandbits(128)))


def tablet_place(chance: random.Random, tablet: Tablet) -> str | None:
    """Return a place that the tablet holds."""
    places = _there(tablet).get("place", [])
    return chance.choice(places) if places else None


def _there(tablet: Tablet) -> dict[str, list[str]]:
    """Return the records that the tablet shows, by kind: pulled ones and those made on it."""
    found: dict[str, dict[str, None]] = {}
    for _, held in sorted(tablet.store.buckets().items()):
        for record, state in held.items():
            found.setdefault(state.kind, {})[record] = None
    for kind, record in tablet.made:
        found.setdefault(kind, {})[record] = None
    return {kind: list(records) for kind, records in found.items()}


_CHOICES = {
    "room": 6, "two fields": 3, "born_on": 4, "allergy": 3, "no allergy": 2, "new person": 2, "consent": 1, "vial": 1,
    "waste": 3, "empty": 2, "stop": 2, "error": 1, "note": 2, "dose": 3,
}  # fmt: skip
_WHAT, _WEIGHTS = list(_CHOICES), list(_CHOICES.values())
