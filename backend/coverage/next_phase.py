"""This file decides whether a campaign may go on in a next phase: other groups or another target, from a day on.

A phase takes over from the present one the day before it begins, so that no two campaigns against one disease ever run at
once: what is due in one less what is due in the other would tell of the few who are between them. It aims at the ages of
the present one, and at whole pools of groups (backend/coverage/suppress.py), never at a part of one, for the same reason.
Periods that are over stay as they were counted: a phase begins in the future.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from backend.coverage.subjects import CampaignRule


class Phase(msgspec.Struct, frozen=True):
    """The phase that is wanted; no groups means everybody."""

    starts_on: date
    ends_on: date
    population_groups: frozenset[str]


class Refusal(StrEnum):
    """Why a phase cannot be."""

    PAST = "phase_past"
    NO_DAYS = "phase_no_days"
    TWO_AT_ONCE = "phase_two_at_once"
    PART_OF_A_POOL = "phase_part_of_a_pool"


def refusal(
    campaigns: Sequence[CampaignRule], present: CampaignRule, wanted: Phase, pools: Sequence[str], today: date
) -> Refusal | None:
    """Return why the present campaign cannot go on in this phase, or None.

    >>> from uuid import UUID
    >>> present = CampaignRule(UUID(int=1), "influenza", date(2026, 10, 14), None, 65, frozenset())
    >>> wanted = Phase(date(2027, 1, 15), date(2027, 3, 1), frozenset({"other"}))
    >>> refusal([present], present, wanted, ["homeless_hotel", "large_family+other"], date(2026, 12, 1))
    <Refusal.PART_OF_A_POOL: 'phase_part_of_a_pool'>
    """
    if wanted.starts_on <= today or (present.starts_on is not None and wanted.starts_on <= present.starts_on):
        return Refusal.PAST
    if wanted.ends_on < wanted.starts_on:
        return Refusal.NO_DAYS
    others = [one for one in campaigns if one.id != present.id and one.antigen == present.antigen]
    if any(_meets(one, wanted) for one in others):
        return Refusal.TWO_AT_ONCE
    groups = [frozenset(pool.split("+")) for pool in pools]
    if any(pool & wanted.population_groups and not pool <= wanted.population_groups for pool in groups):
        return Refusal.PART_OF_A_POOL
    return None


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
    begins_too_late = one.starts_on is not None and one.starts_on > wanted.ends_on
    ended = one.ends_on is not None and one.ends_on < wanted.starts_on
    return not (begins_too_late or ended)
