"""This file decides what the plan page says of a change by hand: what it broke, what others did, what it came to."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from admin.dispatcher.plan.by_hand_words import CHANGES_MADE, IMPOSSIBLE, RULES, WORDS
from admin.dispatcher.plan.parts import Parts, name_of
from admin.shared.speaker import Speaker
from backend.dispatch.edit import Breaks, CannotBeDone, ChangeMade, Outcome, Stale
from backend.dispatch.problem_of_day import visit_of
from backend.dispatch.read_day import VisitShown

SHOWN_MOST = 12


class Told(msgspec.Struct, frozen=True):
    """A change that was not kept: the sentence, and the lines below it."""

    sentence: str
    lines: tuple[str, ...] = ()


def told_of(
    outcome: Outcome, visits: Mapping[str, VisitShown], letters: Mapping[str, str], say: Speaker, parts: Parts
) -> Told | None:
    """Return what is said of an outcome; None when the change was kept, since the page shows it then."""
    english = say.locale == "en"
    if isinstance(outcome, Stale):
        return Told(WORDS["stale"][english], tuple(line_of(one, visits, letters, say, parts) for one in outcome.since))
    if isinstance(outcome, CannotBeDone):
        return Told(say.word(IMPOSSIBLE, outcome.why))
    if isinstance(outcome, Breaks):
        lines = dict.fromkeys(
            " – ".join(
                part
                for part in (
                    letters.get(one.team or "", ""),
                    name_of(visits, one.visit, parts, say) if one.visit else "",
                    say.word(RULES, one.rule.value),
                )
                if part
            )
            for one in outcome.violations
        )
        return Told(WORDS["not_kept"][english], tuple(lines)[:SHOWN_MOST])
    return None


def line_of(
    made: ChangeMade, visits: Mapping[str, VisitShown], letters: Mapping[str, str], say: Speaker, parts: Parts
) -> str:
    """Return a change that somebody made, in one line."""
    change = made.change
    whom = ", ".join(dict.fromkeys(name_of(visits, name, parts, say) for name in change.get("visits", ())))
    what, to = say.word(CHANGES_MADE, change["code"]), _whereto(change, letters)
    who = f"{made.full_name}, {say.time(made.made_at)}" if made.full_name else say.time(made.made_at)
    return f"{who} : {what}{f' {whom}' if whom else ''}{to} – {effect_of(change.get('effect', {}), say)}"


def _whereto(change: Mapping[str, Any], letters: Mapping[str, str]) -> str:
    """Return the teams of a move or a swap in letters; the other changes are of no team.

    >>> _whereto({"code": "move", "team": "1"}, {"1": "A"}), _whereto({"code": "leave_out", "team": "1"}, {"1": "A"})
    (' → A', '')
    """
    if change["code"] == "move":
        return f" → {letters.get(change.get('team', ''), '')}"
    if change["code"] == "swap":
        return f" ({' ↔ '.join(letters.get(change.get(key, ''), '') for key in ('team', 'other_team'))})"
    return ""


def effect_of(effect: Mapping[str, int], say: Speaker) -> str:
    """Return what a change came to, in words.

    >>> effect_of({"visits_planned": -1, "travel_minutes": 4}, Speaker("en", "UTC"))
    '−1 visits, +4 min of travel'
    """
    english = say.locale == "en"
    said = [
        f"{'+' if value > 0 else '−'}{say.number(abs(value))} {WORDS[f'effect_{name}'][english]}"
        for name, value in effect.items()
        if value and f"effect_{name}" in WORDS
    ]
    return ", ".join(said) or WORDS["no_effect"][english]


def named_in(changes: Sequence[ChangeMade]) -> set[str]:
    """Return the ids of the visits that changes name."""
    return {visit_of(name) for one in changes for name in one.change.get("visits", ())}
