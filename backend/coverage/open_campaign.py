"""This file decides whether a campaign may be opened: a new one, or the next phase of one that is there.

No two campaigns against one disease ever run at once: what is due in one less what is due in the other would tell of the few who
are between them. For the same reason one aims at whole pools of groups (backend/coverage/suppress.py), never at a part of one,
begins at an age at which a band of the population figures begins, and a next phase keeps the ages of the present campaign.
Periods that are over stay as they were counted: a phase begins in the future, and a campaign that is over is not opened.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from backend.coverage.ages import BANDS
from backend.coverage.subjects import CampaignRule
from sync.kinds import GROUPS

AGES_LEAST: Final = tuple(least for _, least, _ in BANDS)


class Phase(msgspec.Struct, frozen=True):
    """The days and groups that are wanted; no groups means everybody."""

    starts_on: date
    ends_on: date
    population_groups: frozenset[str]


class Refusal(StrEnum):
    """Why a campaign or a phase cannot be."""

    PAST = "past"
    NO_DAYS = "no_days"
    OVER = "over"
    TWO_AT_ONCE = "two_at_once"
    PART_OF_A_POOL = "part_of_a_pool"


def may_be_aimed_at(pool: str) -> bool:
    """Tell whether a campaign may aim at a pool of groups; at people whose group is not known it cannot.

    >>> may_be_aimed_at("large_family+other"), may_be_aimed_at("large_family+unknown")
    (True, False)
    """
    return set(pool.split("+")) <= set(GROUPS)


def refusal(
    campaigns: Sequence[CampaignRule], antigen: str, wanted: Phase, pools: Sequence[str], today: date
) -> Refusal | None:
    """Return why no campaign against this antigen can be opened beside these, or None.

    >>> from uuid import UUID
    >>> flu = CampaignRule(UUID(int=1), "influenza", date(2026, 10, 14), date(2027, 1, 31), 65, frozenset())
    >>> wanted = Phase(date(2027, 1, 15), date(2027, 3, 1), frozenset())
    >>> refusal([flu], "influenza", wanted, [], date(2026, 12, 1))
    <Refusal.TWO_AT_ONCE: 'two_at_once'>
    >>> refusal([flu], "zoster", wanted, [], date(2026, 12, 1)) is None
    True
    """
    if wanted.ends_on < wanted.starts_on:
        return Refusal.NO_DAYS
    if wanted.ends_on < today:
        return Refusal.OVER
    if any(one.antigen == antigen and _meets(one, wanted) for one in campaigns):
        return Refusal.TWO_AT_ONCE
    groups = [frozenset(pool.split("+")) for pool in pools]
    if any(pool & wanted.population_groups and not pool <= wanted.population_groups for pool in groups):
        return Refusal.PART_OF_A_POOL
    return None


def phase_refusal(
    campaigns: Sequence[CampaignRule], present: CampaignRule, wanted: Phase, pools: Sequence[str], today: date
) -> Refusal | None:
    """Return why the present campaign cannot go on in this phase, or None. It ends the day before the phase begins.

    >>> from uuid import UUID
    >>> present = CampaignRule(UUID(int=1), "influenza", date(2026, 10, 14), None, 65, frozenset())
    >>> wanted = Phase(date(2027, 1, 15), date(2027, 3, 1), frozenset({"other"}))
    >>> phase_refusal([present], present, wanted, ["homeless_hotel", "large_family+other"], date(2026, 12, 1))
    <Refusal.PART_OF_A_POOL: 'part_of_a_pool'>
    """
    if wanted.starts_on <= today or (present.starts_on is not None and wanted.starts_on <= present.starts_on):
        return Refusal.PAST
    others = [one for one in campaigns if one.id != present.id]
    return refusal(others, present.antigen, wanted, pools, today)


def ends_before(present: CampaignRule, wanted: Phase) -> date:
    """Return the last day of the present campaign once the phase follows it.

    >>> from uuid import UUID
    >>> present = CampaignRule(UUID(int=1), "influenza", date(2026, 10, 14), date(2026, 12, 31), 65, frozenset())
    >>> ends_before(present, Phase(date(2027, 1, 15), date(2027, 3, 1), frozenset())).isoformat()
    '2026-12-31'
    """
    day_before = wanted.starts_on - timedelta(days=1)
    return day_before if present.ends_on is None else min(present.ends_on, day_before)


def _meets(one: CampaignRule, wanted: Phase) -> bool:
    if one.starts_on is not None and one.ends_on is not None and one.ends_on < one.starts_on:
        return False  # it was withdrawn before its first day
    begins_too_late = one.starts_on is not None and one.starts_on > wanted.ends_on
    ended = one.ends_on is not None and one.ends_on < wanted.starts_on
    return not (begins_too_late or ended)
