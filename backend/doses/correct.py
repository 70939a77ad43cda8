"""This file decides which ops a correction of a dose is: the wrong record is marked entered in error, a new one is added.

A dose is a fact: it is never overwritten, and both records stay to be seen (DESIGN: a fact is corrected by a further op).
Forecast, vial and coverage follow the ops by themselves.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from backend.log.desk import Act, act_of_fields
from sync.ops import Scalar

Text = Annotated[str, msgspec.Meta(max_length=40)]
# What a new record takes over from the wrong one unless the correction says otherwise.
_TAKEN_OVER = ("person_id", "visit_id", "vial_id", "body_site", "dose_number", "source")


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong, and what is right; without a day of giving, no dose was given at all."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
    given_on: date | None = None
    product_code: Text = ""
    lot_number: Text = ""
    expires_on: date | None = None


class CorrectedDose(msgspec.Struct, frozen=True):
    """The wrong record as far as a new one takes it over."""

    id: UUID
    fields: dict[str, Scalar]
    antigens: tuple[str, ...]
    product_code: str | None


def acts_of_correction(
    wrong: CorrectedDose, correction: Correction, antigens: tuple[str, ...], new_id: UUID
) -> list[Act]:
    """Return the acts; `antigens` are those of the corrected product, `new_id` the id of the new record.

    >>> wrong = CorrectedDose(UUID(int=1), {"person_id": "p"}, ("zoster",), "shingrix")
    >>> acts = acts_of_correction(wrong, Correction(reason="wrong day", given_on=date(2026, 11, 2)), (), UUID(int=2))
    >>> [(act.record_id.int, act.set.get("state"), act.set.get("given_on")) for act in acts]
    [(1, 'entered_in_error', None), (2, 'recorded', '2026-11-02')]
    """
    acts = [Act("dose", wrong.id, {"state": "entered_in_error", "error_reason": correction.reason})]
    if correction.given_on is None:
        return acts
    same_product = correction.product_code in ("", wrong.product_code)
    fields: dict[str, Scalar | list[str]] = {
        name: value for name in _TAKEN_OVER if (value := wrong.fields.get(name)) is not None
    }
    if not same_product:
        fields.pop("vial_id", None)  # another product is not from that vial
    fields |= {
        "status": "given",
        "antigens": sorted(wrong.antigens if same_product else antigens),
        "product_code": correction.product_code or wrong.product_code,
        "lot_number": correction.lot_number or None,
        "expires_on": correction.expires_on.isoformat() if correction.expires_on else None,
        "given_on": correction.given_on.isoformat(),
        "state": "recorded",
    }
    return [*acts, act_of_fields("dose", new_id, fields)]
