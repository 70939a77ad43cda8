"""This file says which columns the loader's tables have, under which headers, and what each cell may hold.

The bounds and words are those of sync/kinds.py. Reading the text of a file is in table_text.py, references between
tables in load.py; docs list the same headers.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

import msgspec

from backend.territory.record import Fields, Value, degrees_e7
from backend.territory.table_text import Header
from sync.kinds import KINDS, Field

AGE_MOST_YEARS = 130
_YES = ("oui", "yes", "vrai", "true", "1", "o", "y")
_NO = ("non", "no", "faux", "false", "0", "n")
_DAY_FORMS = (
    (re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"), "day"),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"), "day"),
    (re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})"), "month"),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})"), "month"),
    (re.compile(r"(?P<y>\d{4})"), "year"),
)


class Refused(msgspec.Struct, frozen=True):
    """Why a cell cannot be read: a code of line_errors.py, and the detail its sentence needs."""

    code: str
    detail: str = ""


Reader = Callable[[str, Field, date], "Fields | Refused"]


class Column(msgspec.Struct, frozen=True):
    """A column: the field it fills (a field of the kind, or one that load.py resolves), its headers and its reader."""

    field: str
    headers: tuple[str, ...]
    read: Reader | None = None  # None: load.py resolves it
    required: bool = False

    @property
    def header(self) -> Header:
        """Return what table_text.py needs to find the column."""
        return Header(self.field, self.headers, self.required)


def read_cell(kind: str, column: Column, text: str, on: date) -> Fields | Refused:
    """Return the fields that a cell gives to a record of a kind; `on` is the day of the import.

    >>> read_cell("place", PLACE_COLUMNS[4], "2,3551", date(2026, 11, 22))
    {'lon_e7': 23551000}
    >>> read_cell("person", PEOPLE_COLUMNS[4], "03/1950", date(2026, 11, 22))
    {'born_on': '1950-03-01', 'born_precision': 'month'}
    """
    if column.read is None:
        return {}
    return column.read(text, KINDS[kind].fields[column.field], on)


def _one(name: str, read: Callable[[str, Field], "Value | Refused"]) -> Reader:
    """Return a reader that fills the one field of this name."""

    def reader(text: str, field: Field, _on: date) -> Fields | Refused:
        value = read(text, field)
        return value if isinstance(value, Refused) else {name: value}

    return reader


def _text(text: str, field: Field) -> Value | Refused:
    return text if len(text) <= field.characters_max else Refused("text_too_long", str(field.characters_max))


def _texts(text: str, field: Field) -> Value | Refused:
    parts = sorted({part.strip() for part in re.split(r"[|,;]", text) if part.strip()})
    if any(len(part) > field.characters_max for part in parts):
        return Refused("text_too_long", str(field.characters_max))
    return parts


def _tokens(text: str, field: Field) -> Value | Refused:
    return _texts(re.sub(r"\s+", "|", text), field)


def _whole(text: str, field: Field) -> Value | Refused:
    number = _number(text)
    if number is None or number != int(number):
        return Refused("number")
    inside = field.least <= number <= field.most
    return int(number) if inside else Refused("number_range", f"{field.least} … {field.most}")


def _degrees(text: str, field: Field) -> Value | Refused:
    number = _number(text)
    if number is None:
        return Refused("number")
    inside = field.least <= degrees_e7(number) <= field.most
    return degrees_e7(number) if inside else Refused("number_range", f"{field.least // 10**7} … {field.most // 10**7}")


def _number(text: str) -> float | None:
    bare = re.sub(r"[\s\u202f]", "", text).replace(",", ".")
    return float(bare) if re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,15})?", bare, re.ASCII) else None


def _flag(text: str, _field: Field) -> Value | Refused:
    word = _bare(text)
    if word in _YES or word in _NO:
        return word in _YES
    return Refused("word", "oui, non, yes, no")


def _word(french: dict[str, str]) -> Callable[[str, Field], Value | Refused]:
    def read(text: str, field: Field) -> Value | Refused:
        word = _bare(text)
        found = french.get(word, word.replace(" ", "_"))
        return found if found in field.words else Refused("word", ", ".join((*french, *field.words)))

    return read


def _born(text: str, _field: Field, on: date) -> Fields | Refused:
    for form, precision in _DAY_FORMS:
        if match := form.fullmatch(text):
            part = {"m": "1", "d": "1", **match.groupdict()}
            try:
                born_on = date(int(part["y"]), int(part["m"]), int(part["d"]))
            except ValueError:
                return Refused("day")
            if born_on > on or born_on.year < on.year - AGE_MOST_YEARS:
                return Refused("day_range")
            return {"born_on": born_on.isoformat(), "born_precision": precision}
    return Refused("day")


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("-", " ").replace("_", " ").split())


_PLACE_WORDS = {"domicile": "home", "logement": "home", "hotel": "hotel", "foyer": "shelter", "hebergement": "shelter",
                "ehpad": "nursing_home", "maison de retraite": "nursing_home", "centre": "centre",
                "rue": "street_spot"}  # fmt: skip
_SEX_WORDS = {"f": "female", "femme": "female", "feminin": "female", "m": "male", "h": "male", "homme": "male",
              "masculin": "male", "inconnu": "unknown"}  # fmt: skip
_LANGUAGE_WORDS = {"francais": "fr", "anglais": "en", "arabe": "ar", "chinois": "zh", "espagnol": "es",
                   "portugais": "pt", "roumain": "ro", "russe": "ru", "ukrainien": "uk", "pachto": "ps",
                   "persan": "fa", "bengali": "bn", "tamoul": "ta", "somali": "so"}  # fmt: skip
_GROUP_WORDS = {"hotel": "homeless_hotel", "hebergement": "homeless_hotel", "domicile": "housebound_elderly",
                "famille nombreuse": "large_family", "ehpad": "nursing_home", "autre": "other"}  # fmt: skip
_MOBILITY_WORDS = {"marche": "walks", "aide": "needs_help", "ne sort pas": "housebound"}
_MODE_WORDS = {"a pied": "foot", "pied": "foot", "velo": "bicycle", "voiture": "car"}

PLACE_COLUMNS = (
    Column("id", ("identifiant", "id du lieu", "place id"), required=True),
    Column("kind", ("type", "type de lieu"), _one("kind", _word(_PLACE_WORDS)), required=True),
    Column("name", ("nom",), _one("name", _text)),
    Column("address", ("adresse",), _one("address", _text)),
    Column("lon_e7", ("longitude", "lon", "x"), _one("lon_e7", _degrees), required=True),
    Column("lat_e7", ("latitude", "lat", "y"), _one("lat_e7", _degrees), required=True),
    Column("access_code", ("code d'accès", "digicode"), _one("access_code", _text)),
    Column("floor", ("étage",), _one("floor", _whole)),
    Column("lift", ("ascenseur",), _one("lift", _flag)),
    Column("contact_phone", ("téléphone", "phone"), _one("contact_phone", _text)),
    Column("capacity_persons", ("capacité", "capacity"), _one("capacity_persons", _whole)),
)
PEOPLE_COLUMNS = (
    Column("id", ("identifiant", "id de la personne", "person id"), required=True),
    Column("family_name", ("nom", "nom de famille", "last name"), _one("family_name", _text)),
    Column("given_name", ("prénom", "first name"), _one("given_name", _text)),
    Column("alias", ("surnom", "dit"), _one("alias", _text)),
    Column("born_on", ("date de naissance", "né le", "née le", "birth date", "date of birth"), _born),
    Column("sex", ("sexe",), _one("sex", _word(_SEX_WORDS))),
    Column("phone", ("téléphone", "mobile"), _one("phone", _text)),
    Column("language", ("langue",), _one("language", _word(_LANGUAGE_WORDS))),
    Column("interpreter_needed", ("interprète", "interpreter"), _one("interpreter_needed", _flag)),
    Column("place_id", ("lieu", "place")),
    Column("room", ("chambre",), _one("room", _text)),
    Column("household_id", ("ménage", "household", "famille")),
    Column("population_group", ("groupe", "group"), _one("population_group", _word(_GROUP_WORDS))),
    Column("mobility", ("mobilité",), _one("mobility", _word(_MOBILITY_WORDS))),
    Column("allergies", ("allergie", "allergy"), _one("allergies", _texts)),
    Column("conditions", ("maladies chroniques", "antécédents"), _one("conditions", _texts)),
    Column("contraindications", ("contre-indications",), _one("contraindications", _texts)),
)
TEAM_COLUMNS = (
    Column("id", ("identifiant", "id de l'équipe", "team id"), required=True),
    Column("name", ("nom",), _one("name", _text), required=True),
    Column("letter", ("lettre",), _one("letter", _text)),
    Column("mode", ("mode de déplacement", "déplacement"), _one("mode", _word(_MODE_WORDS)), required=True),
    Column("skills", ("compétences",), _one("skills", _tokens)),
    Column("languages", ("langues",), _one("languages", _tokens)),
    Column("start_place_id", ("départ", "start place", "start")),
    Column("end_place_id", ("arrivée", "retour", "end place", "end")),
    Column("doses_capacity", ("doses", "capacité en doses"), _one("doses_capacity", _whole)),
    Column("tests_capacity", ("tests", "capacité en tests"), _one("tests_capacity", _whole)),
)
