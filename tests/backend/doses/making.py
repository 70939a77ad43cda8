"""Builds small rule sets and histories for the engine's tests: one antigen, spelled out where a test needs it."""

from collections.abc import Sequence
from datetime import date

from backend.doses.engine.dates import Span
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.format import (
    AntigenRules,
    Carried,
    Conflict,
    Contraindication,
    Schedule,
    Source,
    Vaccine,
    VaccineGroup,
)
from backend.doses.rules.series import AgeRule, DoseRule, IntervalRule, SeriesRule, VaccineRule

BORN = date(2020, 1, 1)
ANTIGEN = "testosis"
VACCINE = "V1"


def first_dose(minimum: str = "2 months", **fields: object) -> DoseRule:
    """Return a dose with a minimum age and four days of grace."""
    age = AgeRule(absolute_minimum=Span(f"{minimum} - 4 days"), minimum=Span(minimum))
    return DoseRule(ages=(age,), preferable=(VaccineRule(vaccine=VACCINE),), **fields)  # type: ignore[arg-type]


def next_dose(minimum: str = "4 weeks", **fields: object) -> DoseRule:
    """Return a dose with a minimum interval from the previous one and four days of grace."""
    interval = IntervalRule(from_previous=True, absolute_minimum=Span(f"{minimum} - 4 days"), minimum=Span(minimum))
    return DoseRule(intervals=(interval,), preferable=(VaccineRule(vaccine=VACCINE),), **fields)  # type: ignore[arg-type]


def series(*doses: DoseRule, name: str = "usual", **fields: object) -> SeriesRule:
    """Return a default standard series of these doses, unless the fields say otherwise."""
    return SeriesRule(**{"name": name, "doses": doses, "default": True, **fields})  # type: ignore[arg-type]


def rules(
    *found: SeriesRule,
    conflicts: Sequence[Conflict] = (),
    contraindications: Sequence[Contraindication] = (),
    **fields: object,
) -> RuleSet:
    """Return a rule set of one antigen, carried by the vaccines V1 to V3; V9 carries nothing."""
    antigen = AntigenRules(
        antigen=ANTIGEN,
        version="1",
        sources=(Source(title="a test"),),
        series=found,
        contraindications=tuple(contraindications),
        **fields,  # type: ignore[arg-type]
    )
    vaccines = [Vaccine(code=f"V{n}", title=f"vaccine {n}", antigens=(Carried(antigen=ANTIGEN),)) for n in (1, 2, 3)]
    return prepare(
        Schedule(
            name="test",
            version="1",
            antigens=(antigen,),
            vaccines=(*vaccines, Vaccine(code="V9", title="another", antigens=())),
            groups=(VaccineGroup(name=ANTIGEN, antigens=(ANTIGEN,)),),
            conflicts=tuple(conflicts),
        )
    )


def given(*days: date, vaccine: str = VACCINE) -> list[GivenDose]:
    """Return a dose of one vaccine on each of the days."""
    return [GivenDose(DoseId(f"{vaccine}-{day}"), day, vaccine) for day in days]


def forecast_one(
    found: RuleSet,
    doses: Sequence[GivenDose] = (),
    on: date = date(2021, 1, 1),
    observations: Sequence[Observation] = (),
    gender: Gender = Gender.UNKNOWN,
) -> AntigenForecast:
    """Return the only forecast of the antigen for the child born on BORN."""
    (answer,) = forecast(PersonFacts(BORN, gender), doses, observations, on, found)
    return answer
