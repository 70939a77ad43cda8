"""Columns of the desk's rota and of its calendars; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import UUID, Bytea, Timestamptz
from piccolo.table import Table


class DeskShift(Table, tablename="desk_shift"):
    """When somebody sits at the desk."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    user_id = UUID()
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    made_by = UUID()
    made_at = Timestamptz()


class CalendarToken(Table, tablename="calendar_token"):
    """What lets a device read one user's shifts, as its hash."""

    user_id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    token_hash = Bytea()
    made_at = Timestamptz()
