"""This file lists the rules that a rule file states, each by the words with which an explanation names it."""

from collections.abc import Iterator

from backend.doses.engine.interval import name_of
from backend.doses.rules.format import AntigenRules, Conflict
from backend.doses.rules.series import AgeRule, DoseRule, IntervalRule, SeriesRule

Names = frozenset[str]
"""The texts by which an explanation may name one rule: any of them will do."""


def lines_of(rules: AntigenRules) -> set[Names]:
    """Return every rule of a file; rules of doses are named by their series and rank."""
    found = {name for series in rules.series for name in _series(rules.antigen, series)}
    found |= {_one(f"{rules.antigen}/immune by observation {code}") for code in rules.immune_by_observation}
    found |= {_one(f"{rules.antigen}/immune by birth") for _ in rules.immune_by_birth}
    if rules.valid_until is not None:
        found.add(_one(f"{rules.antigen}/rules have ended"))
    for stop in rules.contraindications:
        named = f"{stop.observation}: {stop.text}"  # of one vaccine alone it is a notice
        found.add(_one(named if stop.vaccines else f"{rules.antigen}/contraindication {named}"))
        found |= {_one(stop.guidance)} if stop.guidance else set()
    return found


def lines_of_conflict(conflict: Conflict) -> set[Names]:
    """Return a line for each pair of vaccines that a conflict keeps apart."""
    return {_one(f"conflict of {now} with {before}") for now in conflict.current for before in conflict.previous}


def _series(antigen: str, series: SeriesRule) -> Iterator[Names]:
    place = f"{antigen}/{series.name}"
    for indication in series.indications:
        yield _one(f"{place}/indication {indication.observation}")
        if indication.guidance:
            yield _one(indication.guidance)
    yield from (_one(f"{place}/for {gender}") for gender in series.genders)
    yield from map(_one, series.guidance)
    for number, dose in enumerate(series.doses, start=1):
        yield from _dose(f"{place}/dose {number}", dose)


def _dose(place: str, dose: DoseRule) -> Iterator[Names]:
    for rank, age in enumerate(dose.ages, start=1):
        yield from _age(place, rank, age)
    for interval in dose.intervals:
        yield from _interval(place, interval)
    for interval in dose.allowable_intervals:
        yield _one(f"{place}/allowable {name_of(interval)}")
    yield from (_one(f"{place}/preferable {rule.vaccine}") for rule in dose.preferable)
    # A family may name again what is preferable at every age: there is no second line to reach.
    allowable = {rule.vaccine for rule in dose.allowable}
    yield from (_one(f"{place}/allowable {vaccine}") for vaccine in allowable if not _at_every_age(vaccine, dose))
    if dose.inadvertent:
        yield _one(f"{place}/inadvertent")
    for skip in dose.skips:
        yield from (_one(f"{place}/skip: {found.title}") for found in skip.sets)
    if dose.season is not None:
        yield from (_one(f"{place}/season") for _ in [dose.season.start_on] if _)
        yield from (_one(f"{place}/season is over") for _ in [dose.season.end_on] if _)
    if dose.fixed_ages is not None:
        yield _one(f"{place}/fixed ages")


def _at_every_age(vaccine: str, dose: DoseRule) -> bool:
    """Tell whether a vaccine is preferable at every age, by one rule or by several that follow each other."""
    ends = {rule.begin_age: rule.end_age for rule in dose.preferable if rule.vaccine == vaccine}
    if None not in ends:
        return False
    end = ends.pop(None)
    while end is not None and end in ends:
        end = ends.pop(end)
    return end is None


def _age(place: str, rank: int, age: AgeRule) -> Iterator[Names]:
    if age.absolute_minimum is not None:
        yield _one(f"{place}/age {rank}/absolute_minimum")
    if age.minimum is not None:
        yield _one(f"{place}/age {rank}/minimum")
    if age.earliest_recommended is not None:
        yield _one(f"{place}/recommended by age")
    if age.latest_recommended is not None:
        yield _one(f"{place}/past due by age")
    if age.maximum is not None:
        yield frozenset({f"{place}/age {rank}/maximum", f"{place}/maximum age"})


def _interval(place: str, interval: IntervalRule) -> Iterator[Names]:
    name = name_of(interval)
    if interval.absolute_minimum is not None:
        yield _one(f"{place}/{name}/absolute_minimum")
    if interval.minimum is not None:
        yield _one(f"{place}/{name}/minimum")
    if interval.earliest_recommended is not None:
        yield _one(f"{place}/recommended by {name}")
    if interval.latest_recommended is not None:
        yield _one(f"{place}/past due by {name}")


def _one(text: str) -> Names:
    return frozenset({text})
