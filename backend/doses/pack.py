"""This file decides what a tablet is told of what is due: today's answer, and what each dose given today would change.

A tablet has no engine of its own (docs/decisions/0016-the-tablet-has-no-engine.md). For every product that fits what is
due, the answer after a dose of it is worked out here, by the same engine and rules; the tablet lays it over the present
one when the dose is recorded (sync/tablet/doses/forecast.js). Rule lines and guidance are numbers in one list of texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from backend.doses.advice import Advice, advice_on
from backend.doses.answers import KeptForecast, answers
from backend.doses.facts import ForecastDates, SeriesStatus
from backend.doses.history import Notice, RecordedDose, RecordedPerson, UnreadDose, read_history
from backend.doses.rules.words import Release
from backend.doses.unsigned import UnsignedRules, told

# What makes a product worth working out: a dose that could be given today.
_COULD_BE_GIVEN: Final = (Advice.MAY_BE_GIVEN, Advice.NOT_VALIDATED, Advice.ASK_DOCTOR)
_NEW: Final = "new"


class PackProduct(msgspec.Struct, frozen=True):
    """A product that a team may carry."""

    code: str
    nuva_code: str | None
    antigens: tuple[str, ...]


class PackDose(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a dose counts for the antigen; `new` is the one that is being given."""

    id: str
    status: str
    reasons: tuple[str, ...] = ()


class PackForecast(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer for one antigen. `lines` and `guidance` are places in the pack's texts; days that are not are left out."""

    antigen: str
    group: str
    advice: Advice
    status: str
    dose_number: int
    earliest_on: date | None = None
    recommended_on: date | None = None
    past_due_on: date | None = None
    latest_on: date | None = None
    vaccines: tuple[str, ...] = ()
    doses: tuple[PackDose, ...] = ()
    lines: tuple[int, ...] = ()
    guidance: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()
    validated: bool = False
    followed: bool = False  # unsigned, and this territory follows such rules all the same


class WhatIf(msgspec.Struct, frozen=True):
    """What a dose of any of these products given on the pack's day changes: the antigens' answers after it."""

    products: tuple[str, ...]
    then: tuple[PackForecast, ...]


class PackPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything about one person; `state` says why there may be no answer."""

    id: UUID
    state: str
    refused_on: date | None = None
    unread: tuple[UnreadDose, ...] = ()
    notices: tuple[Notice, ...] = ()
    due: tuple[PackForecast, ...] = ()
    if_given: tuple[WhatIf, ...] = ()
    kept_back: tuple[str, ...] = ()  # antigens whose rules are unsigned and switched off here


class Pack(msgspec.Struct, frozen=True):
    """One page of the forecasts of a tablet's people; `after` asks for the next page, empty at the end.

    `words` says which antigens of the rules a word of a dose record means.
    """

    on: date
    rules_version: str
    words: Mapping[str, tuple[str, ...]]
    texts: tuple[str, ...]
    persons: tuple[PackPerson, ...]
    after: str = ""


class PackRules(msgspec.Struct, frozen=True):
    """For which day and by which rules a pack is worked out, and what unsigned ones may say in the territory."""

    on: date
    release: Release
    unsigned: UnsignedRules


class Texts:
    """The texts of a pack, each once, by its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Return the place of a text, giving it one at its first use."""
        return self._places.setdefault(text, len(self._places))

    def all(self) -> tuple[str, ...]:
        """Return the texts in their places."""
        return tuple(self._places)


def pack_person(
    person_id: UUID,
    known: RecordedPerson,
    doses: Sequence[RecordedDose],
    refused_on: date | None,
    by: PackRules,
    products: Iterable[PackProduct],
    texts: Texts,
) -> PackPerson:
    """Return what a tablet is told of a living person; without a birth date nothing can be said, and that is said.

    >>> from backend.doses.rules.words import release_on
    >>> on, shingrix = date(2026, 11, 22), PackProduct("shingrix", "VAC0567", ("zoster",))
    >>> person = RecordedPerson(date(1950, 1, 1))
    >>> by = PackRules(on, release_on(on), UnsignedRules.LABELLED)
    >>> found = pack_person(UUID(int=1), person, (), None, by, [shingrix], Texts())
    >>> [(one.products, [(then.antigen, then.dose_number) for then in one.then]) for one in found.if_given]
    [(('shingrix',), [('zoster', 2)])]
    """
    on, release, born_on = by.on, by.release, known.born_on
    if born_on is None or born_on > on:
        return PackPerson(person_id, "no_birth_date", refused_on)
    history = read_history(known, born_on, doses, on, release)
    has_concerns = bool(history.unread or history.notices or refused_on)

    def lines(kept: Iterable[KeptForecast]) -> dict[str, PackForecast]:
        concerns = {"has_concerns": has_concerns}
        return {one.antigen: _line(one, by, texts, **concerns) for one in told(kept, by.unsigned)}

    kept = answers(str(person_id), history, on, release)
    now = lines(kept)
    open_antigens = {one.antigen for one in now.values() if one.advice in _COULD_BE_GIVEN}
    changes: dict[tuple[PackForecast, ...], list[str]] = {}
    for product in products:
        if open_antigens.isdisjoint(_antigens_of(product, release)):
            continue
        given = RecordedDose(_NEW, on, product.antigens, product.code, product.nuva_code)
        after = lines(answers(str(person_id), read_history(known, born_on, [*doses, given], on, release), on, release))
        then = tuple(_without_lines(one) for antigen, one in after.items() if one != now.get(antigen))
        if then:
            changes.setdefault(then, []).append(product.code)
    return PackPerson(
        person_id,
        "computed",
        refused_on,
        history.unread,
        history.notices,
        tuple(now.values()),
        tuple(WhatIf(tuple(codes), then) for then, codes in changes.items()),
        tuple(one.antigen for one in kept if not told([one], by.unsigned)),
    )


def _antigens_of(product: PackProduct, release: Release) -> set[str]:
    carried = release.rules.carried.get(product.nuva_code or "", ())
    meant = {one for word in product.antigens for one in release.words.antigens.get(word, ())}
    return {one.antigen for one in carried} or meant


def _line(kept: KeptForecast, by: PackRules, texts: Texts, *, has_concerns: bool) -> PackForecast:
    dates = None
    if kept.earliest_on is not None and kept.recommended_on is not None:
        dates = ForecastDates(
            kept.earliest_on, kept.recommended_on, kept.past_due_on, kept.latest_on, kept.recommended_on, None
        )
    advice = advice_on(
        SeriesStatus(kept.status),
        dates,
        by.on,
        validated=kept.validated,
        unsigned=by.unsigned,
        has_concerns=has_concerns or bool(kept.notices),
    )
    return PackForecast(
        kept.antigen,
        kept.vaccine_group,
        advice,
        kept.status,
        kept.dose_number,
        kept.earliest_on,
        kept.recommended_on,
        kept.past_due_on,
        kept.latest_on,
        kept.vaccines,
        tuple(PackDose(one.id, one.status, one.reasons) for one in kept.doses),
        tuple(texts.place(f"{line.rule}: {line.line}") for line in kept.lines),
        tuple(map(texts.place, kept.guidance)),
        kept.notices,
        kept.validated,
        not kept.validated and by.unsigned is UnsignedRules.FOLLOWED,
    )


def _without_lines(one: PackForecast) -> PackForecast:
    """Return what a dose would change without the rule lines: they come with the next answer of the server."""
    return msgspec.structs.replace(one, lines=(), guidance=())
