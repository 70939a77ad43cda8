"""Two pushes meet: what one commits while the other loads or waits is neither refused nor left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from backend import clock
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.append import append
from sync.decode import Batch, decode
from sync.ops import Op
from tests.backend.ground import Ground, Pen, dose_of
from tests.backend.log.meetings import beside, until_done_or_blocked
from tests.backend.log.whole import faults


@asynccontextmanager
async def _not_committed(pen: Pen, *ops: Op) -> AsyncIterator[None]:
    """Append ops in a transaction that stays open meanwhile."""
    batch = decode(pen.body(*ops))
    assert isinstance(batch, Batch)
    assert pen.scope.installation_id is not None
    async with transaction(pen.scope) as tx:
        await append(tx, pen.scope.installation_id, batch, clock.now())
        yield


def _awa(ground: Ground) -> dict[str, Any]:
    return {"given_name": "Awa", "place_id": str(ground.ids["hotel"])}


@pytest.mark.parametrize("kind", ["person", "place"])
async def test_record_made_while_a_push_waits_may_be_referred_to(ground: Ground, kind: str) -> None:
    """A refusal is final: it must not come from a moment before the lock that the push waited for."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    ada, made = ground.ids["ada"], str(new_id())
    fields = _awa(ground) if kind == "person" else {"kind": "hotel", "name": "H"}
    about = {"person": ("dose", dose_of(made)), "place": ("person", {"set": {"given_name": "Q", "place_id": made}})}[
        kind
    ]
    async with _not_committed(first, first.op("person", ada, set={"room": "1"}), first.op(kind, made, set=fields)):
        ops = second.op("person", ada, set={"phone": "2"}), second.op(about[0], new_id(), **about[1])
        push = beside(second.push(*ops))
        await until_done_or_blocked(ground, push)
        assert not push.done()
    assert [verdict.word for verdict in (await push).verdicts][1] == "stored"
    assert await faults(ground) == []


async def test_dose_that_came_while_its_persons_push_waited_travels_with_the_person(ground: Ground) -> None:
    await ground.as_owner("UPDATE server_epoch SET reoffering = true WHERE $1::uuid IS NOT NULL")
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    ada, awa, dose = ground.ids["ada"], str(new_id()), str(new_id())
    async with _not_committed(
        first, first.op("person", ada, set={"room": "1"}), first.op("dose", dose, **dose_of(awa))
    ):
        ops = second.op("person", ada, set={"phone": "2"}), second.op("person", awa, set=_awa(ground))
        push = beside(second.push(*ops))
        await until_done_or_blocked(ground, push)
        assert not push.done()
    await push
    assert await _buckets(ground, dose) == [f"history:{ground.ids['hotel']}"]


async def test_dose_that_is_not_committed_when_its_person_comes_travels_with_the_person(ground: Ground) -> None:
    await ground.as_owner("UPDATE server_epoch SET reoffering = true WHERE $1::uuid IS NOT NULL")
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    awa, dose = str(new_id()), str(new_id())
    async with _not_committed(first, first.op("dose", dose, **dose_of(awa))):
        push = beside(second.push(second.op("person", awa, set=_awa(ground))))
        await until_done_or_blocked(ground, push)
    await push
    assert await _buckets(ground, dose) == [f"history:{ground.ids['hotel']}"]


async def test_two_that_make_one_person_never_wait_for_each_other(ground: Ground) -> None:
    """One writes kinds of which the person's row goes first, the other the person alone: both lock typed row, then record."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    with structlog.testing.capture_logs() as told:
        for _ in range(8):
            awa = str(new_id())
            contact = {"index_person_id": awa, "contact_person_id": str(ground.ids["ada"]), "last_on": "2026-11-20"}
            await asyncio.gather(
                first.push(first.op("person", awa, set=_awa(ground)), first.op("exposure", new_id(), set=contact)),
                second.push(second.op("person", awa, set=_awa(ground))),
            )
    assert "DeadlockDetectedError" not in {one.get("error") for one in told}
    assert await faults(ground) == []


async def _buckets(ground: Ground, record_id: str) -> Any:
    return await ground.value("SELECT buckets FROM record WHERE territory_id = $1 AND id = $2", record_id)
