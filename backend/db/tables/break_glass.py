"""Columns of emergency openings of one record, and of notices to users (backend/break_glass, backend/notices)."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class BreakGlass(Table, tablename="break_glass"):
    """One record opened in an emergency, and what a supervisor found."""

    territory_id = UUID()
    id = UUID(primary_key=True, default=None)
    user_id = UUID()
    person_id = UUID()
    motive = Text()
    reason = Text()
    opened_at = Timestamptz()
    ends_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    finding = Text(null=True, default=None)
    review_note = Text()
    reviewed_by = UUID(null=True, default=None)
    reviewed_at = Timestamptz(null=True, default=None)


class Notice(Table, tablename="notice"):
    """Something that one user is told."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID(null=True, default=None)
    user_id = UUID()
    kind = Text()
    detail = Text()
    made_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None)
