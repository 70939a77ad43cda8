"""Columns of the typed tables of stock: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Date, Text, Timestamptz
from piccolo.table import Table


class Product(Table, tablename="product"):
    """A vaccine product with its vial and clocks."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    code = Text(null=True, default=None)
    name = Text(null=True, default=None)
    antigens = Array(base_column=Text(), default=list)
    nuva_code = Text(null=True, default=None)
    cip_code = Text(null=True, default=None)
    doses_per_vial = BigInt(null=True, default=None)
    hours_after_opening = BigInt(null=True, default=None)
    days_thawed = BigInt(null=True, default=None)
    warm_minutes_max = BigInt(null=True, default=None)
    storage = Text(null=True, default=None)
    cvx_code = Text(null=True, default=None)
    atc_code = Text(null=True, default=None)
    facts_source = Text(null=True, default=None)
    value_sources = Array(base_column=Text(), default=list)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Lot(Table, tablename="lot"):
    """A lot of a product."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    product_id = UUID(null=True, default=None)
    number = Text(null=True, default=None)
    expires_on = Date(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Vial(Table, tablename="vial"):
    """One vial and its clock."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    lot_id = UUID(null=True, default=None)
    product_code = Text(null=True, default=None)
    lot_number = Text(null=True, default=None)
    expires_on = Date(null=True, default=None)
    team_id = UUID(null=True, default=None)
    doses_nominal = BigInt(null=True, default=None)
    thawed_at = Timestamptz(null=True, default=None)
    opened_at = Timestamptz(null=True, default=None)
    warm_minutes = BigInt(null=True, default=None)
    doses_wasted = BigInt(null=True, default=None)
    waste_cause = Array(base_column=Text(), default=list)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Temperature(Table, tablename="temperature"):
    """A reading of a bag or fridge."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    team_id = UUID(null=True, default=None)
    round_id = UUID(null=True, default=None)
    place_id = UUID(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)
    celsius_tenths = BigInt(null=True, default=None)
    moment = Text(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
