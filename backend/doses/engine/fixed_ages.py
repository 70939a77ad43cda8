"""Decides when the next booster at a fixed age falls due, after the last dose.

The rule is the French one for diphtheria, tetanus and polio, with its transition: a fixed age that comes no later than
`gap` after the last dose is passed over. It is our addition to the CDSi procedure, and is driven by rule data alone.
"""

from datetime import date

from backend.doses.engine.chart import Chart
from backend.doses.rules.series import FixedAges


def booster_due_on(chart: Chart, rule: FixedAges, last_on: date | None) -> date | None:
    """Return the day of the first fixed age more than the gap after the last dose, or None after the last age.

    >>> from backend.doses.engine.ruleset import RuleSet
    >>> from backend.doses.engine.dates import Span
    >>> from backend.doses.facts import PersonFacts
    >>> rule = FixedAges(ages=(Span("25 years"), Span("45 years"), Span("65 years")), gap=Span("5 years"))
    >>> nothing = RuleSet("none", "0", {}, {}, {}, (), {})
    >>> chart = Chart(PersonFacts(date(1982, 6, 15)), (), (), date(2025, 11, 20), nothing)
    >>> booster_due_on(chart, rule, date(2022, 6, 15))
    datetime.date(2047, 6, 15)
    """
    spaced = None if last_on is None else rule.gap.after(last_on)
    return next((day for day in map(chart.at_age, rule.ages) if spaced is None or day > spaced), None)
