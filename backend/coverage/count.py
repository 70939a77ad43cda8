"""This file decides in which cells each subject is counted, and how much.

It promises that cells depend on the subject's facts and the campaigns alone, so that the order in which ops arrive
changes nothing (S3), and that every count is a whole number. Whose facts must be read again after a change is decided
in backend/coverage/touched.py; what the counts mean is said in backend/coverage/indicators.py.

A person of a campaign is counted once by zone, once by age and once by week, each crossed with the group, since no page
asks for more at once: what a page reads is bound by zones plus bands plus weeks, not by their product.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import singledispatch
from typing import Final

from backend.coverage.ages import age_on, band_of
from backend.coverage.opportunities import after_refusal, occasions
from backend.coverage.second_dose import Window, second_dose
from backend.coverage.subjects import (
    ActFacts,
    CampaignRule,
    CellKey,
    Facts,
    HumanFacts,
    RequestFacts,
    ScreeningFact,
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


def class_of_hours(seconds: int) -> str:
    """Return the class of a delay: the least upper end in hours that holds it.

    >>> class_of_hours(3600), class_of_hours(3601), class_of_hours(10**7)
    ('1', '2', 'longer')
    """
    return next((str(hours) for hours in DELAY_HOURS if seconds <= hours * 3600), "longer")


Windows = Mapping[str, Window]


@singledispatch
def cells_of(facts: Facts, _campaigns: Sequence[CampaignRule], _windows: Windows) -> Counter[CellKey]:
    """Return how much a subject adds to each cell it is counted in; `windows` are those of second doses, by antigen."""
    raise TypeError(type(facts).__name__)


@cells_of.register
def _of_human(human: HumanFacts, campaigns: Sequence[CampaignRule], windows: Windows) -> Counter[CellKey]:
    # Who objects to statistics is in none of them, not even as a dose (article 21 of the GDPR).
    cells: Counter[CellKey] = Counter()
    if human.objects_to_statistics:
        return cells
    if human.died_on is None:
        reached = "reached" if human.acts_on else "not_reached"
        cells[CellKey("known", None, None, human.population_group, "", None, reached)] += 1
    for refusal in human.refusals:
        week = week_of(refusal.decided_on) if refusal.decided_on else None
        cells[CellKey("consent_refused", None, None, "", "", week, refusal.reason)] += 1
    for screening in human.screenings:
        cells.update(_of_screening(screening))
    for campaign in campaigns:
        cells.update(_of_campaign(human, campaign))
        cells.update(_of_care(human, campaign, windows.get(campaign.antigen)))
    return cells


def _of_screening(one: ScreeningFact) -> Iterable[CellKey]:
    week = week_of(one.collected_on)
    yield CellKey("screening", None, None, "", "", week, f"{one.pathogen}:{one.result}")
    for measure, hours in (("screening_result", one.hours_to_result), ("screening_told", one.hours_to_told)):
        if hours is not None:
            yield CellKey(measure, None, None, "", "", week, class_of_hours(hours * 3600))


def _of_care(human: HumanFacts, campaign: CampaignRule, window: Window | None) -> Counter[CellKey]:
    """Count how well a campaign went with somebody it aims at: occasions, refusals taken up again, the second dose."""
    found: Counter[CellKey] = Counter()
    where = (human.zone_id, human.population_group)
    if not _aimed_at(human, campaign):
        return found
    for kind, n in occasions(human, campaign).items():
        found[CellKey("occasion", campaign.id, *where, "", None, kind)] += n
    refused = after_refusal(human, campaign)
    if refused is not None:
        found[CellKey("refused_then", campaign.id, None, human.population_group, "", None, refused)] += 1
    second = second_dose(human.doses, campaign.antigen, window) if window else None
    if second is not None:
        found[CellKey("second_dose", campaign.id, *where, "", second.closes_month_on, second.outcome)] += 1
    return found


def _of_campaign(human: HumanFacts, campaign: CampaignRule) -> Iterable[CellKey]:
    where = (human.zone_id, human.population_group)
    standing = standing_in(human, campaign)
    if standing is not None:
        age = age_on(human.born_on, campaign.starts_on) if campaign.starts_on else None
        yield CellKey("person", campaign.id, *where, "", None, standing[0])
        yield CellKey("person_by_age", campaign.id, None, human.population_group, band_of(age), None, standing[0])
        if standing[1]:
            week = week_of(standing[1])
            yield CellKey("person_by_week", campaign.id, None, human.population_group, "", week, standing[0])
    for dose in human.doses:
        if dose.given_on is None or campaign.antigen not in dose.antigens or not campaign.holds(dose.given_on):
            continue
        band = band_of(age_on(human.born_on, dose.given_on))
        if dose.given and dose.ours:
            yield CellKey("dose_given", campaign.id, *where, "", None, "given")
            yield CellKey("dose_given_by_age", campaign.id, None, human.population_group, band, None, "given")
            written = "traceable" if dose.traceable else "lot_or_expiry_missing"
            yield CellKey("dose_quality", campaign.id, None, "", "", week_of(dose.given_on), written)
        elif not dose.given:
            yield CellKey("dose_not_given", campaign.id, None, "", "", None, dose.not_given_reason)


@cells_of.register
def _of_request(request: RequestFacts, _campaigns: Sequence[CampaignRule], _windows: Windows) -> Counter[CellKey]:
    # Calls that are one are one wish (decision 0040): the request that stays on the board counts, since the first call.
    if request.joined or request.state not in WAITING_STATES:
        return Counter()
    return Counter([CellKey("request_waiting", None, request.zone_id, "", "", request.received_on, request.state)])


@cells_of.register
def _of_site(site: SiteFacts, _campaigns: Sequence[CampaignRule], _windows: Windows) -> Counter[CellKey]:
    if site.kind == "home" or site.state == "closed":
        return Counter()
    return Counter([CellKey("site", None, site.zone_id, "", "", site.last_visit_on, str(site.id))])


@cells_of.register
def _of_vial(vial: VialFacts, _campaigns: Sequence[CampaignRule], _windows: Windows) -> Counter[CellKey]:
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
def _of_act(act: ActFacts, _campaigns: Sequence[CampaignRule], _windows: Windows) -> Counter[CellKey]:
    within = class_of_hours(act.seconds_to_server)
    return Counter([CellKey("act_delay", None, None, "", "", week_of(act.acted_on), within)])
