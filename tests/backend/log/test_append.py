"""A push waits for as many answers of the database whether it carries one op or a hundred, and few of them."""

from typing import Any

import pytest

from backend import clock
from backend.db.transaction import transaction
from backend.ids import InstallationId, new_id
from backend.log.append import append
from sync.decode import Batch, decode
from sync.ops import Op
from tests.backend.ground import Ground, Pen

STATEMENTS_MOST = 8  # beside those that open and end the transaction


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


def _persons(pen: Pen, ground: Ground, count: int) -> list[Op]:
    fields = {"given_name": "Awa", "place_id": str(ground.ids["hotel"])}
    return [pen.op("person", new_id(), set=fields) for _ in range(count)]


@pytest.mark.parametrize("count", [1, 100])
async def test_push_sends_few_statements_however_many_ops_it_carries(ground: Ground, count: int) -> None:
    pen = await ground.tablet_pen()
    sent = await _statements(pen, *_persons(pen, ground, count))
    assert len(sent) <= STATEMENTS_MOST, [one[:50] for one in sent]
    writes = [one for one in sent if "INSERT INTO op " in one]
    assert len(writes) == 1
    assert all(f"INSERT INTO {table} " in writes[0] for table in ("record", "feed", "bucket"))
    assert "UPDATE installation" in writes[0]
