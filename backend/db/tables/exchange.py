"""Columns of what is noted of records that leave the house (backend/exchange)."""

from piccolo.columns import UUID, Timestamptz
from piccolo.table import Table


class KeyedDose(Table, tablename="keyed_dose"):
    """A dose that somebody has keyed into the national register."""

    territory_id = UUID()
    id = UUID(primary_key=True, default=None)
    keyed_by = UUID()
    keyed_at = Timestamptz()
