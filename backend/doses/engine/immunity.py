"""Decides whether a person is taken as immune to a disease without (further) vaccine (7.2)."""

from backend.doses.engine.chart import Chart
from backend.doses.facts import RuleLine
from backend.doses.rules.format import AntigenRules


def immune_because(chart: Chart, rules: AntigenRules) -> RuleLine | None:
    """Table 7-3: return the rule line that says the person is immune, or None.

    >>> from datetime import date
    >>> from backend.doses.engine.ruleset import RuleSet
    >>> from backend.doses.facts import Observation, PersonFacts
    >>> nothing = RuleSet("none", "0", {}, {}, {}, (), {})
    >>> chart = Chart(PersonFacts(date(1990, 1, 1)), (), [Observation("seen")], date(2025, 1, 1), nothing)
    >>> rules = AntigenRules(antigen="a", version="1", sources=(), series=(), immune_by_observation=frozenset({"seen"}))
    >>> immune_because(chart, rules).line
    'a/immune by observation seen'
    """
    for code in sorted(rules.immune_by_observation & chart.observations.keys()):
        return RuleLine("table 7-3", f"{rules.antigen}/immune by observation {code}")
    for rule in rules.immune_by_birth:
        if (
            chart.person.born_on < rule.born_before
            and not rule.except_observations & chart.observations.keys()
            and rule.country in (None, chart.person.birth_country)
        ):
            return RuleLine("table 7-3", f"{rules.antigen}/immune by birth", rule.born_before)
    return None
