"""Columns of the plain tables of territory; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import UUID, BigInt, Boolean, Date, Text, Timestamptz
from piccolo.table import Table


class Territory(Table, tablename="territory"):
    """A territorial health community."""

    id = UUID(primary_key=True, default=None)
    slug = Text()
    name = Text()
    time_zone = Text()
    inhabitants = BigInt()
    is_demo = Boolean()
    created_at = Timestamptz()


class ServerEpoch(Table, tablename="server_epoch"):
    """Which life of the server this is."""

    only_one = Boolean(primary_key=True, default=None)
    epoch = BigInt()
    reoffering = Boolean()
    started_at = Timestamptz()


class Zone(Table, tablename="zone"):
    """A part of the territory with known inhabitants."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    code = Text()
    name = Text()
    geojson = Text()
    inhabitants = BigInt()
    income_median = BigInt(null=True, default=None)
    facts_source = Text()


class PopulationCell(Table, tablename="population_cell"):
    """How many people live in a zone, by age band and group."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    zone_id = UUID()
    age_band = Text()
    population_group = Text()
    low = BigInt()
    point = BigInt()
    high = BigInt()
    method = Text()
    facts_source = Text()
    counted_on = Date()
