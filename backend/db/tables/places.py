"""Columns of the typed tables of places: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Boolean, Text, Timestamptz
from piccolo.table import Table


class Place(Table, tablename="place"):
    """A home, hotel, shelter, nursing home, centre or street spot."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    kind = Text(null=True, default=None)
    name = Text(null=True, default=None)
    address = Text(null=True, default=None)
    lon_e7 = BigInt(null=True, default=None)
    lat_e7 = BigInt(null=True, default=None)
    access_code = Text(null=True, default=None)
    floor = BigInt(null=True, default=None)
    lift = Boolean(null=True, default=None)
    contact_phone = Text(null=True, default=None)
    capacity_persons = BigInt(null=True, default=None)
    state = Text(null=True, default=None)
    zone_id = UUID(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
