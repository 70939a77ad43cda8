"""Decide whether two names may be one person's, however they were heard and spelled on a landing.

French spelling writes one sound in many ways (Dupont, Dupond), and names from elsewhere are written by ear (Ouattara,
Wattara; Mamadou, Mamadu). Each word of a name becomes a sound: accents, case, hyphens, small words and the order
of given and family name do not count. Names are kept as typed: this is for finding only. Vectors:
tests/vectors/names.json.
"""

import re
import unicodedata
from functools import lru_cache

SMALL_WORDS = frozenset(("DE", "DU", "DES", "LA", "LE", "LES", "D", "L", "EL", "AL", "DA", "DOS", "VAN", "VON"))
CLOSE_LENGTH_LEAST = 4  # shorter sounds differ too easily by one letter

_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "ı": "I"})
_VOWEL = "[AEIOUY]"
# In this order: what is spelled, what is heard, and a letter of each way to spell it: a word without any is left alone,
# which spares most of the searching.
_SOUNDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(spelled), heard, letters)
    for spelled, heard, letters in (
        ("TCH|SCH|CH|SH", "X", "H"),
        ("PH", "F", "H"),
        ("[KG]H", "K", "H"),
        ("TH", "T", "H"),
        ("DJ|DI(?=[AOU])", "J", "D"),
        ("H", "", "H"),
        ("EAU|AUX?$|AU", "O", "U"),
        (f"OU(?={_VOWEL})|W", "V", "UW"),
        ("OU", "U", "U"),
        ("AI|EI|AY|EY|OE|AE", "E", "IYE"),
        ("Y", "I", "Y"),
        ("G(?=[EI])", "J", "G"),
        ("GU(?=[EI])", "G", "G"),
        ("C(?=[EI])", "S", "C"),
        ("QU|Q|CK|C", "K", "QC"),
        ("Z", "S", "Z"),
        ("X(?=$)", "", "X"),
        ("N(?=[PB])", "M", "N"),
        (r"(.)\1+", r"\1", ""),
        ("(?<=..)[ESTD]+$", "", "ESTD"),
    )
)


@lru_cache(maxsize=16_384)  # the same few thousand names come again and again, and fewer words of names still
def sounds(name: str) -> tuple[str, ...]:
    """Return the sounds of a name's words, sorted.

    >>> sounds("Marie-Hélène Dupont"), sounds("DUPOND Marie Helene")
    (('DUPON', 'ELEN', 'MARI'), ('DUPON', 'ELEN', 'MARI'))
    """
    upper = name.upper().translate(_LIGATURES)
    plain = upper if upper.isascii() else _without_accents(upper)
    words = [word for word in re.split(r"[^\w]+|_", plain) if word]
    heard = {_sound(word) for word in words if word not in SMALL_WORDS} or {_sound(word) for word in words}
    return tuple(sorted(heard - {""}))


def alike(one: str, other: str) -> str:
    """Return `same`, `close` (a word more, or one letter of a longer word) or `different`.

    >>> alike("Fatoumata Ouattara", "Wattara Fatoumata"), alike("Jean Martin", "Jean Paul Martin")
    ('same', 'close')
    """
    mine, theirs = sounds(one), sounds(other)
    if not mine or not theirs:
        return "different"
    if mine == theirs:
        return "same"
    fewer, more = sorted((mine, theirs), key=len)
    return "close" if len(fewer) > 1 and all(any(_near(a, b) for b in more) for a in fewer) else "different"


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


@lru_cache(maxsize=16_384)
def _sound(word: str) -> str:
    for spelled, heard, letters in _SOUNDS:
        if not letters or any(letter in word for letter in letters):
            word = spelled.sub(heard, word)
    return word


def _near(one: str, other: str) -> bool:
    """Return whether two sounds are equal or one letter apart (changed, added or missing)."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < CLOSE_LENGTH_LEAST:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, rest_other = one[start:], other[start:]
    return rest[1:] == rest_other[1:] or rest[1:] == rest_other or rest == rest_other[1:]
