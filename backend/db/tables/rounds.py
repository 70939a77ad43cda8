"""Columns of the typed tables of rounds: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Date, Text, Timestamptz
from piccolo.table import Table


class Team(Table, tablename="team"):
    """People who go out together, with skills and a travel mode."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    name = Text(null=True, default=None)
    letter = Text(null=True, default=None)
    mode = Text(null=True, default=None)
    skills = Array(base_column=Text(), default=list)
    languages = Array(base_column=Text(), default=list)
    start_place_id = UUID(null=True, default=None)
    end_place_id = UUID(null=True, default=None)
    doses_capacity = BigInt(null=True, default=None)
    tests_capacity = BigInt(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Round(Table, tablename="round"):
    """A published route on a tablet."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    plan_id = UUID(null=True, default=None)
    team_id = UUID(null=True, default=None)
    day_on = Date(null=True, default=None)
    starts_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None)
    version = BigInt(null=True, default=None)
    doses_carried = Array(base_column=Text(), default=list)
    doses_returned = Array(base_column=Text(), default=list)
    tests_carried = BigInt(null=True, default=None)
    tests_returned = BigInt(null=True, default=None)
    expected_waste_doses = BigInt(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Stop(Table, tablename="stop"):
    """A visit or several at one place with a time on a round."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    round_id = UUID(null=True, default=None)
    place_id = UUID(null=True, default=None)
    visit_ids = Array(base_column=UUID(), default=list)
    position = BigInt(null=True, default=None)
    arrival_planned_at = Timestamptz(null=True, default=None)
    service_minutes = BigInt(null=True, default=None)
    travel_seconds = BigInt(null=True, default=None)
    arrived_at = Timestamptz(null=True, default=None)
    departed_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Message(Table, tablename="message"):
    """A word from the dispatcher to a team."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    team_id = UUID(null=True, default=None)
    round_id = UUID(null=True, default=None)
    text = Text(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
