"""Decides which contraindications apply, to a whole antigen or to single vaccines (7.3)."""

from backend.doses.engine.chart import Chart
from backend.doses.facts import RuleLine
from backend.doses.rules.format import AntigenRules, Contraindication


def applying(chart: Chart, rules: AntigenRules) -> tuple[Contraindication, ...]:
    """Tables 7-5 and 7-6: the contraindications whose observation the person has, at an age they speak of.

    >>> from datetime import date
    >>> from backend.doses.engine.ruleset import RuleSet
    >>> from backend.doses.facts import Observation, PersonFacts
    >>> nothing = RuleSet("none", "0", {}, {}, {}, (), {})
    >>> chart = Chart(PersonFacts(date(1990, 1, 1)), (), [Observation("seen")], date(2025, 1, 1), nothing)
    >>> known = [Contraindication(observation=code, text="never") for code in ("seen", "unseen")]
    >>> rules = AntigenRules(antigen="a", version="1", sources=(), series=(), contraindications=tuple(known))
    >>> [found.observation for found in applying(chart, rules)]
    ['seen']
    """
    if not chart.observations:
        return ()
    return tuple(
        found
        for found in rules.contraindications
        if found.observation in chart.observations and chart.is_aged(found.begin_age, found.end_age, chart.on)
    )


def contraindicated_vaccines(chart: Chart, found: tuple[Contraindication, ...]) -> frozenset[str]:
    """Return the single vaccines that contraindications in force exclude on the assessment day."""
    return frozenset(
        rule.vaccine
        for contraindication in found
        for rule in contraindication.vaccines
        if chart.is_aged(rule.begin_age, rule.end_age, chart.on)
    )


def antigen_stopped_by(rules: AntigenRules, found: tuple[Contraindication, ...]) -> RuleLine | None:
    """Table 7-7, first half: return the rule line that stops the whole antigen, or None."""
    for contraindication in found:
        if not contraindication.vaccines:
            line = f"{rules.antigen}/contraindication {contraindication.observation}: {contraindication.text}"
            return RuleLine("table 7-5", line)
    return None
