"""This file decides whether a passphrase may be chosen, and says in a word why not.

Length counts, composition does not (ASVS 5.0 6.2.1 to 6.2.12). Nothing is asked of a third party, so what attackers try
first is recognised by its shape: one block repeated, a walk over the keyboard, a row of the alphabet or of digits, a
sequence of common words with a short tail, the login, the person's name, the territory. This is no copy of a breach
corpus; it stands for the part of one that has fifteen characters or more. Hashing is in passphrase.py.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

LENGTH_MIN: Final = 15
LENGTH_MAX: Final = 128
_DISTINCT_MIN: Final = 6
_ESSENCE_MIN: Final = 6  # characters that must be left once common words, rows and the user's own words are taken away
_RUN_MIN: Final = 4  # the shortest stretch of a keyboard row or alphabet that counts as a walk

# Rows of the French and English keyboards, the alphabet and the digits; each is walked in both directions.
_ROWS: Final = (
    "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "1qaz2wsx3edc4rfv5tgb", "aqwzsxedcrfvtgb",
)  # fmt: skip

# Words that open lists of chosen passwords in French and English, and words of this trade: written down by us.
_COMMON: Final = frozenset(
    """
    motdepasse passe mot secret secrete phrase password passwort passphrase letmein welcome bienvenue bonjour bonsoir
    salut hello admin administrateur administrator administration root user utilisateur login session connexion compte
    soleil doudou chouchou loulou coucou cheval dragon monkey princess princesse football iloveyou jetaime amour love
    sunshine shadow master superman batman starwars pokemon naruto chocolat nicolas camille julien thomas marine
    marseille lyon paris france liberte egalite fraternite psg azerty qwerty test demo default changeme changemoi
    correct horse battery staple trustno computer ordinateur internet sante health hopital hospital medecin infirmier
    infirmiere docteur doctor vaccin vaccination vaccine covid maraude equipe team tablette tablet mairie centre cpts
    arrondissement printemps ete automne hiver spring summer autumn winter lundi mardi mercredi jeudi vendredi samedi
    dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre je tu le la les un une
    de des du et the my mon ma is est mine
    """.split()  # noqa: SIM905 - a paragraph of words is read and amended more easily than a list of quotes
)
_LEET: Final = str.maketrans("013457@$!", "oieastasi")


class Weakness(StrEnum):
    """Why a passphrase is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    REPEATED = "repeated"
    COMMON = "common"


def weakness_of(passphrase: str, own_words: Iterable[str] = ()) -> Weakness | None:
    """Return why a passphrase must be refused, or None; `own_words` are login, names and territory of its user.

    >>> weakness_of("motdepasse2026motdepasse!")
    <Weakness.COMMON: 'common'>
    >>> weakness_of("trois mouettes lisent un journal humide") is None
    True
    """
    text = normal(passphrase)
    if len(text) < LENGTH_MIN:
        return Weakness.TOO_SHORT
    if len(text) > LENGTH_MAX:
        return Weakness.TOO_LONG
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        return Weakness.NOT_TEXT
    plain = _plain(text)
    if len(set(plain)) < _DISTINCT_MIN or _is_one_block_repeated(plain):
        return Weakness.REPEATED
    if len(_essence(plain, own_words)) < _ESSENCE_MIN:
        return Weakness.COMMON
    return None


def normal(passphrase: str) -> str:
    """Return the passphrase as it is counted and hashed: NFC, so that two keyboards give the same bytes."""
    return unicodedata.normalize("NFC", passphrase)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _is_one_block_repeated(plain: str) -> bool:
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1))


def _essence(plain: str, own_words: Iterable[str]) -> str:
    """Return the letters of a text that no common word, own word or row explains."""
    known = _COMMON | {piece for word in own_words for piece in re.split(r"[\W_]+", _plain(word)) if len(piece) > 2}
    readings = (_without_rows(plain), _without_rows(plain).translate(_LEET))
    return min((_without_words(reading, known) for reading in readings), key=len)


def _without_rows(plain: str) -> str:
    rows = [row for one in _ROWS for row in (one, one[::-1])]
    kept, at = "", 0
    while at < len(plain):
        walked = max((_walk(plain, at, row) for row in rows), default=0)
        if walked >= _RUN_MIN:
            kept += " "
            at += walked
        else:
            kept += plain[at]
            at += 1
    return kept


def _walk(plain: str, at: int, row: str) -> int:
    length = 0
    while at + length < len(plain) and plain[at : at + length + 1] in row:
        length += 1
    return length


def _without_words(text: str, known: frozenset[str]) -> str:
    left = text
    for word in sorted(known, key=lambda one: (-len(one), one)):
        if len(word) > 3:
            left = left.replace(word, " ")
    kept = [piece for piece in re.split(r"[\W_]+", left) if piece not in known]
    # A year or a date says nothing; a long number may be as good as words, since no composition is asked for.
    without_dates = re.sub(r"(?<![0-9])[0-9]{1,8}(?![0-9])", "", " ".join(kept))
    return "".join(dict.fromkeys(without_dates.replace(" ", "")))
