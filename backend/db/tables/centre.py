"""Columns of the typed tables of the centre and its stock: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Text, Timestamptz
from piccolo.table import Table


class SiteSession(Table, tablename="site_session"):
    """A day of vaccination at a centre, a pop-up or a group site."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    kind = Text(null=True, default=None)
    place_id = UUID(null=True, default=None)
    campaign_id = UUID(null=True, default=None)
    antigens = Array(base_column=Text(), default=list)
    starts_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None)
    slot_minutes = BigInt(null=True, default=None)
    slot_persons = BigInt(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    balance_reason = Text(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Appointment(Table, tablename="appointment"):
    """Somebody's time at a session, walk-ins included."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    site_session_id = UUID(null=True, default=None)
    person_id = UUID(null=True, default=None)
    slot_at = Timestamptz(null=True, default=None)
    antigen = Text(null=True, default=None)
    channel = Text(null=True, default=None)
    follows_id = UUID(null=True, default=None)
    arrived_at = Timestamptz(null=True, default=None)
    observed_until_at = Timestamptz(null=True, default=None)
    dose_id = UUID(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Reserve(Table, tablename="reserve"):
    """Somebody who may come at short notice for a dose that is left."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    site_session_id = UUID(null=True, default=None)
    person_id = UUID(null=True, default=None)
    antigen = Text(null=True, default=None)
    minutes_to_arrive = BigInt(null=True, default=None)
    offered_at = Timestamptz(null=True, default=None)
    offer_ends_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class StockMove(Table, tablename="stock_move"):
    """Doses of a lot that came, went, were used, thrown away or counted."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    kind = Text(null=True, default=None)
    lot_id = UUID(null=True, default=None)
    from_place_id = UUID(null=True, default=None)
    to_place_id = UUID(null=True, default=None)
    site_session_id = UUID(null=True, default=None)
    doses = BigInt(null=True, default=None)
    cause = Text(null=True, default=None)
    moved_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Objective(Table, tablename="objective"):
    """What a contract with the authorities asks for."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    name = Text(null=True, default=None)
    campaign_id = UUID(null=True, default=None)
    indicator = Text(null=True, default=None)
    baseline_percent = BigInt(null=True, default=None)
    target_percent = BigInt(null=True, default=None)
    weight = BigInt(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Excursion(Table, tablename="excursion"):
    """A temperature out of range, the lots it holds back, and what was decided."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    temperature_id = UUID(null=True, default=None)
    lot_ids = Array(base_column=UUID(), default=list)
    opened_at = Timestamptz(null=True, default=None)
    decision = Text(null=True, default=None)
    decision_reason = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
