"""This file keeps what a territory chose for rules that no physician has signed: every choice stays, the last one holds."""

from datetime import datetime

import msgspec

from backend.db.transaction import Transaction
from backend.doses.unsigned import WITHOUT_A_CHOICE, UnsignedRules
from backend.ids import UserId
from backend.journal.store import record as journal


class Choice(msgspec.Struct, frozen=True):
    """A choice that was made, by whom, when and why."""

    unsigned_rules: UnsignedRules
    reason: str
    chosen_by: str
    chosen_at: datetime


async def unsigned_rules(tx: Transaction) -> UnsignedRules:
    """Return the choice that holds in the territory."""
    found = await tx.fetch_value(
        "SELECT unsigned_rules FROM rules_choice WHERE territory_id = $1 ORDER BY id DESC LIMIT 1",
        tx.scope.territory_id,
    )
    return UnsignedRules(found or WITHOUT_A_CHOICE)


async def choose(tx: Transaction, choice: UnsignedRules, reason: str, user_id: UserId, now: datetime) -> None:
    """Keep a choice, with its reason in the journal too."""
    await tx.execute(
        "INSERT INTO rules_choice (territory_id, unsigned_rules, reason, chosen_by, chosen_at) "
        "VALUES ($1, $2, $3, $4, $5)",
        tx.scope.territory_id,
        choice.value,
        reason,
        user_id,
        now,
    )
    said = f"{choice.value}: {reason}"
    await journal(tx, "unsigned_rules_chosen", "territory", [tx.scope.territory_id], said, at=now)


async def choices(tx: Transaction, limit: int) -> list[Choice]:
    """Return the last choices, the newest first, with the name of who made each."""
    rows = await tx.fetch(
        "SELECT c.unsigned_rules, c.reason, u.full_name AS chosen_by, c.chosen_at FROM rules_choice c "
        "JOIN app_user u ON u.id = c.chosen_by WHERE c.territory_id = $1 ORDER BY c.id DESC LIMIT $2",
        tx.scope.territory_id,
        limit,
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]
