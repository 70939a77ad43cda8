"""Columns of the days of the desk's phone; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import UUID, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class PhoneDay(Table, tablename="phone_day"):
    """What came of a day's calls, by whoever tells it."""

    day_on = Date(primary_key=True, default=None)
    territory_id = UUID()
    source = Text()
    answered = Integer()
    abandoned = Integer()
    missed = Integer()
    wait_seconds = Integer(null=True, default=None)
    told_by = UUID()
    told_at = Timestamptz()
