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
# What is one text for one sound is replaced as such, which costs a quarter of a search; the rest needs its neighbours.
_WITH_H = (("TCH", "X"), ("SCH", "X"), ("CH", "X"), ("SH", "X"), ("PH", "F"), ("KH", "K"), ("GH", "K"), ("TH", "T"))
_DJ = re.compile("DJ|DI(?=[AOU])")
_FINAL_AUX = re.compile("AUX$")
_OU_BEFORE_VOWEL = re.compile("OU(?=[AEIOUY])|W")
_OPEN_E = re.compile("AI|EI|AY|EY|OE|AE")
_SOFT_G, _HARD_GU = re.compile("G(?=[EI])"), re.compile("GU(?=[EI])")
_SOFT_C, _HARD_C = re.compile("C(?=[EI])"), re.compile("QU|Q|CK|C")
_WORDS = re.compile(r"[^\W_]+")
_TWICE = re.compile(r"(.)\1+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")


@lru_cache(maxsize=16_384)  # the same few thousand names come again and again, and fewer words of names still
def sounds(name: str) -> tuple[str, ...]:
    """Return the sounds of a name's words, sorted.

    >>> sounds("Marie-Hélène Dupont"), sounds("DUPOND Marie Helene")
    (('DUPON', 'ELEN', 'MARI'), ('DUPON', 'ELEN', 'MARI'))
    """
    upper = name.upper()
    words = _WORDS.findall(upper if upper.isascii() else _without_accents(upper))
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
    plain = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    if plain.isascii():  # as nearly all names are: no ligature was in them, and no need to ask for each sign
        return plain
    apart = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@lru_cache(maxsize=16_384)
def _sound(word: str) -> str:
    """Return what is heard of a word, rule after rule in this order; a rule without its letter is not tried."""
    if "H" in word:
        for spelled, heard in _WITH_H:
            word = word.replace(spelled, heard)
    if "D" in word:
        word = _DJ.sub("J", word)
    word = word.replace("H", "")
    if "AU" in word:
        word = _FINAL_AUX.sub("O", word.replace("EAU", "O")).replace("AU", "O")
    if "OU" in word or "W" in word:
        word = _OU_BEFORE_VOWEL.sub("V", word).replace("OU", "U")
    if "I" in word or "Y" in word or "E" in word:
        word = _OPEN_E.sub("E", word).replace("Y", "I")
    if "G" in word:
        word = _HARD_GU.sub("G", _SOFT_G.sub("J", word))
    if "C" in word or "Q" in word:
        word = _HARD_C.sub("K", _SOFT_C.sub("S", word))
    word = word.replace("Z", "S").removesuffix("X").replace("NP", "MP").replace("NB", "MB")
    word = _TWICE.sub(_once, word)
    return word[:2] + word[2:].rstrip("ESTD")


def _once(found: re.Match[str]) -> str:
    return found[1]


def _near(one: str, other: str) -> bool:
    """Return whether two sounds are equal or one letter apart (changed, added or missing)."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < CLOSE_LENGTH_LEAST:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, rest_other = one[start:], other[start:]
    return rest[1:] == rest_other[1:] or rest[1:] == rest_other or rest == rest_other[1:]
