"""This file decides how the list to key into the national register looks: one dose a line, as a French office opens it.

The register has no open interface: somebody keys each line and says so. How cells are made safe for a spreadsheet is
decided in backend/coverage/csv_export.py.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from backend.coverage.csv_export import Variant, write_csv

HEADER: Final = (
    "nom",
    "prénom",
    "né(e) le",
    "sexe",
    "vaccin",
    "CIP",
    "lot",
    "rang",
    "injecté le",
    "saisi par",
    "saisi le",
    "référence",
)


class KeyingRow(msgspec.Struct, frozen=True):
    """A dose to key, with whom and when it was keyed."""

    dose_id: UUID
    family_name: str | None
    given_name: str | None
    born_on: date | None
    sex: str | None
    vaccine: str
    cip_code: str | None
    lot_number: str | None
    given_on: date
    dose_number: int | None
    keyed_by: UUID | None
    keyed_at: datetime | None


def keying_list(rows: Sequence[KeyingRow]) -> bytes:
    r"""Return the file: `;`, byte-order mark, days as DD/MM/YYYY.

    >>> on = date(2026, 11, 2)
    >>> row = KeyingRow(UUID(int=1), "=Ba", "Awa", on, "female", "Fluad", "3400", "L1", on, 1, None, None)
    >>> keying_list([row]).decode("utf-8-sig").splitlines()[1]
    "'=Ba;Awa;02/11/2026;F;Fluad;3400;L1;1;02/11/2026;;;00000000-0000-0000-0000-000000000001"
    """
    lines = [
        [
            row.family_name,
            row.given_name,
            _day(row.born_on),
            {"female": "F", "male": "M"}.get(row.sex or "", ""),
            row.vaccine,
            row.cip_code,
            row.lot_number,
            row.dose_number,
            _day(row.given_on),
            str(row.keyed_by) if row.keyed_by else None,
            _day(row.keyed_at),
            str(row.dose_id),
        ]
        for row in rows
    ]
    return write_csv(HEADER, lines, Variant.FRENCH)


def _day(day: date | None) -> str | None:
    return f"{day:%d/%m/%Y}" if day is not None else None
