"""Columns of the typed tables of care: projections of the log, rebuilt by `maraude rebuild`.

The fields are those of sync/kinds.py; tests/backend/db/test_tables.py keeps the two and the database equal.
"""

from piccolo.columns import UUID, Array, BigInt, Boolean, Date, Text, Timestamptz
from piccolo.table import Table


class Consent(Table, tablename="consent"):
    """A decision of a person about one act."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    act = Text(null=True, default=None)
    decision = Text(null=True, default=None)
    by = Text(null=True, default=None)
    reason = Text(null=True, default=None)
    language = Text(null=True, default=None)
    interpreter = Boolean(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Dose(Table, tablename="dose"):
    """A vaccination given or not given."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    status = Text(null=True, default=None)
    not_given_reason = Text(null=True, default=None)
    antigens = Array(base_column=Text(), default=list)
    product_code = Text(null=True, default=None)
    lot_number = Text(null=True, default=None)
    expires_on = Date(null=True, default=None)
    vial_id = UUID(null=True, default=None)
    body_site = Text(null=True, default=None)
    dose_number = BigInt(null=True, default=None)
    given_on = Date(null=True, default=None)
    given_at = Timestamptz(null=True, default=None)
    source = Text(null=True, default=None)
    observed_minutes = BigInt(null=True, default=None)
    observed_end = Text(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Questionnaire(Table, tablename="questionnaire"):
    """What was asked and answered before an injection."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    version = Text(null=True, default=None)
    antigens = Array(base_column=Text(), default=list)
    asked = Array(base_column=Text(), default=list)
    answered_yes = Array(base_column=Text(), default=list)
    answered_unknown = Array(base_column=Text(), default=list)
    outcome = Text(null=True, default=None)
    asked_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class AdverseEvent(Table, tablename="adverse_event"):
    """What happened to a person after a vaccination."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    dose_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    signs = Array(base_column=Text(), default=list)
    onset_at = Timestamptz(null=True, default=None)
    serious = Array(base_column=Text(), default=list)
    outcome = Text(null=True, default=None)
    treatment = Text(null=True, default=None)
    reporter = Text(null=True, default=None)
    reported_at = Timestamptz(null=True, default=None)
    declared_on = Date(null=True, default=None)
    declared_reference = Text(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Screening(Table, tablename="screening"):
    """A test and its result."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    person_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    test_type = Text(null=True, default=None)
    pathogen = Text(null=True, default=None)
    kit_lot = Text(null=True, default=None)
    collected_at = Timestamptz(null=True, default=None)
    result = Text(null=True, default=None)
    resulted_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class EducationSession(Table, tablename="education_session"):
    """A talk with people about their health."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    visit_id = UUID(null=True, default=None)
    place_id = UUID(null=True, default=None)
    household_id = UUID(null=True, default=None)
    topics = Array(base_column=Text(), default=list)
    language = Text(null=True, default=None)
    person_ids = Array(base_column=UUID(), default=list)
    people_present = BigInt(null=True, default=None)
    teach_back = Text(null=True, default=None)
    held_at = Timestamptz(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class Exposure(Table, tablename="exposure"):
    """A contact of an infected person."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    index_person_id = UUID(null=True, default=None)
    contact_person_id = UUID(null=True, default=None)
    setting = Text(null=True, default=None)
    last_on = Date(null=True, default=None)
    follow_up = Text(null=True, default=None)
    state = Text(null=True, default=None)
    error_reason = Text(null=True, default=None)
    note = Text(null=True, default=None)
    disputed = Array(base_column=Text(), default=list)
    recorded_by = UUID(null=True, default=None)
    recorded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
