"""A push waits for as many answers of the database whether it carries one op or a hundred, and few of them."""

from typing import Any

import asyncpg
import pytest

from backend import clock
from backend.access import Scope
from backend.db.transaction import transaction
from backend.ids import InstallationId, TerritoryId, new_id
from backend.log.append import append
from backend.log.load import InstallationUnknownError
from sync.decode import Batch, decode
from sync.ops import Op
from tests.backend.ground import Ground, Pen

STATEMENTS_MOST = 4  # beside those that open and end the transaction


async def _statements(pen: Pen, *ops: Op) -> list[str]:
    """Return the statements that appending these ops sends."""
    sent: list[str] = []
    batch = decode(pen.body(*ops))
    assert isinstance(batch, Batch)
    assert pen.scope.installation_id is not None
    async with transaction(pen.scope) as tx:

        def note(query: Any) -> None:
            sent.append(query.query)

        with tx.connection.query_logger(note):
            decision, _ = await append(tx, InstallationId(pen.scope.installation_id), batch, clock.now())
    assert {verdict.word for verdict in decision.verdicts} == {"stored"}
    return sent


async def test_nothing_is_appended_in_a_territory_that_does_not_exist(ground: Ground) -> None:
    """The tables of the log have no key to the territory: the installation, which has one, stands for it."""
    pen = await ground.tablet_pen()
    batch = decode(pen.body(*_persons(pen, ground, 1)))
    assert isinstance(batch, Batch)
    assert pen.scope.installation_id is not None
    with pytest.raises(InstallationUnknownError):
        async with transaction(Scope(TerritoryId(new_id()), None, pen.scope.installation_id)) as tx:
            await append(tx, InstallationId(pen.scope.installation_id), batch, clock.now())


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO op (territory_id, actor, n, id, hash, verdict, body, received_at) "
            "VALUES ($1, 1, 1, gen_random_uuid(), '', 'stored', '', now())"
        ),
        "INSERT INTO record (territory_id, id, kind, body, content_sum) VALUES ($1, gen_random_uuid(), 'person', '', 0)",
        "INSERT INTO feed (territory_id, bucket_id, record_id) VALUES ($1, 'b', gen_random_uuid())",
        "INSERT INTO bucket (territory_id, id) VALUES ($1, 'b')",
    ],
)
async def test_row_of_the_log_of_another_territory_than_the_transactions_is_refused(
    ground: Ground, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(ground.scope) as tx:
            await tx.execute(statement, new_id())


def _persons(pen: Pen, ground: Ground, count: int) -> list[Op]:
    fields = {"given_name": "Awa", "place_id": str(ground.ids["hotel"])}
    return [pen.op("person", new_id(), set=fields) for _ in range(count)]


@pytest.mark.parametrize("count", [1, 100])
async def test_push_sends_few_statements_however_many_ops_it_carries(ground: Ground, count: int) -> None:
    pen = await ground.tablet_pen()
    sent = await _statements(pen, *_persons(pen, ground, count))
    assert len(sent) <= STATEMENTS_MOST, [one[:50] for one in sent]
    writes = [one for one in sent if "INSERT INTO op " in one]
    assert writes == sent[-1:]  # whoever writes in the same bucket waits from here to the commit, and no longer
    parts = [f"INSERT INTO {table} " for table in ("op", "record", "feed", "person", "follow_up")] + [
        "UPDATE installation "
    ]
    sums = writes[0].index("INSERT INTO bucket ")  # the part that is written first runs last
    assert all(sums < writes[0].index(part) for part in parts)


async def test_push_is_planned_once_on_a_connection(ground: Ground) -> None:
    """Planning costs as much as a part of the writing, and a plan by keys is as good for one push as for the next."""
    pen = await ground.tablet_pen()
    kept, made_for_values = await _plans(ground)
    for _ in range(2):
        assert {one.word for one in (await pen.push(*_persons(pen, ground, 1))).verdicts} == {"stored"}
    kept_after, made_after = await _plans(ground)
    assert made_after == made_for_values
    assert kept_after >= kept + 2


async def _plans(ground: Ground) -> tuple[int, int]:
    """Return how often a statement that adds rows ran by a kept plan, and by one made for its values."""
    async with transaction(ground.scope) as tx:  # the pool gives the connection that came back last
        assert await tx.fetch_value("SHOW plan_cache_mode") == "auto"
        row = await tx.fetch_row(
            "SELECT sum(generic_plans)::int AS kept, sum(custom_plans)::int AS made FROM pg_prepared_statements "
            "WHERE statement LIKE '%INSERT INTO %'"
        )
    assert row is not None
    return row["kept"], row["made"]
