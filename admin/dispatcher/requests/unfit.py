"""This file says which field of a call does not fit and why, before anything is written, and marks it on the page.

The bounds are those of the log (sync/kinds.py), checked by its own checks (sync/fields.py): what passes here is not
refused there.
"""

import re
from typing import Final, Literal

import msgspec

from admin.shared.desk_forms import Posted
from admin.shared.render import Words
from sync.fields import refusal_of
from sync.kinds import KINDS, Field, Shape

Word = Literal[
    "choose_whom", "choose_act", "born_later", "script_unread", "day_unfit", "range_unfit", "long_unfit",
    "coordinates_unread", "coordinates_far", "coordinates_swapped", "unfit",
]  # fmt: skip
UNFIT_WORDS: Final[Words] = {
    "day_unfit": (
        "cette date ne peut pas être gardée ; vérifiez l'année, en quatre chiffres.",
        "this day cannot be kept; check the year, in four digits.",
    ),
    "range_unfit": ("un nombre de {least} à {most}.", "a number from {least} to {most}."),
    "long_unfit": ("au plus {most} signes.", "at most {most} signs."),
    "coordinates_unread": (
        "ne se lit pas ; écrivez la latitude, puis la longitude, par exemple 48.83, 2.35.",
        "cannot be read; write the latitude, then the longitude, for instance 48.83, 2.35.",
    ),
    "coordinates_far": (
        "ce point est loin du territoire ; corrigez-le, ou laissez le champ vide.",
        "this point is far from the territory; correct it, or leave the field empty.",
    ),
    "coordinates_swapped": (
        "ce point est loin du territoire ; la latitude s'écrit d'abord. Vouliez-vous dire {swapped} ?",
        "this point is far from the territory; the latitude is written first. Did you mean {swapped}?",
    ),
    "unfit": ("cette valeur ne convient pas.", "this value does not fit."),
    "not_written": (
        "Rien n'est enregistré : une saisie ne convient pas. Vérifiez-la et recommencez.",
        "Nothing is saved: something typed does not fit. Check it and try again.",
    ),
}
# A field of the form, and where its value is kept.
_KEPT_IN: Final = {
    "given_name": ("person", "given_name"),
    "family_name": ("person", "family_name"),
    "born_on": ("person", "born_on"),
    "phone": ("person", "phone"),
    "room": ("person", "room"),
    "mobility": ("person", "mobility"),
    "language": ("person", "language"),
    "address": ("place", "address"),
    "access_code": ("place", "access_code"),
    "floor": ("place", "floor"),
    "caller_role": ("request", "caller_role"),
    "call_back_phone": ("request", "call_back_phone"),
    "acts": ("request", "acts"),
    "priority": ("request", "priority"),
    "due_on": ("request", "due_on"),
    "reason": ("request", "reason"),
    "people_count": ("visit", "people_count"),
    "service_minutes": ("visit", "service_minutes"),
    "products": ("visit", "products"),
    "windows": ("visit", "windows"),
}
_LABEL_OF: Final = {"service_minutes": "minutes", "call_back_phone": "call_back", "caller_role": "caller"}
_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_AT: Final = re.compile(r"`\$\.(\w+)")


class Unreadable(msgspec.Struct, frozen=True):
    """Why no call could be read: a word of the page, the field it is about, and the coordinates that may be meant."""

    word: Word
    field: str = ""
    swapped: str = ""


def first_unfit(form: Posted) -> Unreadable | None:
    """Return the first field whose value the log would not keep; None if it would keep all of them.

    >>> first_unfit(Posted({"born_on": ["0050-02-01"]}))
    Unreadable(word='day_unfit', field='born_on', swapped='')
    """
    for name, (kind, kept_as) in _KEPT_IN.items():
        field = KINDS[kind].fields[kept_as]
        for text in form.texts(name):
            word = _why(kind, kept_as, field, text)
            if word is not None:
                return Unreadable(word, name)
    return None


def unfit_of(error: msgspec.ValidationError) -> Unreadable:
    """Return the field that a reader of values refused.

    >>> unfit_of(msgspec.ValidationError("Expected `int` - at `$.people_count`"))
    Unreadable(word='unfit', field='people_count', swapped='')
    """
    at = _AT.search(str(error))
    return Unreadable("unfit", at[1] if at else "")


def sentence_of(unfit: Unreadable, words: Words, *, english: bool) -> str:
    """Return what the page says, in front of it the field as the page calls it."""
    kept = _KEPT_IN.get(unfit.field)
    field = KINDS[kept[0]].fields[kept[1]] if kept else None
    least, most = (field.least, field.most) if field and field.shape is Shape.WHOLE else (0, _longest(field))
    said = words[unfit.word][english].format(least=least, most=most, swapped=unfit.swapped)
    label = words.get(_LABEL_OF.get(unfit.field, unfit.field))
    if label is None:
        return words["not_written"][english] if unfit.word == "unfit" else said
    return said if unfit.word in ("choose_act", "born_later") else f"{label[english]}{': ' if english else ' : '}{said}"


def _why(kind: str, name: str, field: Field, text: str) -> Word | None:
    if field.shape is Shape.WHOLE:
        fits = _NUMBER.fullmatch(text) and refusal_of(kind, name, int(text)) is None
        return None if fits else "range_unfit"
    found = refusal_of(kind, name, text)
    known: dict[str, Word] = {"day": "day_unfit", "text_long": "long_unfit"}
    return known.get(found, "unfit") if found else None


def _longest(field: Field | None) -> int:
    return field.characters_max if field else 0
