"""This file decides which subjects must be counted again after a record changed.

Some are named by the record itself, before or after; others have to be looked up (everybody who lives at a place whose
zone changed): those are returned as questions that backend/coverage/look_up.py answers. A campaign whose rule changed
touches everybody: that is a rebuild, never the business of one op.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from backend.coverage.subjects import Subject, SubjectKind

RULE_OF_A_CAMPAIGN: Final = ("antigen", "starts_on", "ends_on", "age_least_years", "population_groups")
Row = Mapping[str, Any]


class Change(NamedTuple):
    """One record as its typed table held it before and holds it now; None where there was or is none."""

    kind: str
    record_id: UUID
    before: Row | None
    after: Row | None

    def moved(self, *columns: str) -> bool:
        """Tell whether one of the columns changed."""
        return any((self.before or {}).get(column) != (self.after or {}).get(column) for column in columns)

    def ids(self, column: str) -> set[UUID]:
        """Return the ids that a column names before and after."""
        return {row[column] for row in (self.before, self.after) if row is not None and row.get(column) is not None}


class Touched(msgspec.Struct, frozen=True):
    """Subjects to count again, and by whose records to look up more."""

    subjects: set[Subject]
    places: set[UUID]  # their zone changed: who lives there, and their requests
    households: set[UUID]  # their place changed: their members, and the requests of the household
    movers: set[UUID]  # persons whose place changed: their requests
    visits: set[UUID]  # an outcome changed: the visit's person and place
    lots: set[UUID]
    products: set[UUID]
    everybody: bool


def touched_by(changes: Iterable[Change]) -> Touched:
    """Return what a set of changes touches.

    >>> before, after = {"person_id": UUID(int=1)}, {"person_id": UUID(int=2)}
    >>> touched = touched_by([Change("screening", UUID(int=9), before, after)])
    >>> sorted((subject.kind.value, subject.id.int) for subject in touched.subjects)
    [('act', 9), ('person', 1), ('person', 2)]
    """
    found = Touched(set(), set(), set(), set(), set(), set(), set(), everybody=False)
    everybody = False
    for change in changes:
        found.subjects.update(_named(change))
        _look_up(change, found)
        everybody = everybody or (change.kind == "campaign" and change.moved(*RULE_OF_A_CAMPAIGN))
    return msgspec.structs.replace(found, everybody=everybody)


def gathered(several: Iterable[Touched]) -> Touched:
    """Return what several sets of changes touch, as one."""
    read = list(several)
    found = Touched(set(), set(), set(), set(), set(), set(), set(), everybody=any(one.everybody for one in read))
    for one in read:
        found.subjects.update(one.subjects)
        found.places.update(one.places)
        found.households.update(one.households)
        found.movers.update(one.movers)
        found.visits.update(one.visits)
        found.lots.update(one.lots)
        found.products.update(one.products)
    return found


def _named(change: Change) -> Iterable[Subject]:
    """Yield the subjects that the record names itself."""
    own = {"request": SubjectKind.REQUEST, "place": SubjectKind.SITE, "vial": SubjectKind.VIAL}
    acts = ("dose", "screening", "visit_outcome")
    if change.kind in own:
        yield Subject(own[change.kind], change.record_id)
    if change.kind == "request":  # the ones that it is or was joined to: since when they wait
        for row in (change.before, change.after):
            yield from (Subject(SubjectKind.REQUEST, id_) for id_ in (row or {}).get("joined_to") or ())
    if change.kind in acts:
        yield Subject(SubjectKind.ACT, change.record_id)
    if change.kind == "person":
        yield Subject(SubjectKind.PERSON, change.record_id)
    if change.kind in ("dose", "screening", "consent", "visit", "same_person"):
        yield from (Subject(SubjectKind.PERSON, id_) for id_ in change.ids("person_id"))
    if change.kind == "same_person":
        yield from (Subject(SubjectKind.PERSON, id_) for id_ in change.ids("other_id"))
    if change.kind == "education_session":
        for row in (change.before, change.after):
            yield from (Subject(SubjectKind.PERSON, id_) for id_ in (row or {}).get("person_ids") or ())
    if change.kind == "dose":
        yield from (Subject(SubjectKind.VIAL, id_) for id_ in change.ids("vial_id"))
    if change.kind == "visit":
        yield from (Subject(SubjectKind.SITE, id_) for id_ in change.ids("place_id"))


def _look_up(change: Change, found: Touched) -> None:
    """Note the records by which more subjects have to be looked up."""
    if change.kind == "visit_outcome":
        found.visits.update(change.ids("visit_id"))
    # A record that did not exist before is not yet referred to by any that is stored.
    if change.before is None:
        return
    if change.kind == "person" and change.moved("place_id", "household_id"):
        found.movers.add(change.record_id)
    if change.kind == "place" and change.moved("zone_id"):
        found.places.add(change.record_id)
    if change.kind == "household" and change.moved("place_id"):
        found.households.add(change.record_id)
    if change.kind == "lot" and change.moved("product_id"):
        found.lots.add(change.record_id)
    if change.kind == "product" and change.moved("code"):
        found.products.add(change.record_id)
