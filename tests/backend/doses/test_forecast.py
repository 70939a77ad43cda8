"""The next dose is forecast by chapter 7, the path chosen by chapter 8, antigens merged by chapter 9."""

from datetime import date

import pytest

from backend.doses.engine.dates import Span
from backend.doses.engine.group import foremost, group_forecasts, leading
from backend.doses.engine.ruleset import prepare
from backend.doses.engine.run import forecast, unknown_doses
from backend.doses.facts import Gender, GivenDose, Observation, PersonFacts, Reason, SeriesStatus
from backend.doses.rules.format import (
    AntigenRules,
    BirthImmunity,
    Carried,
    Contraindication,
    Schedule,
    Source,
    Vaccine,
    VaccineGroup,
)
from backend.doses.rules.series import (
    AgeRule,
    ConditionKind,
    DoseRule,
    Indication,
    IntervalRule,
    Season,
    SeriesType,
    SkipCondition,
    SkipRule,
    SkipSet,
    VaccineRule,
)
from tests.backend.doses.making import ANTIGEN, BORN, VACCINE, first_dose, forecast_one, given, next_dose, rules, series


def test_dates_follow_age_then_interval_when_both_hold_a_dose_back() -> None:
    second = DoseRule(
        ages=(
            AgeRule(
                minimum=Span("4 months"),
                earliest_recommended=Span("6 months"),
                latest_recommended=Span("7 months"),
                maximum=Span("5 years"),
            ),
        ),
        intervals=(IntervalRule(from_previous=True, minimum=Span("8 weeks")),),
        preferable=(VaccineRule(vaccine=VACCINE, recommend=True), VaccineRule(vaccine="V2")),
    )
    answer = forecast_one(rules(series(first_dose(), second)), given(date(2020, 3, 1)))
    assert answer.dates is not None
    assert (answer.dates.earliest_on, answer.dates.recommended_on) == (date(2020, 5, 1), date(2020, 7, 1))
    assert (answer.dates.past_due_on, answer.dates.latest_on) == (date(2020, 7, 31), date(2024, 12, 31))
    assert (answer.dose_number, answer.vaccines) == (2, (VACCINE,))
    late = forecast_one(rules(series(first_dose(), second)), given(date(2020, 10, 1))).dates
    assert late is not None
    assert late.earliest_on == late.recommended_on == late.past_due_on == date(2020, 11, 26)
    assert late.recommended_unadjusted_on == date(2020, 7, 1)


def test_a_season_opens_and_closes_when_the_day_is_outside() -> None:
    seasonal = first_dose(season=Season(start_on=date(2020, 10, 1), end_on=date(2021, 3, 31)))
    found = rules(series(seasonal))
    early = forecast_one(found, on=date(2020, 7, 1)).dates
    assert early is not None
    assert early.earliest_on == date(2020, 10, 1)
    assert forecast_one(found, on=date(2021, 3, 31)).status is SeriesStatus.NOT_COMPLETE
    assert forecast_one(found, on=date(2021, 4, 1)).status is SeriesStatus.NOT_RECOMMENDED


def test_a_recurring_dose_is_due_again_when_it_was_given() -> None:
    found = rules(series(first_dose(), next_dose("10 years", recurring=True)))
    answer = forecast_one(found, given(date(2020, 3, 1), date(2030, 3, 1), date(2040, 3, 2)), on=date(2041, 1, 1))
    assert [verdict.status for verdict in answer.evaluations] == ["valid", "valid", "valid"]
    assert answer.dates is not None
    assert answer.dates.earliest_on == date(2050, 3, 2)


def test_a_person_ages_out_when_the_dose_could_only_come_too_late() -> None:
    limited = DoseRule(
        ages=(AgeRule(maximum=Span("8 months")),),
        intervals=(IntervalRule(from_previous=True, minimum=Span("4 weeks")),),
        preferable=(VaccineRule(vaccine=VACCINE),),
    )
    found = rules(series(first_dose(), limited))
    day = date(2020, 8, 10)
    assert forecast_one(found, given(date(2020, 8, 3)), on=day).status is SeriesStatus.NOT_COMPLETE
    assert forecast_one(found, given(date(2020, 8, 4)), on=day).status is SeriesStatus.AGED_OUT


def test_immunity_and_contraindication_end_the_forecast_when_observed() -> None:
    found = rules(
        series(first_dose(), next_dose()),
        immune_by_observation=frozenset({"immune"}),
        immune_by_birth=(
            BirthImmunity(born_before=date(2021, 1, 1), country="FR", except_observations=frozenset({"nurse"})),
        ),
        contraindications=[
            Contraindication(observation="allergy", text="no vaccine", begin_age=Span("1 year")),
            Contraindication(observation="yeast", text="not this one", vaccines=(VaccineRule(vaccine=VACCINE),)),
        ],
    )

    def status(on: date = date(2021, 1, 1), country: str | None = None, *codes: str) -> SeriesStatus:
        person = PersonFacts(BORN, birth_country=country)
        (answer,) = forecast(person, [], [Observation(code) for code in codes], on, found)
        return answer.status

    assert status() is SeriesStatus.NOT_COMPLETE
    assert status(date(2021, 1, 1), None, "immune") is SeriesStatus.IMMUNE
    assert status(date(2021, 1, 1), "FR") is SeriesStatus.IMMUNE
    assert status(date(2021, 1, 1), "FR", "nurse") is SeriesStatus.NOT_COMPLETE
    assert status(date(2021, 1, 1), None, "allergy") is SeriesStatus.CONTRAINDICATED
    assert status(date(2020, 12, 31), None, "allergy") is SeriesStatus.NOT_COMPLETE
    assert status(date(2021, 1, 1), None, "yeast") is SeriesStatus.CONTRAINDICATED


def test_a_risk_series_replaces_the_usual_one_when_its_indication_applies() -> None:
    risk = series(
        first_dose(),
        next_dose(),
        name="risk",
        type=SeriesType.RISK,
        default=False,
        group="2",
        indications=(Indication(observation="asthma", begin_age=Span("6 months")),),
    )
    found = rules(series(first_dose(), equivalent_groups=("2",)), risk)
    asthma = [Observation("asthma")]
    assert forecast_one(found, on=date(2020, 6, 30), observations=asthma).series == "usual"
    assert forecast_one(found, on=date(2020, 7, 1), observations=asthma).series == "risk"
    assert forecast_one(found, on=date(2020, 7, 1)).series == "usual"


def test_a_series_for_one_gender_concerns_that_gender_alone_when_it_is_known() -> None:
    found = rules(series(first_dose(), genders=frozenset({"female"})))
    assert forecast_one(found, gender=Gender.FEMALE).status is SeriesStatus.NOT_COMPLETE
    assert forecast(PersonFacts(BORN, Gender.MALE), [], [], date(2021, 1, 1), found) == ()


def test_the_product_path_wins_when_every_dose_on_it_is_valid_and_it_ends_sooner() -> None:
    three = series(first_dose(), next_dose(), next_dose(), name="three", preference=1)
    only_v2 = VaccineRule(vaccine="V2")
    two = series(
        DoseRule(preferable=(only_v2,)),
        DoseRule(preferable=(only_v2,)),
        name="two",
        default=False,
        product_path=True,
        preference=2,
    )
    three_with_v2 = series(
        *(DoseRule(preferable=(VaccineRule(vaccine="V1"), only_v2)) for _ in range(3)), name="three", preference=1
    )
    found = rules(three_with_v2, two)
    assert forecast_one(found, given(date(2020, 3, 1), vaccine="V2")).series == "two"
    assert forecast_one(found, given(date(2020, 3, 1))).series == "three"
    assert forecast_one(rules(three, two)).series == "three"


@pytest.mark.parametrize(("has_priority", "earliest"), [(False, date(2020, 6, 1)), (True, date(2020, 4, 1))])
def test_a_vaccine_group_waits_for_its_last_antigen_when_none_has_priority(has_priority: bool, earliest: date) -> None:
    """MULTIANTVG-1, with the two antigens of one combined vaccine."""

    def antigen(name: str, minimum: str) -> AntigenRules:
        interval = IntervalRule(from_previous=True, minimum=Span(minimum), priority=has_priority)
        rule = DoseRule(intervals=(interval,), preferable=(VaccineRule(vaccine=VACCINE),))
        return AntigenRules(
            antigen=name, version="1", sources=(Source(title="a test"),), series=(series(first_dose(), rule),)
        )

    found = prepare(
        Schedule(
            name="test",
            version="1",
            antigens=(antigen("a", "1 month"), antigen("b", "3 months")),
            vaccines=(Vaccine(code=VACCINE, title="both", antigens=(Carried(antigen="a"), Carried(antigen="b"))),),
            groups=(VaccineGroup(name="ab", antigens=("a", "b")),),
        )
    )
    answers = forecast(PersonFacts(BORN), given(date(2020, 3, 1)), [], date(2020, 3, 5), found)
    (group,) = group_forecasts(found.groups, answers)
    assert (group.status, group.antigens) == (SeriesStatus.NOT_COMPLETE, ("a", "b"))
    assert group.dates is not None
    assert group.dates.earliest_on == earliest


def test_an_answer_says_so_when_the_rules_are_unsigned_or_out_of_date() -> None:
    """Unsigned rules must never look like a validated answer."""
    answer = forecast_one(rules(series(first_dose()), valid_until=date(2020, 12, 31)))
    assert answer.validated is False
    assert "2020-12-31" in answer.notices[0]


def test_a_dose_is_handed_back_when_no_rule_knows_its_vaccine() -> None:
    """A code nobody knows must not vanish in silence."""
    found = rules(series(first_dose()))
    strange = given(date(2020, 3, 1), vaccine="X1")
    assert unknown_doses([*strange, *given(date(2020, 3, 1))], found) == tuple(strange)
    assert forecast_one(found, strange).evaluations == ()


def test_every_answer_and_every_verdict_explain_themselves_when_given() -> None:
    found = rules(series(first_dose(), next_dose()))
    for doses in (
        [],
        given(date(2020, 3, 1)),
        given(date(2019, 3, 1), date(2020, 3, 1), date(2020, 6, 1), date(2020, 7, 1)),
    ):
        answer = forecast_one(found, doses)
        assert answer.lines
        assert all(verdict.lines for verdict in answer.evaluations)
        assert all(line.line.startswith(ANTIGEN) or line.line.startswith("the last") for line in answer.lines)


def test_a_dose_does_not_count_when_it_is_dated_before_birth() -> None:
    found = rules(series(DoseRule(preferable=(VaccineRule(vaccine=VACCINE),))))
    answer = forecast_one(found, given(date(2019, 12, 31)))
    assert [verdict.reasons for verdict in answer.evaluations] == [(Reason.TOO_YOUNG,)]
    assert answer.dates is not None
    assert answer.dates.earliest_on == BORN


def test_a_child_complete_for_its_age_is_shown_complete_when_a_later_path_waits() -> None:
    """And once the later path begins, or the earlier one is outgrown, the later one speaks."""
    limited = DoseRule(ages=(AgeRule(maximum=Span("5 years")),), preferable=(VaccineRule(vaccine=VACCINE),))
    child = series(limited, name="child")
    adult = series(first_dose("50 years"), name="adult", group="3", start_from=Span("50 years"))
    found = rules(child, adult)

    def shown(doses: list[GivenDose], on: date) -> tuple[str, str]:
        answers = forecast(PersonFacts(BORN), doses, [], on, found)
        leader = leading(answers)
        group = foremost(group_forecasts(found.groups, answers))
        assert leader is not None
        assert group is not None
        assert group.parts == (leader,)
        return leader.series, leader.status.value

    dose = given(date(2020, 3, 1))
    assert shown(dose, date(2021, 1, 1)) == ("child", "complete")
    assert shown(dose, date(2070, 1, 1)) == ("adult", "not-complete")
    assert shown([], date(2021, 1, 1)) == ("child", "not-complete")
    assert shown([], date(2026, 1, 1)) == ("adult", "not-complete")


def test_an_uncertain_observation_decides_nothing_and_is_shown_when_a_rule_asks_for_it() -> None:
    """Tables 5-4 and 7-5: neither a dose missed nor a risk path taken on a guess, but somebody is told."""
    risk = series(
        first_dose(),
        name="risk",
        type=SeriesType.RISK,
        default=False,
        group="2",
        guidance=("take care",),
        indications=(Indication(observation="asthma", guidance="ask the lung doctor"),),
    )
    stop = Contraindication(observation="allergy", text="no vaccine")
    found = rules(series(first_dose(), equivalent_groups=("2",)), risk, contraindications=[stop])
    doubtful = [Observation(code, is_certain=False) for code in ("asthma", "allergy", "flat feet")]
    answer = forecast_one(found, observations=doubtful)
    assert (answer.series, answer.status) == ("usual", SeriesStatus.NOT_COMPLETE)
    assert [notice.split(":")[0] for notice in answer.notices] == ["allergy", "asthma"]
    certain = forecast_one(found, observations=[Observation("asthma")])
    assert (certain.series, certain.notices) == ("risk", ())
    assert certain.guidance == ("take care", "ask the lung doctor")


def test_the_next_dose_is_never_before_the_last_one_when_nothing_else_holds_it_back() -> None:
    found = rules(series(first_dose()))
    answer = forecast_one(found, given(date(2020, 9, 1), vaccine="V2"))
    assert answer.evaluations[0].status == "not-valid"
    assert answer.dates is not None
    assert answer.dates.earliest_on == date(2020, 9, 1)


def test_a_dose_is_passed_over_when_it_would_be_needless_by_the_time_it_may_be_given() -> None:
    """7.6: due in four weeks, but skipped from the first birthday, which comes sooner."""
    grown = SkipRule(sets=(SkipSet(conditions=(SkipCondition(kind=ConditionKind.AGE, begin_age=Span("12 months")),)),))
    found = rules(series(first_dose(), next_dose(skips=(grown,)), next_dose("8 weeks")))
    dates = forecast_one(found, given(date(2020, 12, 10)), on=date(2020, 12, 12)).dates
    assert dates is not None
    assert dates.earliest_on == date(2021, 2, 4)
    dates = forecast_one(found, given(date(2020, 10, 10)), on=date(2020, 10, 12)).dates
    assert dates is not None
    assert dates.earliest_on == date(2020, 11, 7)
