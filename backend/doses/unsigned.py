"""This file decides what rules that no physician has signed may say: warnings alone, less than others, or as much.

A territory chooses, with a reason; the label *not validated by a physician* stays whatever it chooses. Why the choice
begins at LABELLED is docs/decisions/0025-what-unsigned-rules-may-say.md.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from backend.doses.facts import SeriesStatus

WITHOUT_A_CHOICE: Final = "labelled"


class UnsignedRules(StrEnum):
    """What a territory lets unsigned rules say."""

    OFF = "off"  # only what must not be given: a warning stays, whoever wrote the rule
    LABELLED = "labelled"  # what is due, never that it may be given
    FOLLOWED = "followed"  # what signed rules say, a clinical supervisor of the territory answering for it


class Answered(Protocol):
    """An answer that knows whether a physician has signed the rules it follows from."""

    @property
    def status(self) -> str:
        """The status of the series, as backend/doses/facts.py names it."""

    @property
    def validated(self) -> bool:
        """Whether a physician has signed."""


Answer = TypeVar("Answer", bound=Answered)


def told(answers: Iterable[Answer], unsigned: UnsignedRules) -> list[Answer]:
    """Return the answers that may be shown at all.

    >>> from types import SimpleNamespace
    >>> found = [("complete", True), ("not-complete", False), ("contraindicated", False)]
    >>> answers = [SimpleNamespace(status=status, validated=validated) for status, validated in found]
    >>> [len(told(answers, choice)) for choice in UnsignedRules]
    [2, 3, 3]
    """
    if unsigned is not UnsignedRules.OFF:
        return list(answers)
    return [one for one in answers if one.validated or one.status == SeriesStatus.CONTRAINDICATED.value]


def may_choose(choice: UnsignedRules, *, is_clinical: bool) -> bool:
    """Tell whether somebody may choose this: who is no clinician may only make the rules say less.

    >>> [may_choose(choice, is_clinical=False) for choice in UnsignedRules]
    [True, True, False]
    """
    return is_clinical or choice is not UnsignedRules.FOLLOWED
