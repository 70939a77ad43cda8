"""Read and set a territory's weights of a good plan; every change stays, with who made it and why."""

import json
from datetime import datetime

import msgspec

from backend.db.transaction import Transaction
from backend.dispatch.weights import weights_of
from backend.journal.store import record as journal
from backend.problems import Problem
from routing.problem import Weights

CHANGES_SHOWN = 20


class InForce(msgspec.Struct, frozen=True):
    """The weights that plans are made with; version 0 is the defaults, which nobody has set."""

    version: int
    weights: Weights


class Setting(msgspec.Struct, frozen=True):
    """One change of the weights, values in the units of `backend/dispatch/weights.py`."""

    version: int
    values: dict[str, int]
    reason: str
    full_name: str
    set_at: datetime


async def read_weights(tx: Transaction) -> InForce:
    """Return the weights in force."""
    row = await tx.fetch_row(
        "SELECT version, weights FROM planning_weights WHERE territory_id = $1 ORDER BY version DESC LIMIT 1",
        tx.scope.territory_id,
    )
    if row is None:
        return InForce(0, Weights())
    weights = weights_of(json.loads(row["weights"]))
    if isinstance(weights, list):  # bounds became narrower than what a territory has set: told, not planned around
        raise Problem("weights_out_of_bounds", fields=[one.name for one in weights])
    return InForce(row["version"], weights)


async def read_settings_made(tx: Transaction) -> list[Setting]:
    """Return the last changes, the newest first."""
    rows = await tx.fetch(
        "SELECT w.version, w.weights, w.reason, coalesce(u.full_name, '') AS full_name, w.set_at FROM planning_weights w "
        "LEFT JOIN membership m ON m.territory_id = w.territory_id AND m.user_id = w.set_by "
        "LEFT JOIN app_user u ON u.id = m.user_id WHERE w.territory_id = $1 ORDER BY w.version DESC LIMIT $2",
        tx.scope.territory_id,
        CHANGES_SHOWN,
    )
    return [
        Setting(row["version"], json.loads(row["weights"]), row["reason"], row["full_name"], row["set_at"])
        for row in rows
    ]


async def set_weights(tx: Transaction, values: dict[str, int], reason: str, seen_version: int, at: datetime) -> int:
    """Set weights that `weights_of` accepts; return their version. Raises Problem `record_changed` if others were set meanwhile."""
    version = await tx.fetch_value(
        "INSERT INTO planning_weights (territory_id, version, weights, reason, set_by, set_at) "
        "SELECT $1, $2, $3, $4, $5, $6 WHERE $2 = 1 + coalesce((SELECT max(version) FROM planning_weights "
        "WHERE territory_id = $1), 0) ON CONFLICT (territory_id, version) DO NOTHING RETURNING version",
        tx.scope.territory_id,
        seen_version + 1,
        json.dumps(values),
        reason,
        tx.scope.user_id,
        at,
    )
    if version is None:
        raise Problem("record_changed")
    await journal(tx, "weights_set", "territory", [tx.scope.territory_id], reason, at=at)
    return int(version)
