"""Columns of the typed tables of people: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Boolean, Date, Text, Timestamptz
from piccolo.table import Table


class Household(Table, tablename="household"):
    """People who live together at a place."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    name = Text(null=True, default=None)
    place_id = UUID(null=True, default=None)
    room = Text(null=True, default=None)
    headcount_declared = BigInt(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Person(Table, tablename="person"):
    """Somebody we care for; the name may be an alias."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    given_name = Text(null=True, default=None)
    family_name = Text(null=True, default=None)
    alias = Text(null=True, default=None)
    born_on = Date(null=True, default=None)
    born_precision = Text(null=True, default=None)
    sex = Text(null=True, default=None)
    phone = Text(null=True, default=None)
    language = Text(null=True, default=None)
    interpreter_needed = Boolean(null=True, default=None)
    place_id = UUID(null=True, default=None)
    room = Text(null=True, default=None)
    household_id = UUID(null=True, default=None)
    population_group = Text(null=True, default=None)
    mobility = Text(null=True, default=None)
    identity_status = Text(null=True, default=None)
    allergies = Array(base_column=Text(), default=list)
    conditions = Array(base_column=Text(), default=list)
    contraindications = Array(base_column=Text(), default=list)
    died_on = Date(null=True, default=None)
    objections = Array(base_column=Text(), default=list)
    sounds = Array(base_column=Text(), default=list)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class SamePerson(Table, tablename="same_person"):
    """A reversible link: two person records, one human."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    other_id = UUID(null=True, default=None)
    joined = Boolean(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
