"""Columns of the typed tables of visits: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Date, Text, Timestamptz
from piccolo.table import Table


class Request(Table, tablename="request"):
    """Somebody asks that somebody be seen."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    caller_role = Text(null=True, default=None)
    channel = Text(null=True, default=None)
    call_back_phone = Text(null=True, default=None)
    person_id = UUID(null=True, default=None)
    household_id = UUID(null=True, default=None)
    place_id = UUID(null=True, default=None)
    acts = Array(base_column=Text(), default=list)
    priority = BigInt(null=True, default=None)
    due_on = Date(null=True, default=None)
    received_at = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)
    reason_code = Text(null=True, default=None)
    protocol_version = Text(null=True, default=None)
    red_flags = Array(base_column=Text(), default=list)
    redirected_to = Text(null=True, default=None)
    on_hold_reason = Text(null=True, default=None)
    on_hold_note = Text(null=True, default=None)
    joined_to = Array(base_column=UUID(), default=list)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Visit(Table, tablename="visit"):
    """The wish, accepted: who, where, which acts, by when."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    request_id = UUID(null=True, default=None)
    person_id = UUID(null=True, default=None)
    household_id = UUID(null=True, default=None)
    place_id = UUID(null=True, default=None)
    acts = Array(base_column=Text(), default=list)
    people_count = BigInt(null=True, default=None)
    service_minutes = BigInt(null=True, default=None)
    windows = Array(base_column=Text(), default=list)
    not_before_on = Date(null=True, default=None)
    due_on = Date(null=True, default=None)
    priority = BigInt(null=True, default=None)
    skills = Array(base_column=Text(), default=list)
    language = Text(null=True, default=None)
    professionals = BigInt(null=True, default=None)
    products = Array(base_column=Text(), default=list)
    preferred_team_id = UUID(null=True, default=None)
    state = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class VisitOutcome(Table, tablename="visit_outcome"):
    """What came of a visit."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    visit_id = UUID(null=True, default=None)
    stop_id = UUID(null=True, default=None)
    result = Text(null=True, default=None)
    arrived_at = Timestamptz(null=True, default=None)
    departed_at = Timestamptz(null=True, default=None)
    people_seen = BigInt(null=True, default=None)
    next_attempt_on = Date(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
