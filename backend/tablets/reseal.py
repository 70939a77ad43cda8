"""This file seals what opens tablets under the present secret key: shares of people and tablets, codes that are spoken.

Where each seal belongs is said by whoever seals it: shares.py and rescue.py.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from backend.accounts.secrets_box import Sealed, SecretsBox, Unopenable
from backend.db.transaction import Transaction
from backend.tablets import rescue, shares


@dataclass(frozen=True)
class _Seals:
    """One sealed column: what lies under another key, how a row is sealed anew, what counts keys, where a seal belongs."""

    otherwise: str
    anew: str
    count: str
    place: Callable[[Any], str]


def _of_person(row: Any) -> str:
    return shares.place_of_person(row["tablet_id"], row["user_id"])


_SEALED: Final = (
    _Seals(
        "SELECT tablet_id, share AS body, share_key_id AS key_id FROM tablet_share "
        "WHERE territory_id = $1 AND share_key_id <> $2 FOR UPDATE",
        "UPDATE tablet_share SET share = $2, share_key_id = $3 WHERE territory_id = $1 AND tablet_id = $4",
        "SELECT share_key_id AS key_id, count(*) AS n FROM tablet_share WHERE territory_id = $1 GROUP BY 1",
        lambda row: shares.place_of_tablet(row["tablet_id"]),
    ),
    _Seals(
        "SELECT tablet_id, user_id, share AS body, share_key_id AS key_id FROM tablet_person "
        "WHERE territory_id = $1 AND share IS NOT NULL AND share_key_id <> $2 FOR UPDATE",
        "UPDATE tablet_person SET share = $2, share_key_id = $3 WHERE territory_id = $1 AND tablet_id = $4 AND user_id = $5",
        "SELECT share_key_id AS key_id, count(*) AS n FROM tablet_person "
        "WHERE territory_id = $1 AND share IS NOT NULL GROUP BY 1",
        _of_person,
    ),
    _Seals(
        "SELECT tablet_id, user_id, next_share AS body, next_share_key_id AS key_id FROM tablet_person "
        "WHERE territory_id = $1 AND next_share IS NOT NULL AND next_share_key_id <> $2 FOR UPDATE",
        "UPDATE tablet_person SET next_share = $2, next_share_key_id = $3 "
        "WHERE territory_id = $1 AND tablet_id = $4 AND user_id = $5",
        "SELECT next_share_key_id AS key_id, count(*) AS n FROM tablet_person "
        "WHERE territory_id = $1 AND next_share IS NOT NULL GROUP BY 1",
        _of_person,
    ),
    _Seals(
        "SELECT tablet_id, number, code AS body, code_key_id AS key_id FROM tablet_rescue "
        "WHERE territory_id = $1 AND code_key_id <> $2 FOR UPDATE",
        "UPDATE tablet_rescue SET code = $2, code_key_id = $3 WHERE territory_id = $1 AND tablet_id = $4 AND number = $5",
        "SELECT code_key_id AS key_id, count(*) AS n FROM tablet_rescue WHERE territory_id = $1 GROUP BY 1",
        lambda row: rescue.place_of(row["tablet_id"], row["number"]),
    ),
)


async def reseal(tx: Transaction, box: SecretsBox) -> tuple[int, int]:
    """Seal a territory's shares and codes under the present key; return how many were, and how many do not open."""
    done = unopenable = 0
    for seals in _SEALED:
        for row in await tx.fetch(seals.otherwise, tx.scope.territory_id, box.key_id):
            opened = box.open(Sealed(row["key_id"], row["body"]), seals.place(row))
            if isinstance(opened, Unopenable):
                unopenable += 1
                continue
            sealed = box.seal(opened, seals.place(row))
            names = [value for name, value in row.items() if name not in ("body", "key_id")]
            await tx.execute(seals.anew, tx.scope.territory_id, sealed.body, sealed.key_id, *names)
            done += 1
    return done, unopenable


async def keys_in_use(tx: Transaction) -> Counter[str]:
    """Return how many of a territory's shares and codes lie under each key."""
    found: Counter[str] = Counter()
    for seals in _SEALED:
        found.update({row["key_id"]: row["n"] for row in await tx.fetch(seals.count, tx.scope.territory_id)})
    return found
