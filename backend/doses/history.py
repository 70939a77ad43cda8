"""This file decides what the engine reads of a person's records: which vaccine each dose was, which observations hold.

Nothing is guessed and nothing dropped: a dose that cannot be read counts for nothing and comes back with the reason,
and what a clinician must look at comes back as a notice. The meaning of words is data (rules/fr/words.toml).
Records are loaded in backend/doses/load.py; what is due is decided in backend/doses/engine.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec

from backend.doses.facts import DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.words import Release, Words

_GENDERS: Final = frozenset(gender.value for gender in Gender)


class RecordedDose(msgspec.Struct, frozen=True):
    """A dose record that says "given", with what the territory knows of its product."""

    id: str
    given_on: date | None
    antigens: tuple[str, ...] = ()
    product_code: str | None = None
    nuva_code: str | None = None
    expires_on: date | None = None
    is_disputed: bool = False  # whether it was given at all is in review


class RecordedPerson(msgspec.Struct, frozen=True):
    """What the joined records of one human say together; a disputed birth date is None."""

    born_on: date | None
    born_precision: str = "day"
    sex: str = "unknown"
    conditions: tuple[str, ...] = ()
    contraindications: tuple[str, ...] = ()
    population_groups: tuple[str, ...] = ()
    detected: tuple[tuple[str, date], ...] = ()  # pathogen and day of each positive screening
    has_two_birth_dates: bool = False


class Unread(StrEnum):
    """Why a recorded dose counts for nothing."""

    DISPUTED = "disputed"
    NO_DAY = "no_day"
    BEFORE_BIRTH = "before_birth"
    AFTER_TODAY = "after_today"
    VACCINE_UNKNOWN = "vaccine_unknown"
    PART_OF_A_VACCINE = "part_of_a_vaccine"
    NO_RULES = "no_rules"


class UnreadDose(msgspec.Struct, frozen=True):
    """A dose that is shown and not counted, wholly or (`words`) for some of its antigens."""

    id: str
    given_on: date | None
    why: Unread
    words: tuple[str, ...] = ()


class NoticeCode(StrEnum):
    """What a person has to look at before anything is given."""

    CONTRAINDICATION = "contraindication_noted"
    CONDITION_NOT_READ = "condition_not_read"
    BIRTH_ESTIMATED = "birth_estimated"
    BIRTH_DIFFERS = "birth_differs_between_joined_records"


class Notice(msgspec.Struct, frozen=True):
    """Something noted that the rules cannot weigh, with the words of the record."""

    code: NoticeCode
    text: str = ""


class History(msgspec.Struct, frozen=True):
    """What the engine reads, and what has to be shown beside its answer."""

    person: PersonFacts
    doses: tuple[GivenDose, ...]
    unread: tuple[UnreadDose, ...]
    observations: tuple[Observation, ...]
    notices: tuple[Notice, ...]


def read_history(
    person: RecordedPerson, born_on: date, doses: Sequence[RecordedDose], on: date, release: Release
) -> History:
    """Return what the engine reads of a person on a day. A dose of several vaccines' antigens is read as each of them.

    >>> from backend.doses.rules.words import release_on
    >>> on = date(2026, 11, 22)
    >>> doses = [RecordedDose("a", on, ("influenza",)), RecordedDose("b", on, ("tetanus",))]
    >>> read = read_history(RecordedPerson(date(1950, 1, 1)), date(1950, 1, 1), doses, on, release_on(on))
    >>> [dose.vaccine for dose in read.doses], [(dose.id, dose.why.value) for dose in read.unread]
    (['VAC0110'], [('b', 'part_of_a_vaccine')])
    """
    given: list[GivenDose] = []
    unread: list[UnreadDose] = []
    for dose in sorted(doses, key=lambda one: (one.given_on or date.min, one.id)):
        problem = _misplaced(dose, born_on, on)
        if problem is not None or dose.given_on is None:
            unread.append(UnreadDose(dose.id, dose.given_on, problem or Unread.NO_DAY))
            continue
        vaccines, left = vaccines_of(dose, release)
        given += [
            GivenDose(DoseId(dose.id), dose.given_on, vaccine, lot_expires_on=dose.expires_on) for vaccine in vaccines
        ]
        if left or not vaccines:
            unread.append(UnreadDose(dose.id, dose.given_on, _why(left, release.words), left))
    sex = person.sex if person.sex in _GENDERS else Gender.UNKNOWN
    return History(
        PersonFacts(born_on, Gender(sex)),
        tuple(given),
        tuple(unread),
        tuple(_observations(person, release)),
        tuple(_notices(person, release)),
    )


def vaccines_of(dose: RecordedDose, release: Release) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the vaccines that a dose was, and the antigen words left without one.

    By the NUVA code of its product, else by the unspecified vaccines that its antigens make up together. An antigen
    without rules that came along with others (Hib in a hexavalent) is not left over.
    """
    for code in (dose.nuva_code, dose.product_code):
        if code is not None and code in release.rules.carried:
            return (code,), ()
    left = set(dose.antigens)
    found: list[str] = []
    for line in release.words.unspecified:
        if left >= set(line.antigens):
            found.append(line.vaccine)
            left -= set(line.antigens)
    if found:
        left = {word for word in left if release.words.antigens.get(word) != ()}
    return tuple(found), tuple(sorted(left))


def _misplaced(dose: RecordedDose, born_on: date, on: date) -> Unread | None:
    if dose.is_disputed:
        return Unread.DISPUTED
    if dose.given_on is None:
        return Unread.NO_DAY
    if dose.given_on < born_on:
        return Unread.BEFORE_BIRTH
    return Unread.AFTER_TODAY if dose.given_on > on else None


def _why(left: Sequence[str], words: Words) -> Unread:
    meanings = [words.antigens.get(word) for word in left]
    if not meanings or None in meanings:
        return Unread.VACCINE_UNKNOWN
    return Unread.PART_OF_A_VACCINE if any(meanings) else Unread.NO_RULES


def _observations(person: RecordedPerson, release: Release) -> Iterator[Observation]:
    words = release.words
    for condition in person.conditions:
        for code in _meaning(condition, words.conditions, release) or ():
            yield Observation(code)
    for group in person.population_groups:
        for code in words.population_groups.get(group, ()):
            yield Observation(code)
    for pathogen, day in person.detected:
        for code in _meaning(pathogen, words.pathogens, release) or ():
            yield Observation(code, day)


def _notices(person: RecordedPerson, release: Release) -> Iterator[Notice]:
    for text in sorted(person.contraindications):
        yield Notice(NoticeCode.CONTRAINDICATION, text)
    for condition in sorted(person.conditions):
        if _meaning(condition, release.words.conditions, release) is None:
            yield Notice(NoticeCode.CONDITION_NOT_READ, condition)
    if person.born_precision != "day":
        yield Notice(NoticeCode.BIRTH_ESTIMATED, person.born_precision)
    if person.has_two_birth_dates:
        yield Notice(NoticeCode.BIRTH_DIFFERS)


def _meaning(text: str, words: Mapping[str, tuple[str, ...]], release: Release) -> tuple[str, ...] | None:
    """Return the observations that a free word stands for: by our table, or by the rules' own code or title."""
    wanted = _folded(text)
    for word, codes in words.items():
        if _folded(word) == wanted:
            return codes
    for code, observed in release.rules.observations.items():
        if wanted in (_folded(code), _folded(observed.title)):
            return (code,)
    return None


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Return a text without case, accents and outer blanks, as people write the same word differently."""
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
