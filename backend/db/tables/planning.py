"""Columns of the plain tables of planning; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class Shift(Table, tablename="shift"):
    """When a team works."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    team_id = UUID()
    day_on = Date()
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    lunch_window = Text()
    lunch_minutes = Integer()
    doses_carried = JSONB()
    tests_carried = Integer()


class Job(Table, tablename="job"):
    """Long work: the truth about it."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    kind = Text()
    args = JSONB()
    state = Text()
    attempts = Integer()
    attempts_max = Integer()
    lease_token = UUID(null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    cancel_asked = Boolean()
    progress = JSONB()
    result = JSONB(null=True, default=None)
    problem_code = Text(null=True, default=None)
    asked_by = UUID(null=True, default=None)
    asked_at = Timestamptz()
    enqueued_at = Timestamptz(null=True, default=None)
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    only_one_key = Text(null=True, default=None)


class Plan(Table, tablename="plan"):
    """All routes of a day and the visits left out."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    day_on = Date()
    state = Text()
    version = Integer()
    job_id = UUID(null=True, default=None)
    problem_hash = Text()
    seed = BigInt()
    iterations = BigInt()
    travel_source = Text()
    summary = JSONB()
    body = JSONB()
    made_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    published_by = UUID(null=True, default=None)


class PlanChange(Table, tablename="plan_change"):
    """One change by hand of a draft plan."""

    territory_id = UUID()
    plan_id = UUID(primary_key=True, default=None)
    version = Integer()
    change = JSONB()
    before = JSONB()
    undone = Boolean()
    made_by = UUID(null=True, default=None)
    made_at = Timestamptz()


class PlanningWeights(Table, tablename="planning_weights"):
    """One change of what a territory holds dear when its rounds are planned."""

    territory_id = UUID()
    version = Integer(primary_key=True, default=None)
    weights = JSONB()
    reason = Text()
    set_by = UUID()
    set_at = Timestamptz()


class CoverageTarget(Table, tablename="coverage_target"):
    """What a campaign wants to reach, where."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    campaign_id = UUID()
    zone_id = UUID(null=True, default=None)
    population_group = Text(null=True, default=None)
    target_percent = Integer()
    facts_source = Text()
