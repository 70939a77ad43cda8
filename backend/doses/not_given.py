"""This file decides what a dose that was not given leads to: somebody comes again, a doctor looks, or nothing more.

The reasons are the words of the record kind (sync/kinds.py, under test). A refusal is respected: nobody is sent again
unless the person asks.
"""

from enum import StrEnum
from typing import Final

import msgspec


class Next(StrEnum):
    """What follows a dose that was not given."""

    COME_AGAIN = "come_again"
    ASK_DOCTOR = "ask_doctor"
    CHECK_RECORD = "check_record"  # said to be done already: the dose is to be found and recorded
    NOTHING = "nothing"


class NotGiven(msgspec.Struct, frozen=True):
    """A reason with its words for people, and what follows."""

    fr: str
    en: str
    next: Next


REASONS: Final[dict[str, NotGiven]] = {
    "refused": NotGiven("Refus de la personne", "Refused by the person", Next.NOTHING),
    "absent": NotGiven("Personne absente", "Person absent", Next.COME_AGAIN),
    "unwell": NotGiven("Personne souffrante", "Person unwell", Next.COME_AGAIN),
    "contraindicated": NotGiven("Contre-indication", "Contraindicated", Next.ASK_DOCTOR),
    "no_dose_left": NotGiven("Plus de dose", "No dose left", Next.COME_AGAIN),
    "already_done": NotGiven("Déjà vacciné", "Already vaccinated", Next.CHECK_RECORD),
    "deferred": NotGiven("Reporté", "Put off", Next.COME_AGAIN),
}


def follows(reason: str | None) -> Next:
    """Return what follows; a reason of a newer app, or none, is looked at by a doctor rather than passed over.

    >>> follows("no_dose_left").value, follows(None).value
    ('come_again', 'ask_doctor')
    """
    known = REASONS.get(reason or "")
    return known.next if known is not None else Next.ASK_DOCTOR
