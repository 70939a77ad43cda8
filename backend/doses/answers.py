"""This file decides what is kept of the engine's answer for one human: one line per antigen, with its explanation.

Of several paths the leading one speaks (backend/doses/engine/group.py). It asks the engine and does no I/O; the rows
are written in backend/doses/keep.py.
"""

from datetime import date

import msgspec

from backend.doses.engine.group import leading
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast
from backend.doses.history import History
from backend.doses.rules.words import Release


class KeptLine(msgspec.Struct, frozen=True, array_like=True):
    """A rule that was used: the procedure's rule, the line of the rule file, and the date it gave."""

    rule: str
    line: str
    gives: date | None = None


class KeptDose(msgspec.Struct, frozen=True):
    """A dose as it counts for the antigen, with the reasons as codes."""

    id: str
    given_on: date
    vaccine: str
    status: str
    reasons: tuple[str, ...]
    lines: tuple[KeptLine, ...]


class KeptForecast(msgspec.Struct, frozen=True):
    """What is kept of one antigen: a row of the table `forecast`."""

    person_id: str
    antigen: str
    vaccine_group: str
    series: str
    status: str
    earliest_on: date | None
    recommended_on: date | None
    past_due_on: date | None
    latest_on: date | None
    dose_number: int
    vaccines: tuple[str, ...]
    doses: tuple[KeptDose, ...]
    lines: tuple[KeptLine, ...]
    notices: tuple[str, ...]
    guidance: tuple[str, ...]
    rules_version: str
    validated: bool


def answers(person_id: str, history: History, on: date, release: Release) -> list[KeptForecast]:
    """Return what is due to a human on a day, one entry per antigen that concerns them.

    >>> from backend.doses.history import RecordedPerson, read_history
    >>> from backend.doses.rules.words import release_on
    >>> on, born_on = date(2026, 11, 22), date(1950, 1, 1)
    >>> history = read_history(RecordedPerson(born_on), born_on, (), on, release_on(on))
    >>> [(one.status, one.validated) for one in answers("p", history, on, release_on(on)) if one.antigen == "zoster"]
    [('not-complete', False)]
    """
    found = forecast(history.person, history.doses, history.observations, on, release.rules)
    groups = {antigen: group.name for group in release.rules.groups for antigen in group.antigens}
    kept: list[KeptForecast] = []
    for antigen in dict.fromkeys(one.antigen for one in found):
        chosen = leading([one for one in found if one.antigen == antigen])
        if chosen is not None:
            kept.append(_kept(person_id, chosen, groups.get(antigen, antigen), release))
    return kept


def _kept(person_id: str, chosen: AntigenForecast, group: str, release: Release) -> KeptForecast:
    dates = chosen.dates
    return KeptForecast(
        person_id=person_id,
        antigen=chosen.antigen,
        vaccine_group=group,
        series=chosen.series,
        status=chosen.status.value,
        earliest_on=dates.earliest_on if dates else None,
        recommended_on=dates.recommended_on if dates else None,
        past_due_on=dates.past_due_on if dates else None,
        latest_on=dates.latest_on if dates else None,
        dose_number=chosen.dose_number,
        vaccines=chosen.vaccines,
        doses=tuple(
            KeptDose(
                verdict.dose.id,
                verdict.dose.given_on,
                verdict.dose.vaccine,
                verdict.status.value,
                tuple(reason.value for reason in verdict.reasons),
                tuple(KeptLine(line.rule, line.line, line.gives) for line in verdict.lines),
            )
            for verdict in chosen.evaluations
        ),
        lines=tuple(KeptLine(line.rule, line.line, line.gives) for line in chosen.lines),
        notices=chosen.notices,
        guidance=chosen.guidance,
        rules_version=release.version,
        validated=chosen.validated,
    )
