"""This file decides what breaking the glass opens, for how long, and who may review it.

One opening is for one user and one record, and ends by itself. Somebody who settles clinical matters (`backend/access.py`:
the clinical supervisor), and is not the one who opened it, reviews it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.access import Right
from backend.ids import PersonId, UserId

LASTS: Final = timedelta(minutes=60)
REVIEWED_WITH: Final = Right.SETTLE_CLINICAL
REASON_CHARACTERS_LEAST: Final = 10
REASON_CHARACTERS_MAX: Final = 500


class Motive(StrEnum):
    """Why somebody needs a record that is not theirs to see."""

    VITAL_EMERGENCY = "vital_emergency"
    CONTINUITY_OF_CARE = "continuity_of_care"
    ASKED_BY_THE_PERSON = "asked_by_the_person"
    OTHER = "other"


class Finding(StrEnum):
    """What a review found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True)
class Opening:
    """One record that somebody opened in an emergency."""

    id: UUID
    user_id: UserId
    person_id: PersonId
    motive: Motive
    reason: str
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None
    finding: Finding | None = None


def fits_reason(reason: str) -> bool:
    """Tell whether a reason says something: a supervisor will read it.

    >>> fits_reason("urgent"), fits_reason("malaise dans l'escalier, allergies ?")
    (False, True)
    """
    return REASON_CHARACTERS_LEAST <= len(reason.strip()) <= REASON_CHARACTERS_MAX and reason.isprintable()


def is_open(opening: Opening, user_id: UserId, at: datetime) -> bool:
    """Tell whether a user may read the record of an opening now: their own, neither over nor closed nor found unjustified.

    >>> from datetime import UTC
    >>> noon, awa = datetime(2026, 11, 22, 12, tzinfo=UTC), UserId(UUID(int=1))
    >>> one = Opening(UUID(int=2), awa, PersonId(UUID(int=3)), Motive.OTHER, "…", noon, noon + LASTS)
    >>> is_open(one, awa, noon + timedelta(minutes=59)), is_open(one, awa, noon + LASTS)
    (True, False)
    >>> is_open(one, UserId(UUID(int=9)), noon)
    False
    """
    unjustified = opening.finding is Finding.NOT_JUSTIFIED
    return opening.user_id == user_id and at < opening.ends_at and opening.closed_at is None and not unjustified


def may_review(opening: Opening, reviewer: UserId) -> bool:
    """Tell whether somebody may say what they found: nobody judges their own act, and a finding stands."""
    return opening.user_id != reviewer and opening.finding is None


def fits_note(finding: Finding, note: str) -> bool:
    """Tell whether a finding comes with what it needs: whoever finds no justification says why.

    >>> fits_note(Finding.JUSTIFIED, ""), fits_note(Finding.NOT_JUSTIFIED, " ")
    (True, False)
    """
    said = fits_reason(note) if finding is Finding.NOT_JUSTIFIED else len(note) <= REASON_CHARACTERS_MAX
    return said and (not note or note.isprintable())
