"""What PostgreSQL itself lets the administration of reference tables do: the list of tables, and nothing beside it."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend import embedded
from backend.clock import now
from backend.db.migrate import migrate
from backend.ids import new_id
from backend.reference_admin.tables import REACH, Group, May
from sync.kinds import GROUPS
from tests.conftest import Database, at_database

HOUSE_KEEPING = {"coverage_version": {"territory_id", "part", "version"}}  # names of parts and random numbers
WRITES = {May.READ: set(), May.CHANGE: {"UPDATE"}, May.ADD_AND_REMOVE: {"INSERT", "UPDATE", "DELETE"}}


@contextlib.asynccontextmanager
async def as_reference(urls: embedded.Urls, database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(at_database(urls.reference_url, database.name))
    try:
        yield connection
    finally:
        await connection.close()


async def _town(database: Database) -> tuple[UUID, UUID, UUID]:
    """Make a territory with a zone and a campaign, as the owner; return the three ids."""
    territory, zone, campaign = new_id(), new_id(), new_id()
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("SELECT set_config('maraude.territory', $1, false)", str(territory))
        await owner.execute(
            "INSERT INTO territory VALUES ($1, $2, 'A town', 'Europe/Paris', 9, false, $3)",
            territory,
            str(territory),
            now(),
        )
        await owner.execute("INSERT INTO zone VALUES ($1, $2, 'Z1', 'North', '{}', 9, NULL, 'census')", territory, zone)
        await owner.execute("INSERT INTO campaign (territory_id, id, name) VALUES ($1, $2, 'Flu')", territory, campaign)
    finally:
        await owner.close()
    return territory, zone, campaign


async def _enter(connection: Any, territory: UUID, user: UUID | None = None) -> None:
    for name, value in (
        ("territory", territory),
        ("user", user or new_id()),
        ("at", now().isoformat()),
        ("request", "r"),
    ):
        await connection.execute("SELECT set_config($1, $2, false)", f"maraude.{name}", str(value))


def test_groups_of_a_target_are_those_of_the_house() -> None:
    assert tuple(group.value for group in Group) == GROUPS


async def test_every_table_that_is_not_listed_refuses_the_role(urls: embedded.Urls, database: Database) -> None:
    listed = {reach.table._meta.tablename for reach in REACH} | set(HOUSE_KEEPING)
    async with as_reference(urls, database) as connection:
        tables = await connection.fetch("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') "
                                        "AND relnamespace = 'public'::regnamespace")  # fmt: skip
        assert {"person", "dose", "op", "record", "journal", "app_user", "sign_in_session"} <= {
            row["relname"] for row in tables
        }
        for table in {row["relname"] for row in tables} - listed:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f'SELECT 1 FROM "{table}" LIMIT 1')  # ours: the names come from the catalogue


async def test_rights_on_each_listed_table_are_those_of_the_list(urls: embedded.Urls, database: Database) -> None:
    async with as_reference(urls, database) as connection:
        rows = await connection.fetch(
            "SELECT c.relname, a.attname, p.kind, has_column_privilege(c.oid, a.attnum, p.kind) AS held "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped, "
            "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p (kind) "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )
        may_delete = {
            row["relname"]
            for row in await connection.fetch(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                "AND has_table_privilege(oid, 'DELETE, TRUNCATE')"
            )
        }
    held: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["held"]:
            held.setdefault((row["relname"], row["kind"]), set()).add(row["attname"])
    for reach in REACH:
        table, shown = reach.table._meta.tablename, {column._meta.name for column in reach.table._meta.columns}
        assert shown <= held.pop((table, "SELECT")), table
        wanted = WRITES[reach.may]
        assert ((table, "INSERT") in held, (table, "UPDATE") in held) == ("INSERT" in wanted, "UPDATE" in wanted), table
        assert held.pop((table, "UPDATE"), set()) <= shown | {"territory_id"}, table
        held.pop((table, "INSERT"), None)
    assert {name for name, _kind in held} == set(HOUSE_KEEPING)
    assert may_delete == {reach.table._meta.tablename for reach in REACH if reach.may is May.ADD_AND_REMOVE}


async def test_role_becomes_no_other(urls: embedded.Urls, database: Database) -> None:
    async with as_reference(urls, database) as connection:
        for role in ("maraude_app", "maraude_owner", "pg_read_all_data"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {role}")


async def test_rows_are_those_of_one_territory(urls: embedded.Urls, database: Database) -> None:
    (territory, zone, campaign), (elsewhere, *_) = await _town(database), await _town(database)
    add = "INSERT INTO coverage_target (id, campaign_id, zone_id, target_percent, facts_source) VALUES ($1, $2, $3, 70, 'us')"
    async with as_reference(urls, database) as connection:
        assert await connection.fetch("SELECT id FROM zone") == []
        await _enter(connection, elsewhere)
        assert zone not in {row["id"] for row in await connection.fetch("SELECT id FROM zone")}
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(add, new_id(), campaign, zone)
        assert await connection.execute("UPDATE zone SET name = 'Ours' WHERE id = $1", zone) == "UPDATE 0"
        await _enter(connection, territory)
        await connection.execute(add, new_id(), campaign, zone)
        assert await connection.fetchval("SELECT territory_id FROM coverage_target") == territory


async def test_each_change_leaves_its_author_in_the_journal_or_is_none(urls: embedded.Urls, database: Database) -> None:
    (territory, zone, _campaign), user = await _town(database), new_id()
    change = "UPDATE zone SET name = 'South' WHERE id = $1"
    async with as_reference(urls, database) as connection:
        await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory))
        with pytest.raises(asyncpg.UndefinedObjectError):  # nobody said who: nothing is changed
            await connection.execute(change, zone)
        await _enter(connection, territory, user)
        await connection.execute(change, zone)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM journal")
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("SELECT set_config('maraude.territory', $1, false)", str(territory))
        (row,) = await owner.fetch("SELECT user_id, act, subject_kind, subject_ids, reason FROM journal")
    finally:
        await owner.close()
    assert tuple(row) == (user, "reference_changed", "zone", [zone], "name: North → South")


async def test_application_itself_leaves_no_such_row(database: Database) -> None:
    territory, zone, _campaign = await _town(database)
    app = await asyncpg.connect(database.url)
    try:
        await app.execute("SELECT set_config('maraude.territory', $1, false)", str(territory))
        assert await app.execute("UPDATE zone SET name = 'West' WHERE id = $1", zone) == "UPDATE 1"
        assert await app.fetch("SELECT 1 FROM journal") == []
    finally:
        await app.close()


async def test_role_gets_its_rights_when_it_is_made_after_the_schema(urls: embedded.Urls, database: Database) -> None:
    """A server whose owner may make no roles has none until somebody makes it; the next `migrate` is enough."""
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("REVOKE ALL ON zone, coverage_target FROM maraude_reference")
        await owner.execute("REVOKE SELECT (id) ON zone FROM maraude_reference")
    finally:
        await owner.close()
    async with as_reference(urls, database) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT id FROM zone")
    await migrate_again(database)
    async with as_reference(urls, database) as connection:
        assert await connection.fetch("SELECT id FROM zone") == []


async def migrate_again(database: Database) -> None:
    """Run `maraude migrate` on a schema that is up to date."""
    from backend.piccolo_conf import DB  # noqa: PLC0415

    await DB.close_connection_pool()
    try:
        await migrate(database.owner_url, now())
    finally:
        DB.point_at(database.url)
        await DB.start_connection_pool(min_size=1, max_size=2)
