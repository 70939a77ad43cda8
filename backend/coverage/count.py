"""This file decides in which cells each subject is counted, and how much.

It promises that cells depend on the subject's facts and the campaigns alone, so that the order in which ops arrive
changes nothing (S3), and that every count is a whole number. Whose facts must be read again after a change is decided
in backend/coverage/touched.py; what the counts mean is said in backend/coverage/indicators.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import singledispatch
from typing import Final

from backend.coverage.ages import age_on, band_of
from backend.coverage.subjects import (
    ActFacts,
    CampaignRule,
    CellKey,
    Facts,
    HumanFacts,
    RequestFacts,
    SiteFacts,
    VialFacts,
)

# Where somebody whom a campaign aims at stands: exactly one of these (the `detail` of measure "person").
STANDINGS: Final = ("own", "elsewhere", "due_seen", "due_seen_zero", "due_missed", "due_missed_zero")
COVERED: Final = frozenset({"own", "elsewhere"})
DUE: Final = frozenset(STANDINGS) - COVERED
MISSED: Final = frozenset({"due_missed", "due_missed_zero"})
ZERO_DOSE: Final = frozenset({"due_seen_zero", "due_missed_zero"})
WAITING_STATES: Final = ("open", "on_hold", "accepted")
# Upper ends in hours of the classes of delay between an act and the server; the last class is open.
DELAY_HOURS: Final = (1, 2, 4, 8, 12, 24, 48, 72, 168)


def week_of(day_on: date) -> date:
    """Return the Monday of a day's week.

    >>> week_of(date(2026, 11, 22))
    datetime.date(2026, 11, 16)
    """
    return day_on - timedelta(days=day_on.weekday())


def standing_in(human: HumanFacts, campaign: CampaignRule) -> tuple[str, date | None] | None:
    """Return where a human stands in a campaign and the day of the first dose that counts; None if not aimed at.

    >>> from uuid import UUID
    >>> flu = CampaignRule(UUID(int=1), "flu", date(2026, 10, 14), None, 65, frozenset())
    >>> human = HumanFacts(UUID(int=2), None, "other", date(1950, 1, 1), None, False, (), (), ())
    >>> standing_in(human, flu)
    ('due_missed_zero', None)
    """
    if not _aimed_at(human, campaign):
        return None
    of_antigen = [dose for dose in human.doses if dose.given and campaign.antigen in dose.antigens]
    counted = [(dose.given_on, dose.ours) for dose in of_antigen if dose.given_on and campaign.holds(dose.given_on)]
    if counted:
        return ("own" if any(ours for _, ours in counted) else "elsewhere"), min(day for day, _ in counted)
    seen = any(campaign.holds(day) for day in human.acts_on)
    return ("due_seen" if seen else "due_missed") + ("" if of_antigen else "_zero"), None


def _aimed_at(human: HumanFacts, campaign: CampaignRule) -> bool:
    if campaign.population_groups and human.population_group not in campaign.population_groups:
        return False
    if human.died_on is not None and (campaign.starts_on is None or human.died_on < campaign.starts_on):
        return False
    if campaign.age_least_years == 0:
        return True
    age = age_on(human.born_on, campaign.starts_on) if campaign.starts_on else None
    return age is not None and age >= campaign.age_least_years


@singledispatch
def cells_of(facts: Facts, _campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    """Return how much a subject adds to each cell it is counted in."""
    raise TypeError(type(facts).__name__)


@cells_of.register
def _of_human(human: HumanFacts, campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    # Who objects to statistics is in none of them, not even as a dose (article 21 of the GDPR).
    cells: Counter[CellKey] = Counter()
    if human.objects_to_statistics:
        return cells
    if human.died_on is None:
        reached = "reached" if human.acts_on else "not_reached"
        cells[CellKey("known", None, human.zone_id, human.population_group, "", None, reached)] += 1
    for refusal in human.refusals:
        week = week_of(refusal.decided_on) if refusal.decided_on else None
        cells[CellKey("consent_refused", None, human.zone_id, human.population_group, "", week, refusal.reason)] += 1
    for campaign in campaigns:
        cells.update(_of_campaign(human, campaign))
    return cells


def _of_campaign(human: HumanFacts, campaign: CampaignRule) -> Iterable[CellKey]:
    where = (human.zone_id, human.population_group)
    standing = standing_in(human, campaign)
    if standing is not None:
        age = age_on(human.born_on, campaign.starts_on) if campaign.starts_on else None
        week = week_of(standing[1]) if standing[1] else None
        yield CellKey("person", campaign.id, *where, band_of(age), week, standing[0])
    for dose in human.doses:
        if dose.given_on is None or campaign.antigen not in dose.antigens or not campaign.holds(dose.given_on):
            continue
        band = band_of(age_on(human.born_on, dose.given_on))
        if dose.given and dose.ours:
            yield CellKey("dose_given", campaign.id, *where, band, week_of(dose.given_on), "given")
        elif not dose.given:
            yield CellKey("dose_not_given", campaign.id, *where, band, None, dose.not_given_reason)


@cells_of.register
def _of_request(request: RequestFacts, _campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    if request.state not in WAITING_STATES:
        return Counter()
    return Counter([CellKey("request_waiting", None, request.zone_id, "", "", request.received_on, request.state)])


@cells_of.register
def _of_site(site: SiteFacts, _campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    if site.kind == "home" or site.state == "closed":
        return Counter()
    return Counter([CellKey("site", None, site.zone_id, "", "", site.last_visit_on, str(site.id))])


@cells_of.register
def _of_vial(vial: VialFacts, _campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    # A vial that is still sealed or in use has wasted nothing yet.
    if vial.state not in ("empty", "discarded"):
        return Counter()
    doses = {"vial_discarded_unopened": vial.doses_nominal}
    if vial.opened:
        doses = {
            "vial_opened_nominal": vial.doses_nominal,
            "vial_given": min(vial.doses_given, vial.doses_nominal),
            "vial_given_beyond_nominal": max(0, vial.doses_given - vial.doses_nominal),
        }
    return Counter(
        {CellKey(measure, None, None, "", "", None, vial.product_code): n for measure, n in doses.items() if n}
    )


@cells_of.register
def _of_act(act: ActFacts, _campaigns: Sequence[CampaignRule]) -> Counter[CellKey]:
    within = next((str(hours) for hours in DELAY_HOURS if act.seconds_to_server <= hours * 3600), "longer")
    return Counter([CellKey("act_delay", None, None, "", "", week_of(act.acted_on), within)])
