"""Decides when the next booster at a fixed age falls due, after the last dose.

The rule is the French one for diphtheria, tetanus and polio, with its transition: a fixed age that comes no later than
`gap` after the last dose is passed over. It is our addition to the CDSi procedure, and is driven by rule data alone.
"""

from datetime import date

from backend.doses.engine.chart import Chart
from backend.doses.rules.series import FixedAges


def booster_due_on(chart: Chart, rule: FixedAges, last_on: date | None) -> date | None:
    """Return the day of the first fixed age more than the gap after the last dose, or None after the last age."""
    spaced = None if last_on is None else rule.gap.after(last_on)
    return next((day for day in map(chart.at_age, rule.ages) if spaced is None or day > spaced), None)
