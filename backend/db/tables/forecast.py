"""Columns of the read model of forecasts, which backend/doses/keep.py keeps in step, and of what unsigned rules may say."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Date, Text, Timestamptz
from piccolo.table import Table


class ForecastPerson(Table, tablename="forecast_person"):
    """How far the forecast of a person record is current, and which human the record is."""

    territory_id = UUID()
    id = UUID(primary_key=True, default=None)
    human_id = UUID()
    state = Text(default="waiting")
    rules_version = Text(null=True, default=None)
    computed_for_on = Date(null=True, default=None)
    refused_on = Date(null=True, default=None)
    unread = JSONB(default="[]")
    notices = JSONB(default="[]")


class Forecast(Table, tablename="forecast"):
    """What is due to a human of one antigen, and why."""

    territory_id = UUID()
    person_id = UUID(primary_key=True, default=None)
    antigen = Text()
    vaccine_group = Text()
    series = Text()
    status = Text()
    earliest_on = Date(null=True, default=None)
    recommended_on = Date(null=True, default=None)
    past_due_on = Date(null=True, default=None)
    latest_on = Date(null=True, default=None)
    dose_number = BigInt()
    vaccines = Array(base_column=Text(), default=list)
    doses = JSONB(default="[]")
    lines = JSONB(default="[]")
    notices = JSONB(default="[]")
    guidance = JSONB(default="[]")
    rules_version = Text()
    validated = Boolean()


class RulesChoice(Table, tablename="rules_choice"):
    """What a territory lets unsigned rules say, from a moment on, and why."""

    territory_id = UUID()
    id = BigInt(primary_key=True, default=None)
    unsigned_rules = Text()
    reason = Text()
    chosen_by = UUID()
    chosen_at = Timestamptz()
