"""This file decides what became of each occasion to vaccinate: taken, excused or missed.

An occasion is a day on which one of our teams met somebody who was due in the campaign. Whoever refused, was unwell or
must not be vaccinated that day is excused; a dose offered again after a refusal is told apart.
"""

from collections import Counter
from typing import Final

from backend.coverage.subjects import CampaignRule, HumanFacts

TAKEN, EXCUSED, MISSED = "taken", "excused", "missed"
EXCUSES: Final = frozenset({"refused", "unwell", "contraindicated", "already_done", "deferred"})
ACCEPTED_LATER, STILL_REFUSING = "accepted_later", "still_refusing"


def occasions(human: HumanFacts, campaign: CampaignRule) -> Counter[str]:
    """Return how many occasions of each kind there were with somebody whom the campaign aims at.

    >>> from datetime import date
    >>> from uuid import UUID
    >>> flu = CampaignRule(UUID(int=1), "flu", date(2026, 10, 14), None, 0, frozenset())
    >>> met_twice = HumanFacts(UUID(int=2), None, "other", None, None, False, (), (), (date(2026, 10, 20), date(2026, 11, 2)))
    >>> occasions(met_twice, flu)
    Counter({'missed': 2})
    """
    given = [one.given_on for one in human.doses if one.given and one.given_on and campaign.antigen in one.antigens]
    in_campaign = [on for on in given if campaign.holds(on)]
    first_on = min(in_campaign, default=None)
    excused = {
        one.given_on
        for one in human.doses
        if not one.given and campaign.antigen in one.antigens and one.not_given_reason in EXCUSES
    } | {one.decided_on for one in human.refusals}
    found: Counter[str] = Counter()
    for day_on in set(human.acts_on):
        if not campaign.holds(day_on) or (first_on is not None and day_on > first_on):
            continue
        found[TAKEN if day_on == first_on else EXCUSED if day_on in excused else MISSED] += 1
    return found


def after_refusal(human: HumanFacts, campaign: CampaignRule) -> str | None:
    """Tell what became of somebody who refused a dose in the campaign; None if nobody was refused.

    >>> from datetime import date
    >>> from uuid import UUID
    >>> from backend.coverage.subjects import DoseFact
    >>> flu = CampaignRule(UUID(int=1), "flu", date(2026, 10, 14), None, 0, frozenset())
    >>> no = DoseFact(False, "refused", frozenset({"flu"}), date(2026, 10, 20), True, True)
    >>> after_refusal(HumanFacts(UUID(int=2), None, "other", None, None, False, (no,), (), ()), flu)
    'still_refusing'
    """
    of_antigen = [
        one
        for one in human.doses
        if campaign.antigen in one.antigens and one.given_on is not None and campaign.holds(one.given_on)
    ]
    refused = [
        one.given_on for one in of_antigen if not one.given and one.not_given_reason == "refused" and one.given_on
    ]
    if not refused:
        return None
    later = any(one.given and one.given_on and one.given_on > min(refused) for one in of_antigen)
    return ACCEPTED_LATER if later else STILL_REFUSING
