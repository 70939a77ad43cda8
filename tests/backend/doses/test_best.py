"""Of several paths to immunity the best is chosen by chapter 8: point by point, then by rank."""

from datetime import date

from backend.doses.engine.dates import Span
from backend.doses.engine.ruleset import RuleSet
from backend.doses.engine.run import forecast
from backend.doses.facts import GivenDose, Observation, PersonFacts
from backend.doses.rules.series import AgeRule, DoseRule, Indication, IntervalRule, SeriesType, VaccineRule
from tests.backend.doses.making import BORN, first_dose, given, next_dose, rules, series

ON = date(2021, 1, 1)


def chosen(found: RuleSet, doses: list[GivenDose], *codes: str) -> list[str]:
    answers = forecast(PersonFacts(BORN), doses, [Observation(code) for code in codes], ON, found)
    return [answer.series for answer in answers]


def of_vaccines(*vaccines: str, interval: str | None = None) -> DoseRule:
    spans = () if interval is None else (IntervalRule(from_previous=True, minimum=Span(interval)),)
    return DoseRule(intervals=spans, preferable=tuple(VaccineRule(vaccine=code) for code in vaccines))


def test_the_better_ranked_series_wins_when_points_are_equal() -> None:
    one = series(first_dose(), next_dose(), name="one", preference=2)
    two = series(first_dose(), next_dose(), name="two", preference=1, default=False)
    assert chosen(rules(one, two), given(date(2020, 3, 1))) == ["two"]
    three = series(first_dose(), next_dose(), name="one", preference=1)
    four = series(first_dose(), next_dose(), name="two", preference=2, default=False)
    assert chosen(rules(three, four), given(date(2020, 3, 1))) == ["one"]


def test_a_product_path_wins_when_all_its_doses_are_valid_and_loses_when_one_is_not() -> None:
    """Table 8-9, first row, with everything else equal."""
    usual = series(*(of_vaccines("V1", "V2", interval="4 weeks") for _ in range(3)), name="usual", preference=1)
    product = series(
        *(of_vaccines("V2", interval="4 weeks") for _ in range(3)),
        name="product",
        preference=2,
        product_path=True,
        default=False,
    )
    (first,) = given(date(2020, 3, 1), vaccine="V2")
    assert chosen(rules(usual, product), [first]) == ["product"]
    assert chosen(rules(usual, product), [first, *given(date(2020, 5, 1))]) == ["usual"]


def test_the_series_that_can_still_be_finished_wins_when_another_has_more_doses_but_ends_too_early() -> None:
    """SELECTB-3 and -12 weigh more than the number of valid doses."""
    late = DoseRule(
        ages=(AgeRule(maximum=Span("13 months")),),
        intervals=(IntervalRule(from_previous=True, minimum=Span("2 months")),),
        preferable=(VaccineRule(vaccine="V1"),),
    )
    both = of_vaccines("V1", "V2", interval="4 weeks")
    usual = series(both, both, both, late, name="usual", preference=1)
    other = series(first_dose(), next_dose(), next_dose(), name="other", preference=2, default=False)
    doses = [*given(date(2020, 3, 1)), *given(date(2020, 12, 20), vaccine="V2")]
    assert chosen(rules(usual, other), doses) == ["other"]


def test_a_series_is_not_considered_when_it_was_started_too_late_for_it() -> None:
    young = series(first_dose(), next_dose(), next_dose(), name="young", preference=1, start_before=Span("6 months"))
    grown = series(first_dose("6 months"), next_dose(), name="grown", preference=2, default=False)
    assert chosen(rules(young, grown), given(date(2020, 3, 1))) == ["young"]
    assert chosen(rules(young, grown), given(date(2020, 8, 1))) == ["grown"]
    assert chosen(rules(young, grown), []) == ["young"]


def test_the_series_with_the_highest_priority_wins_when_two_risks_apply() -> None:
    def risk(name: str, priority: str, code: str) -> object:
        return series(
            first_dose(),
            next_dose(),
            name=name,
            type=SeriesType.RISK,
            default=False,
            priority=priority,
            group="2",
            indications=(Indication(observation=code),),
        )

    found = rules(series(first_dose(), equivalent_groups=("2",)), risk("lesser", "B", "b"), risk("greater", "A", "a"))  # type: ignore[arg-type]
    assert chosen(found, [], "b") == ["lesser"]
    assert chosen(found, [], "a", "b") == ["greater"]


def test_a_risk_path_is_needless_when_an_equivalent_usual_one_is_complete_and_needed_when_not_equivalent() -> None:
    """Table 8-14."""

    def found(*equivalent: str) -> RuleSet:
        risk = series(
            first_dose(),
            next_dose(),
            name="risk",
            type=SeriesType.RISK,
            default=False,
            group="2",
            equivalent_groups=equivalent,
            indications=(Indication(observation="asthma"),),
        )
        return rules(series(first_dose(), name="usual", equivalent_groups=("2",)), risk)

    one = given(date(2020, 3, 1))
    assert chosen(found("1"), one, "asthma") == ["usual"]
    assert chosen(found(), one, "asthma") == ["usual", "risk"]
    assert chosen(found("1"), [], "asthma") == ["risk"]


def test_a_series_for_evaluation_only_proves_completion_and_is_never_forecast() -> None:
    old = series(of_vaccines("V3"), of_vaccines("V3"), name="old", type=SeriesType.EVALUATION, default=False)
    found = rules(series(first_dose(), name="usual"), old)
    doses = given(date(2020, 3, 1), date(2020, 6, 1), vaccine="V3")
    assert chosen(found, doses) == ["old"]
    assert chosen(found, doses[:1]) == ["usual"]
