"""Seals move to the present key in steps that may stop anywhere; numbers are found before, meanwhile and after."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from backend.access import Role
from backend.accounts.secrets_box import SecretsBox, Unopenable
from backend.clock import now
from backend.db.transaction import transaction
from backend.ids import UserId, new_id
from backend.keys.rotate import Rotated, keys_in_use, rotate
from backend.people import identity_store
from backend.tablets import rescue, shares
from tests.backend.ground import Ground
from tests.backend.retention.test_purge import tables_with

FORMER = SecretsBox("the former key of thirty-two characters")
BOTH = SecretsBox("the present key of thirty-two characters", ("the former key of thirty-two characters",))
PRESENT = SecretsBox("the present key of thirty-two characters")


def numbers(count: int) -> Iterator[str]:
    """Yield numbers whose keys fit."""
    for place in range(count):
        digits = 2550814100000 + place
        yield f"{digits}{97 - digits % 97:02}"


async def _sealed(ground: Ground, count: int) -> dict[UUID, str]:
    kept = {new_id(): number for number in numbers(count)}
    async with transaction(ground.scope) as tx:
        for person_id, number in kept.items():
            await identity_store.keep(tx, FORMER, person_id, number, UserId(new_id()), now())
    return kept


async def _all_found(ground: Ground, box: SecretsBox, kept: dict[UUID, str]) -> bool:
    async with transaction(ground.scope) as tx:
        found = {number: await identity_store.find(tx, box, number) for number in kept.values()}
        read = {person_id: await identity_store.read(tx, box, person_id) for person_id in kept}
    return read == kept and all(found[number] == [person_id] for person_id, number in kept.items())


async def test_rotation_goes_on_where_it_stopped_and_every_number_is_found_meanwhile(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_store, "BATCH", 4)
    kept = await _sealed(ground, 10)
    assert await _all_found(ground, BOTH, kept)
    steps: list[int] = []

    class StoppedError(Exception):
        pass

    def stop(done: Rotated) -> None:
        steps.append(done.identity_numbers)
        if done.identity_numbers >= 4:
            raise StoppedError

    with pytest.raises(StoppedError):
        await rotate(BOTH, stop)
    assert await keys_in_use() == {FORMER.key_id: 6, BOTH.key_id: 4}
    assert await _all_found(ground, BOTH, kept)
    done = await rotate(BOTH, lambda one: steps.append(one.identity_numbers))
    assert (done.identity_numbers, done.unopenable) == (6, 0)
    assert steps == [0, 4, 0, 4, 6]
    assert await keys_in_use() == {PRESENT.key_id: 10}
    assert await _all_found(ground, PRESENT, kept)
    assert (await rotate(BOTH, lambda _: None)).identity_numbers == 0


async def test_what_no_known_key_opens_is_counted_and_left(ground: Ground) -> None:
    kept = await _sealed(ground, 2)
    done = await rotate(PRESENT, lambda _: None)
    assert (done.identity_numbers, done.unopenable) == (0, 2)
    assert await _all_found(ground, FORMER, kept)


async def test_number_is_in_no_table_in_clear_and_its_seal_opens_at_its_place_alone(ground: Ground) -> None:
    (person_id, number), (other_id, _) = (await _sealed(ground, 2)).items()
    assert await tables_with(ground, number) == []
    assert await tables_with(ground, number.encode().hex()) == []
    await ground.fetch(
        "UPDATE identity_number SET sealed = (SELECT sealed FROM identity_number WHERE territory_id = $1 AND person_id = $2) "
        "WHERE territory_id = $1 AND person_id = $3 RETURNING 1",
        person_id,
        other_id,
    )
    async with transaction(ground.scope) as tx:
        assert await identity_store.read(tx, FORMER, other_id) == Unopenable("altered")


async def test_what_opens_a_tablet_opens_it_after_the_former_key_is_gone(ground: Ground) -> None:
    """A key that is taken out of use must not shut the tablets of the field."""
    tablet_id, _ = await ground.enrolment_code()
    user_id = ground.users[Role.FIELD_TEAM]
    async with transaction(ground.scope) as tx:
        share, of_tablet = await shares.join(tx, FORMER, tablet_id, user_id, b"v" * 32, now())
        made = await rescue.rescue_of(tx, FORMER, tablet_id, now())
        await shares.announce_next(tx, FORMER, tablet_id)
    assert made is not None
    assert await keys_in_use() == {FORMER.key_id: 4}
    done = await rotate(BOTH, lambda _: None)
    assert (done.of_tablets, done.unopenable) == (4, 0)
    assert await keys_in_use() == {PRESENT.key_id: 4}
    async with transaction(replace(ground.scope, user_id=user_id)) as tx:
        assert await shares.shares_of(tx, PRESENT, tablet_id) == {user_id: share}
        assert (await shares.join(tx, PRESENT, tablet_id, user_id, b"v" * 32, now()))[1] == of_tablet
        assert await rescue.speak(tx, PRESENT, tablet_id, made.number, "the battery died", now()) is not None
