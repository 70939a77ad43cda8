"""A next phase never runs beside another campaign against the disease, and never aims at a part of a pool."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.coverage.open_campaign import Phase, Refusal, ends_before, phase_refusal
from backend.coverage.subjects import CampaignRule

TODAY = date(2026, 12, 1)
POOLS = ("homeless_hotel", "large_family+nursing_home", "other")
GROUPS = sorted({group for pool in POOLS for group in pool.split("+")})
DAYS = st.integers(-60, 200).map(lambda n: TODAY + timedelta(days=n))
RULES = st.builds(
    CampaignRule,
    st.integers(1, 9).map(lambda n: UUID(int=n)),
    st.sampled_from(["influenza", "covid19"]),
    st.none() | DAYS,
    st.none() | DAYS,
    st.just(65),
    st.just(frozenset[str]()),
)
PHASES = st.builds(Phase, DAYS, DAYS, st.frozensets(st.sampled_from(GROUPS)))


def days_of(starts_on: date | None, ends_on: date | None) -> set[date]:
    all_days = [TODAY + timedelta(days=n) for n in range(-61, 202)]
    return {day for day in all_days if (starts_on or day) <= day <= (ends_on or day)}


@given(st.lists(RULES, min_size=1, max_size=3, unique_by=lambda one: one.id), PHASES)
def test_no_two_run_at_once_and_no_pool_is_split(campaigns: list[CampaignRule], wanted: Phase) -> None:
    present = campaigns[0]
    refused = phase_refusal(campaigns, present, wanted, POOLS, TODAY)
    taken = days_of(wanted.starts_on, wanted.ends_on)
    others = [one for one in campaigns[1:] if one.antigen == present.antigen]
    meets = any(taken & days_of(one.starts_on, one.ends_on) for one in others)
    splits = any(0 < len(set(pool.split("+")) & wanted.population_groups) < len(pool.split("+")) for pool in POOLS)
    if refused is None:
        assert taken
        assert min(taken) > TODAY
        assert not meets
        assert not splits
        assert not taken & days_of(present.starts_on, ends_before(present, wanted))
    elif refused is Refusal.TWO_AT_ONCE:
        assert meets
    elif refused is Refusal.PART_OF_A_POOL:
        assert splits
    else:
        assert wanted.starts_on <= max(TODAY, present.starts_on or TODAY) or wanted.ends_on < wanted.starts_on
