"""Columns of the read model of coverage, which backend/coverage/keep.py keeps in step with the records."""

from piccolo.columns import UUID, Array, BigInt, Date, Text, Timestamptz
from piccolo.table import Table


class CoverageState(Table, tablename="coverage_state"):
    """Which generation of counts serves, and whether a rebuild is needed."""

    territory_id = UUID(primary_key=True, default=None)
    generation = BigInt()
    generation_building = BigInt(null=True, default=None)
    rebuild_needed_at = Timestamptz(null=True, default=None)
    rebuilt_at = Timestamptz(null=True, default=None)


class CoverageCell(Table, tablename="coverage_cell"):
    """What is counted, broken down by campaign, zone, group, age band and period."""

    territory_id = UUID()
    id = BigInt(primary_key=True, default=None)
    measure = Text()
    campaign_id = UUID()
    zone_id = UUID()
    population_group = Text()
    age_band = Text()
    period_on = Date()
    detail = Text()


class CoverageCount(Table, tablename="coverage_count"):
    """How much a cell holds in a generation."""

    territory_id = UUID()
    generation = BigInt()
    cell_id = BigInt(primary_key=True, default=None)
    n = BigInt()


class CoverageSubject(Table, tablename="coverage_subject"):
    """In which cells somebody or something is counted."""

    territory_id = UUID()
    kind = Text()
    id = UUID(primary_key=True, default=None)
    generation = BigInt()
    cell_ids = Array(base_column=BigInt(), default=list)
    cell_ns = Array(base_column=BigInt(), default=list)


class CoverageVersion(Table, tablename="coverage_version"):
    """In which state a territory's counts and rules of coverage are."""

    territory_id = UUID(primary_key=True, default=None)
    part = Text()
    version = UUID()
