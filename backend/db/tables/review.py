"""Columns of the typed tables of review: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, Boolean, Text, Timestamptz
from piccolo.table import Table


class Review(Table, tablename="review"):
    """What waits for a human."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    rule = Text(null=True, default=None)
    record_ids = Array(base_column=UUID(), default=list)
    field = Text(null=True, default=None)
    dots = Array(base_column=Text(), default=list)
    clinical = Boolean(null=True, default=None)
    opened_at = Timestamptz(null=True, default=None)
    choice = Text(null=True, default=None)
    choice_note = Text(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
