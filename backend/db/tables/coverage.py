"""Columns of the typed tables of coverage: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Date, Text, Timestamptz
from piccolo.table import Table


class Campaign(Table, tablename="campaign"):
    """A vaccine, a season, target groups and a goal."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    name = Text(null=True, default=None)
    antigen = Text(null=True, default=None)
    season = Text(null=True, default=None)
    age_least_years = BigInt(null=True, default=None)
    population_groups = Array(base_column=Text(), default=list)
    starts_on = Date(null=True, default=None)
    ends_on = Date(null=True, default=None)
    target_percent = BigInt(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
