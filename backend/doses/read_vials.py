"""This file reads the vials of the last days with what became of their doses, and the products with their sources.

Where a vial stands is decided in backend/doses/vials.py from its merged record and the doses that name it.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.doses.vials import Balance, Clocks, Standing, UseBy, balance, lot_ends_at, standing, use_by

DAYS_SHOWN: Final = timedelta(days=14)
_VIALS: Final = (
    "SELECT v.id, v.state, v.doses_nominal, v.opened_at, v.thawed_at, v.warm_minutes, v.doses_wasted, v.waste_cause, "
    "coalesce(o.number, v.lot_number) AS lot_number, coalesce(o.expires_on, v.expires_on) AS expires_on, o.state AS lot_state, "
    "p.name AS product_name, coalesce(p.code, v.product_code) AS product_code, p.hours_after_opening, p.days_thawed, "
    "p.warm_minutes_max, p.antigens, m.name AS team_name, v.disputed, "
    "(SELECT count(*) FROM dose d WHERE d.territory_id = v.territory_id AND d.vial_id = v.id AND d.status = 'given' "
    "AND d.state IS DISTINCT FROM 'entered_in_error') AS given FROM vial v "
    "LEFT JOIN lot o ON o.territory_id = v.territory_id AND o.id = v.lot_id "
    "LEFT JOIN LATERAL (SELECT * FROM product q WHERE q.territory_id = v.territory_id "
    "AND (q.id = o.product_id OR (o.id IS NULL AND q.code = v.product_code)) ORDER BY q.id LIMIT 1) p ON true "
    "LEFT JOIN team m ON m.territory_id = v.territory_id AND m.id = v.team_id "
    "WHERE v.territory_id = $1 AND (v.state IN ('sealed', 'opened') OR v.changed_at > $2) "
    "ORDER BY v.opened_at DESC NULLS LAST, v.id LIMIT 500"
)


class VialLine(msgspec.Struct, frozen=True):
    """One vial as it stands now."""

    id: UUID
    product: str
    lot_number: str | None
    lot_state: str | None
    team: str | None
    state: str
    opened_at: datetime | None
    standing: Standing
    use_by: UseBy | None
    balance: Balance
    waste_cause: tuple[str, ...]
    is_disputed: bool
    antigens: tuple[str, ...]  # in the words of records: who could take what is left is due for one of them


class ProductLine(msgspec.Struct, frozen=True):
    """A product with every value that is known of it, and where each comes from."""

    code: str
    name: str | None
    antigens: list[str]
    nuva_code: str | None
    cip_code: str | None
    cvx_code: str | None
    atc_code: str | None
    doses_per_vial: int | None
    hours_after_opening: int | None
    days_thawed: int | None
    warm_minutes_max: int | None
    storage: str | None
    facts_source: str | None
    value_sources: list[str]

    def source_of(self, name: str) -> str | None:
        """Return the source of one value."""
        found = (text.partition(": ") for text in self.value_sources)
        return next((source for field, _, source in found if field == name), None)


async def read_vials(tx: Transaction, now: datetime, time_zone: str) -> list[VialLine]:
    """Return the vials that are in use, and those that ended lately."""
    rows = await tx.fetch(_VIALS, tx.scope.territory_id, now - DAYS_SHOWN)
    return [vial_line(row, now, time_zone) for row in rows]


def vial_line(row: Any, now: datetime, time_zone: str) -> VialLine:
    """Return how a vial's row stands at an instant; a disputed opening is not known, so its use-by is asked for."""
    doses = balance(row["doses_nominal"] or 1, row["given"], row["doses_wasted"] or 0, row["state"] or "sealed")
    clocks = Clocks(
        lot_ends_at=_lot_end(row["expires_on"], time_zone),
        thawed_at=row["thawed_at"],
        days_thawed=row["days_thawed"],
        opened_at=row["opened_at"],
        hours_after_opening=row["hours_after_opening"],
        # What was spent out of the cold ends a sealed vial once its budget is gone; after opening the hours run instead.
        warm_since_at=now if row["opened_at"] is None and row["warm_minutes"] else None,
        warm_minutes=row["warm_minutes"] or 0,
        warm_minutes_max=row["warm_minutes_max"],
    )
    return VialLine(
        row["id"],
        row["product_name"] or row["product_code"] or "?",
        row["lot_number"],
        row["lot_state"],
        row["team_name"],
        row["state"] or "sealed",
        row["opened_at"],
        standing(row["state"] or "sealed", doses, clocks, now),
        use_by(clocks),
        doses,
        tuple(sorted(row["waste_cause"])),
        bool(row["disputed"]),
        tuple(sorted(row["antigens"] or ())),
    )


async def read_product_lines(tx: Transaction) -> list[ProductLine]:
    """Return the products of the territory, by name."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (code) code, name, antigens, nuva_code, cip_code, cvx_code, atc_code, doses_per_vial, "
        "hours_after_opening, days_thawed, warm_minutes_max, storage, facts_source, value_sources FROM product "
        "WHERE territory_id = $1 AND code IS NOT NULL ORDER BY code, id",
        tx.scope.territory_id,
    )
    return sorted((msgspec.convert(dict(row), ProductLine) for row in rows), key=lambda one: one.name or one.code)


def _lot_end(expires_on: date | None, time_zone: str) -> datetime | None:
    return lot_ends_at(expires_on, time_zone) if expires_on is not None else None
