"""This file seals everything that the database holds sealed under the present secret key, in short steps.

It may be stopped anywhere and run again: what lies under the present key is not met any more. Sealed are second factors
(app_user), what opens tablets (backend/tablets/reseal.py) and national identity numbers (identity_number).
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from backend.access import Scope
from backend.accounts.secrets_box import SecretsBox
from backend.accounts.user_changes import reseal_second_factors
from backend.db.transaction import transaction, transaction_of_user
from backend.ids import TerritoryId
from backend.journal import seal_store
from backend.people import identity_store
from backend.tablets import reseal as tablets


@dataclass
class Rotated:
    """What came of it: how many were sealed anew, how many did not open under any key that is known."""

    second_factors: int = 0
    of_tablets: int = 0
    identity_numbers: int = 0
    unopenable: int = 0


async def rotate(box: SecretsBox, tell: Callable[[Rotated], None]) -> Rotated:
    """Seal everything under the present key of the box; `tell` hears of each step."""
    done = Rotated()
    done.second_factors, done.unopenable = await reseal_second_factors(box)
    tell(done)
    for scope in await _territories():
        async with transaction(scope) as tx:
            sealed, unopenable = await tablets.reseal(tx, box)
        done.of_tablets += sealed
        done.unopenable += unopenable
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with transaction(scope) as tx:
                after, sealed, unopenable = await identity_store.reseal_some(tx, box, after)
            done.identity_numbers += sealed
            done.unopenable += unopenable
            if sealed or unopenable:
                tell(done)
    return done


async def keys_in_use() -> dict[str, int]:
    """Return how many seals lie under each key, by the key's id."""
    async with transaction_of_user(None) as tx:
        rows = await tx.fetch(
            "SELECT totp_secret_key_id AS key_id, count(*) AS n FROM app_user WHERE totp_secret IS NOT NULL GROUP BY 1"
        )
    found = {row["key_id"]: row["n"] for row in rows}
    for scope in await _territories():
        async with transaction(scope) as tx:
            for counted in (await identity_store.keys_in_use(tx), await tablets.keys_in_use(tx)):
                for key_id, count in counted.items():
                    found[key_id] = found.get(key_id, 0) + count
    return found


async def _territories() -> list[Scope]:
    async with transaction_of_user(None) as tx:
        return [Scope(TerritoryId(one)) for one in await seal_store.territories(tx)]
