"""Each given dose gets the verdict of chapter 6, with its reason and the rule line used."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from backend.doses.engine.dates import Span
from backend.doses.engine.run import forecast
from backend.doses.facts import DoseStatus, GivenDose, Observation, PersonFacts, Reason
from backend.doses.rules.format import Conflict
from backend.doses.rules.series import (
    AgeRule,
    ConditionKind,
    Counted,
    DoseRule,
    Indication,
    IntervalRule,
    SeriesType,
    SkipCondition,
    SkipRule,
    SkipSet,
    VaccineRule,
)
from tests.backend.doses.making import BORN, VACCINE, first_dose, forecast_one, given, next_dose, rules, series

TWO_DOSES = rules(series(first_dose(), next_dose()))


def verdicts(found: list[GivenDose], *, of: object = TWO_DOSES) -> list[tuple[DoseStatus, tuple[Reason, ...]]]:
    return [(v.status, v.reasons) for v in forecast_one(of, found).evaluations]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "status", "reasons"),
    [
        (date(2020, 2, 25), DoseStatus.NOT_VALID, (Reason.TOO_YOUNG,)),
        (date(2020, 2, 26), DoseStatus.VALID, (Reason.GRACE,)),
        (date(2020, 2, 29), DoseStatus.VALID, (Reason.GRACE,)),
        (date(2020, 3, 1), DoseStatus.VALID, ()),
    ],
)
def test_a_dose_is_judged_by_age_when_four_days_of_grace_apply(
    day: date, status: DoseStatus, reasons: tuple[Reason, ...]
) -> None:
    assert verdicts(given(day)) == [(status, reasons)]


@pytest.mark.parametrize(
    ("day", "status", "reasons"),
    [
        (date(2020, 4, 3), DoseStatus.NOT_VALID, (Reason.TOO_SOON,)),
        (date(2020, 4, 4), DoseStatus.VALID, (Reason.GRACE,)),
        (date(2020, 4, 8), DoseStatus.VALID, ()),
    ],
)
def test_a_second_dose_is_judged_by_interval_when_the_first_counts(
    day: date, status: DoseStatus, reasons: tuple[Reason, ...]
) -> None:
    assert verdicts(given(date(2020, 3, 11), day))[1] == (status, reasons)


def test_an_interval_counts_from_a_dose_not_valid_when_it_came_before() -> None:
    """CALCDTINT-1: a dose given too young still keeps the next one at a distance."""
    found = rules(series(next_dose(), next_dose()))
    too_soon = given(date(2020, 3, 1), date(2020, 3, 10), date(2020, 4, 1))
    assert [status for status, _ in verdicts(too_soon, of=found)] == ["valid", "not-valid", "not-valid"]


def test_a_dose_is_extraneous_when_given_past_the_maximum_age_or_after_the_last_target() -> None:
    past = rules(
        series(DoseRule(ages=(AgeRule(maximum=Span("6 months")),), preferable=(VaccineRule(vaccine=VACCINE),)))
    )
    assert verdicts(given(date(2020, 7, 1)), of=past) == [(DoseStatus.EXTRANEOUS, (Reason.TOO_OLD,))]
    three = given(date(2020, 3, 1), date(2020, 4, 1), date(2020, 5, 1))
    assert verdicts(three)[2] == (DoseStatus.EXTRANEOUS, (Reason.SERIES_DONE,))


def test_a_dose_is_sub_standard_when_its_lot_had_expired_or_it_was_spoiled() -> None:
    """It does not count, and nothing is measured from it."""
    good, bad = given(date(2020, 3, 11), date(2020, 4, 20))
    for spoiled in (replace(bad, lot_expires_on=date(2020, 4, 19)), replace(bad, spoiled=True)):
        answer = forecast_one(TWO_DOSES, [good, spoiled])
        assert answer.evaluations[1].status is DoseStatus.SUBSTANDARD
        assert answer.dose_number == 2
    assert verdicts([good, replace(bad, lot_expires_on=bad.given_on)])[1] == (DoseStatus.VALID, ())


def test_a_vaccine_is_refused_when_neither_preferable_nor_allowable_or_outside_its_ages() -> None:
    rule = DoseRule(
        preferable=(VaccineRule(vaccine="V1", end_age=Span("3 months"), trade_name="Good", volume_ml=0.5),),
        allowable=(VaccineRule(vaccine="V2", begin_age=Span("1 month")),),
        inadvertent=frozenset({"V3"}),
    )
    found = rules(series(rule))
    (young,) = given(date(2020, 3, 1))
    (late,) = given(date(2020, 4, 1))
    (other,) = given(date(2020, 3, 1), vaccine="V2")
    (wrong,) = given(date(2020, 3, 1), vaccine="V3")
    assert verdicts([young], of=found) == [(DoseStatus.VALID, ())]
    assert verdicts([replace(young, trade_name="Good", volume_ml=0.25)], of=found) == [
        (DoseStatus.VALID, (Reason.LOW_VOLUME,))
    ]
    assert verdicts([replace(young, trade_name="Bad")], of=found) == [
        (DoseStatus.NOT_VALID, (Reason.WRONG_TRADE_NAME,))
    ]
    assert verdicts([late], of=found) == [(DoseStatus.NOT_VALID, (Reason.OUTSIDE_VACCINE_AGE,))]
    assert verdicts([other], of=found) == [(DoseStatus.VALID, ())]
    assert verdicts([replace(other, given_on=BORN)], of=found) == [
        (DoseStatus.NOT_VALID, (Reason.OUTSIDE_VACCINE_AGE,))
    ]
    assert verdicts([wrong], of=found) == [(DoseStatus.NOT_VALID, (Reason.INADVERTENT,))]


def test_an_allowable_interval_saves_a_dose_when_the_preferable_one_is_not_kept() -> None:
    second = next_dose(
        "3 months", allowable_intervals=(IntervalRule(from_previous=True, absolute_minimum=Span("4 weeks")),)
    )
    found = rules(series(first_dose(), second))
    assert verdicts(given(date(2020, 3, 1), date(2020, 3, 29)), of=found)[1] == (DoseStatus.VALID, ())
    assert verdicts(given(date(2020, 3, 1), date(2020, 3, 28)), of=found)[1] == (
        DoseStatus.NOT_VALID,
        (Reason.TOO_SOON,),
    )


def test_a_dose_conflicts_when_another_vaccine_came_within_the_days_between() -> None:
    """The same day is allowed; the shorter end applies after a dose that counts, the longer after one that does not."""
    live = Conflict(
        previous=frozenset({"V1", "V9"}),
        current=frozenset({"V1"}),
        begin=Span("1 day"),
        end=Span("28 days"),
        end_after_valid=Span("24 days"),
    )
    any_time = DoseRule(preferable=(VaccineRule(vaccine=VACCINE),))
    found = rules(series(first_dose("2 months"), any_time), conflicts=[live])
    (other,) = given(date(2020, 3, 10), vaccine="V9")
    for days, expected in ((0, "valid"), (1, "not-valid"), (23, "not-valid"), (24, "valid")):
        assert verdicts([other, *given(other.given_on + timedelta(days))], of=found)[0][0] == expected
    too_young = given(date(2020, 2, 10), date(2020, 3, 6), date(2020, 4, 1))
    assert verdicts(too_young, of=found) == [
        (DoseStatus.NOT_VALID, (Reason.TOO_YOUNG,)),
        (DoseStatus.NOT_VALID, (Reason.CONFLICT,)),
        (DoseStatus.NOT_VALID, (Reason.CONFLICT,)),
    ]


def test_rules_of_their_time_apply_when_a_dose_is_old() -> None:
    """RELEVANT-1: a dose is judged by the ages in force on the day it was given."""
    ages = (
        AgeRule(absolute_minimum=Span("2 months"), ceased_on=date(2020, 5, 31)),
        AgeRule(absolute_minimum=Span("6 months"), effective_on=date(2020, 6, 1)),
    )
    found = rules(series(DoseRule(ages=ages, preferable=(VaccineRule(vaccine=VACCINE),))))
    assert verdicts(given(date(2020, 5, 31)), of=found)[0][0] == "valid"
    assert verdicts(given(date(2020, 6, 1)), of=found)[0][0] == "not-valid"


def test_a_target_is_skipped_when_its_condition_is_met_on_the_day_of_the_dose() -> None:
    def skipping(condition: SkipCondition) -> SkipRule:
        return SkipRule(sets=(SkipSet(conditions=(condition,)),))

    by_age = skipping(SkipCondition(kind=ConditionKind.AGE, begin_age=Span("4 months")))
    found = rules(series(first_dose(), next_dose("8 weeks", skips=(by_age,)), next_dose("6 months")))
    early, late = (given(date(2020, 4, 1), day) for day in (date(2020, 4, 29), date(2020, 5, 27)))
    assert forecast_one(found, early).evaluations[1].target == 2
    assert forecast_one(found, late).evaluations[1].target == 3
    by_interval = skipping(SkipCondition(kind=ConditionKind.INTERVAL, interval=Span("3 months")))
    found = rules(series(first_dose(), next_dose(skips=(by_interval,)), next_dose()))
    assert forecast_one(found, given(date(2020, 4, 1), date(2020, 6, 30))).evaluations[1].target == 2
    assert forecast_one(found, given(date(2020, 4, 1), date(2020, 7, 1))).evaluations[1].target == 3
    by_count = skipping(SkipCondition(kind=ConditionKind.COUNT, counted=Counted.TOTAL, vaccines=frozenset({"V2"})))
    found = rules(series(first_dose(allowable=(VaccineRule(vaccine="V2"),)), next_dose(skips=(by_count,))))
    assert forecast_one(found, given(date(2020, 4, 1), vaccine="V2")).status == "complete"
    assert forecast_one(found, given(date(2020, 4, 1))).status == "not-complete"


def test_an_interval_passes_over_a_dose_when_it_was_inadvertent() -> None:
    """CALCDTINT-1 and -8: a vaccine given by mistake holds nothing back."""
    from_vaccine = DoseRule(
        intervals=(IntervalRule(from_vaccines=frozenset({"V1", "V3"}), absolute_minimum=Span("4 weeks")),),
        preferable=(VaccineRule(vaccine=VACCINE),),
        inadvertent=frozenset({"V3"}),
    )
    for second in (next_dose(inadvertent=frozenset({"V3"})), from_vaccine):
        found = rules(series(first_dose(), second))
        (mistake,) = given(date(2020, 4, 20), vaccine="V3")
        judged = verdicts([*given(date(2020, 3, 1), date(2020, 4, 25)), mistake], of=found)
        assert [status for status, _ in judged] == ["valid", "not-valid", "valid"]


def test_a_dose_is_not_excused_when_the_other_group_is_completed_only_later() -> None:
    """Table 6-7 on the day of the dose: what came later cannot make it needless."""
    done = SkipRule(sets=(SkipSet(conditions=(SkipCondition(kind=ConditionKind.COMPLETED, series_groups=("1",)),)),))
    usual = series(first_dose(), next_dose(), name="usual")
    risk = series(
        first_dose(skips=(done,)),
        next_dose(skips=(done,)),
        next_dose("1 year", recurring=True),
        name="risk",
        type=SeriesType.RISK,
        group="2",
        indications=(Indication(observation="asthma"),),
    )
    days = (date(2020, 3, 1), date(2020, 4, 1), date(2021, 5, 1))
    answers = forecast(PersonFacts(BORN), given(*days), [Observation("asthma")], date(2021, 6, 1), rules(usual, risk))
    by_series = {answer.series: answer for answer in answers}
    assert [verdict.target for verdict in by_series["risk"].evaluations] == [1, 2, 3]
    assert [verdict.status for verdict in by_series["usual"].evaluations] == ["valid", "valid", "extraneous"]


def test_the_verdicts_are_the_same_when_two_doses_of_one_day_are_entered_in_either_order() -> None:
    both = DoseRule(preferable=(VaccineRule(vaccine="V1"), VaccineRule(vaccine="V2")))
    found = rules(series(both, next_dose()))
    one, two = (given(date(2020, 3, 1), vaccine=vaccine)[0] for vaccine in ("V1", "V2"))
    assert forecast_one(found, [one, two]) == forecast_one(found, [two, one])
