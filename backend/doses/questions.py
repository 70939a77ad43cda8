"""This file decides what the answers to the questions before an injection lead to: go on, ask a doctor, or stop.

The questions are data with their source (door_questions.toml, read in read_questions.py), and as unsigned as the
rules: a page says so. What is due at all is decided by the engine; what follows when nothing is given, in not_given.py.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from backend.doses.rules.format import Signature, Source
from backend.doses.rules.series import Rules


class Outcome(StrEnum):
    """What the answers lead to, the strictest last."""

    GO = "go"
    ASK_DOCTOR = "ask_doctor"
    STOP = "stop"


class Answer(StrEnum):
    """What somebody answers; no answer at all is not among them."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Question(Rules, frozen=True):
    """One question, whom it is asked, and where each answer leads. `antigens` empty: asked before every vaccine.

    `not_given` is the reason to record when the answer stops the act; `advice` what to do besides; `observe_minutes` how long
    somebody is observed afterwards who did not answer no.
    """

    code: str
    fr: str
    en: str
    on_yes: Outcome
    on_unknown: Outcome = Outcome.ASK_DOCTOR
    live_only: bool = False
    antigens: tuple[str, ...] = ()
    not_given: str = "deferred"
    advice_fr: str = ""
    advice_en: str = ""
    observe_minutes: int = 0


class Questionnaire(Rules, frozen=True):
    """The questions in their order, with source and signature."""

    version: str
    sources: tuple[Source, ...]
    questions: tuple[Question, ...]
    live_antigens: tuple[str, ...]
    observe_minutes: int
    signed_by: Signature | None = None


class Decision(msgspec.Struct, frozen=True):
    """Where the answers lead, by which questions, which of them carry advice; `missing` ones were not asked.

    `observe_minutes` is how long the person is observed after an injection.
    """

    outcome: Outcome
    because: tuple[str, ...]
    missing: tuple[str, ...]
    advice: tuple[str, ...]
    not_given: str | None
    validated: bool
    observe_minutes: int


def asked_before(questionnaire: Questionnaire, antigens: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions to ask before a vaccine that carries these antigens."""
    is_live = bool(set(antigens) & set(questionnaire.live_antigens))
    return tuple(
        question
        for question in questionnaire.questions
        if (is_live or not question.live_only) and (not question.antigens or set(question.antigens) & set(antigens))
    )


def decide(questionnaire: Questionnaire, antigens: Sequence[str], given: Mapping[str, Answer]) -> Decision:
    """Return where the answers lead: the strictest of them all; a question that was not answered never leads to go.

    >>> from backend.doses.read_questions import read_questions
    >>> questionnaire = read_questions()
    >>> answers = {question.code: Answer.NO for question in asked_before(questionnaire, ["influenza"])}
    >>> decide(questionnaire, ["influenza"], answers).outcome.value
    'go'
    >>> decide(questionnaire, ["influenza"], answers | {"anaphylaxis": Answer.YES}).not_given
    'contraindicated'
    >>> decide(questionnaire, ["influenza"], answers | {"allergy": Answer.YES}).observe_minutes
    30
    """
    order = list(Outcome)
    led: list[tuple[Outcome, Question]] = []
    missing: list[str] = []
    for question in asked_before(questionnaire, antigens):
        answer = given.get(question.code)
        if answer is None:
            missing.append(question.code)
        elif answer is not Answer.NO:
            led.append((question.on_yes if answer is Answer.YES else question.on_unknown, question))
    worst = max((outcome for outcome, _ in led), key=order.index, default=Outcome.GO)
    if missing:
        worst = max(worst, Outcome.ASK_DOCTOR, key=order.index)
    stopping = [question for outcome, question in led if outcome is Outcome.STOP]
    return Decision(
        worst,
        tuple(question.code for outcome, question in led if outcome is worst),
        tuple(missing),
        tuple(question.code for _, question in led if question.advice_fr),
        stopping[0].not_given if stopping else None,
        questionnaire.signed_by is not None,
        max([questionnaire.observe_minutes, *(question.observe_minutes for _, question in led)]),
    )
