"""The tables that the code knows, the kinds that travel and the database are one."""

import pytest

from backend.access import Scope
from backend.db import piccolo_app
from backend.db.transaction import transaction
from backend.ids import TerritoryId, new_id
from sync.kinds import KINDS, Policy, Shape
from tests.conftest import Database

OURS_BESIDE_FIELDS = {"id", "territory_id", "zone_id", "sounds", "disputed", "recorded_by", "recorded_at", "changed_at"}
TYPES = {
    Shape.TEXT: "text",
    Shape.WORD: "text",
    Shape.DAY: "date",
    Shape.INSTANT: "timestamp with time zone",
    Shape.WHOLE: "bigint",
    Shape.FLAG: "boolean",
    Shape.REF: "uuid",
}
ARRAYS = {"text": "_text", "uuid": "_uuid"}
NOT_KNOWN_TO_PICCOLO = {"xid"}  # xid8 columns are written by defaults and read by backend/tablets alone


async def _columns(table: str) -> dict[str, tuple[str, str]]:
    async with transaction(Scope(TerritoryId(new_id()))) as tx:
        rows = await tx.fetch(
            "SELECT column_name, data_type, udt_name FROM information_schema.columns WHERE table_name = $1", table
        )
    return {row["column_name"]: (row["data_type"], row["udt_name"]) for row in rows}


@pytest.mark.parametrize("kind", list(KINDS))
async def test_typed_table_has_the_fields_of_its_kind(database: Database, kind: str) -> None:
    """A projection with a column too few would drop what a team recorded."""
    columns = await _columns(kind)
    assert set(columns) - OURS_BESIDE_FIELDS == set(KINDS[kind].fields) - OURS_BESIDE_FIELDS
    for name, field in KINDS[kind].fields.items():
        data_type, udt_name = columns[name]
        expected = TYPES[field.shape]
        assert (udt_name if field.policy is Policy.SET else data_type) == (
            ARRAYS[expected] if field.policy is Policy.SET else expected
        )


async def test_tables_of_the_code_equal_the_database(database: Database) -> None:
    """There is no pending migration: each Piccolo table has exactly the columns that the database has."""
    for table in piccolo_app.APP_CONFIG.table_classes:
        columns = set(await _columns(table._meta.tablename)) - NOT_KNOWN_TO_PICCOLO
        assert {column._meta.name for column in table._meta.columns} - {"id"} == columns - {"id"}, table._meta.tablename


async def test_every_table_of_a_territory_is_under_row_level_security(database: Database) -> None:
    """Whoever forgets the territory in a statement gets nothing, whoever runs it short of a superuser."""
    async with transaction(Scope(TerritoryId(new_id()))) as tx:
        bare = await tx.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'territory_id' "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
    assert [row["relname"] for row in bare] == ["sign_in_session"]


async def test_every_foreign_key_is_indexed_on_both_sides(database: Database) -> None:
    """A foreign key without an index makes every deletion and every join by it a walk through the table."""
    async with transaction(Scope(TerritoryId(new_id()))) as tx:
        bare = await tx.fetch(
            "SELECT c.conrelid::regclass::text AS table_name, c.conname FROM pg_constraint c WHERE c.contype = 'f' "
            "AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_index i "
            "WHERE i.indrelid = c.conrelid AND i.indkey[array_length(c.conkey, 1) - 1] = "
            "c.conkey[array_length(c.conkey, 1)])"
        )
    assert [f"{row['table_name']}: {row['conname']}" for row in bare] == []
