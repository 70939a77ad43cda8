"""This file decides how long each class of data is kept, and when a person's file is due to be erased.

Each rule names the text that it rests on. Texts change, and a controller's data protection officer answers for the
figures: a changed figure is a new VERSION, and every certificate names the version that it was made under.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

VERSION: Final = "2026-11"
ADULT_AT_YEARS: Final = 28  # a minor's file is kept until this birthday at least
AFTER_DEATH_YEARS: Final = 10


class RuleName(StrEnum):
    """The classes of data, one rule each."""

    CARE_FILE = "care_file"
    KNOWN_ONLY = "known_only"
    ACCESS_TRACE = "access_trace"
    SIGN_IN_TRACE = "sign_in_trace"
    JOB_TRACE = "job_trace"


@dataclass(frozen=True)
class Rule:
    """How long one class is kept: `months` from what `since` names, and the text it rests on."""

    name: RuleName
    months: int
    since: str
    legal_source: str


RULES: Final[dict[RuleName, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            RuleName.CARE_FILE,
            20 * 12,
            "last_care",
            "Code de la santé publique, R. 1112-7; CNIL, délibération 2020-076",
        ),
        Rule(RuleName.KNOWN_ONLY, 24, "last_contact", "RGPD, article 5(1)(e); CNIL, délibération 2023-095"),
        Rule(RuleName.ACCESS_TRACE, 36, "entry", "CNIL, délibération 2021-122"),
        Rule(RuleName.SIGN_IN_TRACE, 12, "end_of_session", "CNIL, délibération 2021-122"),
        Rule(RuleName.JOB_TRACE, 3, "end_of_job", "RGPD, article 5(1)(e)"),
    )
}
FILES: Final = (RuleName.CARE_FILE, RuleName.KNOWN_ONLY)


@dataclass(frozen=True)
class FileFacts:
    """What decides the end of one human's file; joined records are one human. `born_on_latest` is cautious."""

    last_care_on: date | None
    last_contact_on: date
    born_on_latest: date | None
    died_on: date | None


@dataclass(frozen=True)
class Ending:
    """By which rule a file ends, and the last day on which it is kept."""

    rule: RuleName
    kept_until_on: date


def ending_of(facts: FileFacts) -> Ending:
    """Return when a file ends. Whoever was never cared for is only known; whoever was has a care file.

    A file is kept until the 28th birthday if that is later; whose birth nobody knows may have been a newborn. Who died
    within ten years after the last care: ten years after the death.

    >>> seen = FileFacts(date(2001, 5, 2), date(2001, 5, 2), date(1950, 1, 1), None)
    >>> ending_of(seen).kept_until_on
    datetime.date(2021, 5, 2)
    >>> ending_of(FileFacts(date(2001, 5, 2), date(2001, 5, 2), date(2000, 1, 1), None)).kept_until_on
    datetime.date(2028, 1, 1)
    """
    care = facts.last_care_on
    if care is None:
        return Ending(RuleName.KNOWN_ONLY, later(facts.last_contact_on, RULES[RuleName.KNOWN_ONLY].months))
    until = later(care, RULES[RuleName.CARE_FILE].months)
    if facts.died_on is not None and facts.died_on < later(care, AFTER_DEATH_YEARS * 12):
        return Ending(RuleName.CARE_FILE, later(max(facts.died_on, care), AFTER_DEATH_YEARS * 12))
    return Ending(RuleName.CARE_FILE, max(until, later(facts.born_on_latest or care, ADULT_AT_YEARS * 12)))


def is_due(ending: Ending, rule: RuleName, as_of: date) -> bool:
    """Tell whether a file's time by this rule is over on a day; on the last day itself it is kept."""
    return ending.rule is rule and as_of > ending.kept_until_on


def first_day_kept(rule: RuleName, as_of: date) -> date:
    """Return the oldest day of which traces are kept on a day: what is older is due.

    >>> first_day_kept(RuleName.ACCESS_TRACE, date(2026, 11, 22))
    datetime.date(2023, 11, 22)
    """
    return later(as_of, -RULES[rule].months)


def latest_birth(born_on: date | None, precision: str | None) -> date | None:
    """Return the latest day on which somebody can have been born, by how well it is known; None: nobody knows.

    >>> latest_birth(date(1998, 1, 1), "year")
    datetime.date(1998, 12, 31)
    """
    if born_on is None or precision == "estimated":
        return None
    if precision == "year":
        return date(born_on.year, 12, 31)
    return later(born_on, 1) if precision == "month" else born_on


def together(facts: Sequence[FileFacts]) -> FileFacts:
    """Return the facts of one human from those of all joined records: whichever keeps the file longer."""
    cares = [one.last_care_on for one in facts if one.last_care_on is not None]
    births = [one.born_on_latest for one in facts]
    deaths = [one.died_on for one in facts if one.died_on is not None]
    return FileFacts(
        max(cares, default=None),
        max(one.last_contact_on for one in facts),
        None if None in births else max(birth for birth in births if birth is not None),
        max(deaths, default=None),
    )


def later(day: date, months: int) -> date:
    """Return the same day some months later, or earlier; the last of the month where it has no such day.

    >>> later(date(2024, 2, 29), 12), later(date(2026, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)
