"""What is ended counts nothing after today, what is withdrawn nothing at all, and either makes room for another campaign."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.coverage.campaign_steps import Standing, Step, after, steps
from backend.coverage.open_campaign import Phase, Refusal, refusal
from backend.coverage.subjects import CampaignRule

TODAY = date(2026, 12, 1)
DAYS = st.integers(-40, 40).map(lambda n: TODAY + timedelta(days=n))
STATES = st.sampled_from(["prepared", "running", "paused", "ended"])
STANDINGS = st.builds(Standing, STATES, st.none() | DAYS, st.none() | DAYS)


def rule(standing: Standing) -> CampaignRule:
    return CampaignRule(UUID(int=1), "zoster", standing.starts_on, standing.ends_on, 65, frozenset())


@given(STANDINGS)
def test_what_is_over_makes_room_and_keeps_the_days_that_were_counted(before: Standing) -> None:
    month = [TODAY + timedelta(days=n) for n in range(-50, 51)]
    for step in steps(before, TODAY):
        then = after(before, step, TODAY)
        held = [day for day in month if rule(before).holds(day)]
        if step is Step.START:
            assert (then.state, then.starts_on, then.ends_on) == ("running", before.starts_on, before.ends_on)
            assert before.ends_on is None or before.ends_on >= TODAY
            continue
        assert then.state == "ended"
        assert steps(then, TODAY) == ()
        assert [day for day in month if rule(then).holds(day)] == [day for day in held if day <= TODAY]
        wanted = Phase(TODAY + timedelta(days=1), TODAY + timedelta(days=30), frozenset())
        assert refusal([rule(then)], "zoster", wanted, [], TODAY) is None


@given(STANDINGS, DAYS, st.integers(0, 30))
def test_campaign_is_refused_if_and_only_if_it_shares_a_day(before: Standing, starts_on: date, length: int) -> None:
    wanted = Phase(starts_on, starts_on + timedelta(days=length), frozenset())
    found = refusal([rule(before)], "zoster", wanted, [], TODAY - timedelta(days=100))
    shares = any(rule(before).holds(starts_on + timedelta(days=n)) for n in range(length + 1))
    assert found is (Refusal.TWO_AT_ONCE if shares else None)
