"""Columns of sealed national identity numbers."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table


class IdentityNumber(Table, tablename="identity_number"):
    """One person's number, sealed; its keyed mark finds it."""

    territory_id = UUID()
    person_id = UUID()
    sealed = Bytea()
    key_id = Text()
    mark = Text()
    recorded_by = UUID()
    recorded_at = Timestamptz()
