"""This file writes what is declared of an adverse event: the WHO's core variables in order, as a text to paste or print.

Source of the variables: WHO, core variables for the surveillance of adverse events following immunization (25 variables).
In France the text is pasted at signalement.social-sante.gouv.fr or sent to the regional pharmacovigilance centre: nothing is
sent from here. What is not known says so; the person is named by initials, and a serious event says so first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

UNKNOWN: Final = "non renseigné"
SIGNS: Final = {
    "local_reaction": ("réaction locale", "local reaction"),
    "fever": ("fièvre", "fever"),
    "faint": ("malaise, perte de connaissance", "faint"),
    "rash": ("éruption", "rash"),
    "allergy": ("réaction allergique", "allergic reaction"),
    "anaphylaxis": ("anaphylaxie", "anaphylaxis"),
    "seizure": ("convulsion", "seizure"),
    "abscess": ("abcès", "abscess"),
    "sepsis": ("septicémie", "sepsis"),
    "encephalopathy": ("encéphalopathie", "encephalopathy"),
    "thrombocytopenia": ("thrombopénie", "thrombocytopenia"),
    "toxic_shock": ("choc toxique", "toxic shock"),
    "other": ("autre", "other"),
}
SERIOUS: Final = {
    "death": ("décès", "death"),
    "life_threatening": ("mise en jeu du pronostic vital", "life threatening"),
    "disability": ("invalidité ou incapacité", "disability"),
    "hospital": ("hospitalisation ou prolongation", "hospital stay, or a longer one"),
    "congenital_anomaly": ("anomalie congénitale", "congenital anomaly"),
    "medically_important": ("autre situation médicalement grave", "otherwise medically important"),
}
OUTCOMES: Final = {
    "recovered": ("rétabli(e)", "recovered"),
    "recovering": ("en cours de rétablissement", "recovering"),
    "not_recovered": ("non rétabli(e)", "not recovered"),
    "sequelae": ("rétabli(e) avec séquelles", "recovered with sequelae"),
    "fatal": ("décès", "fatal"),
    "unknown": ("inconnue", "unknown"),
}
REPORTERS: Final = {
    "person": ("la personne", "the person"),
    "relative": ("un proche", "a relative"),
    "nurse": ("infirmier(ère)", "nurse"),
    "doctor": ("médecin", "doctor"),
    "pharmacist": ("pharmacien(ne)", "pharmacist"),
    "other": ("autre", "other"),
}


class Vaccinated(msgspec.Struct, frozen=True):
    """The dose that the event followed, and others of the same day."""

    vaccine: str
    cip_code: str | None
    lot_number: str | None
    expires_on: date | None
    given_on: date
    given_at: datetime | None
    dose_number: int | None
    body_site: str | None


class Event(msgspec.Struct, frozen=True):
    """An adverse event with its person, as far as a declaration names them."""

    reference: str
    initials: str
    born_on: date | None
    sex: str | None
    signs: tuple[str, ...]
    onset_at: datetime | None
    serious: tuple[str, ...]
    outcome: str | None
    treatment: str | None
    note: str | None
    reporter: str | None
    reported_at: datetime | None
    doses: tuple[Vaccinated, ...]


def is_serious(serious: Iterable[str], signs: Iterable[str]) -> bool:
    """Say whether an event is serious: by any of the WHO's criteria, or by a sign that always is.

    >>> is_serious((), ("anaphylaxis",)), is_serious((), ("fever",))
    (True, False)
    """
    return any(serious) or not {"anaphylaxis", "sepsis", "encephalopathy", "toxic_shock"}.isdisjoint(signs)


def declaration(event: Event, territory: str, time_zone: str) -> str:
    """Return the text of a declaration, in French, one variable a line; times are those of the territory."""
    zone = ZoneInfo(time_zone)
    grave = is_serious(event.serious, event.signs)
    criteria = _words(SERIOUS, event.serious) or ("par la nature des signes" if grave else "aucun critère")
    lines = [
        ("Déclaration", "événement indésirable après vaccination" + (" – GRAVE" if grave else "")),
        ("Référence locale", event.reference),
        ("Structure", territory),
        ("Initiales", event.initials or UNKNOWN),
        ("Naissance", _day(event.born_on)),
        ("Sexe", {"female": "F", "male": "M"}.get(event.sex or "", UNKNOWN)),
    ]
    for number, dose in enumerate(event.doses, start=1):
        lines += [
            (f"Vaccin {number}", dose.vaccine),
            (f"CIP {number}", dose.cip_code or UNKNOWN),
            (f"Lot {number} (péremption)", f"{dose.lot_number or UNKNOWN} ({_day(dose.expires_on)})"),
            (f"Rang {number}", str(dose.dose_number) if dose.dose_number else UNKNOWN),
            (f"Administré {number}", _instant(dose.given_at, zone) if dose.given_at else _day(dose.given_on)),
            (f"Site {number}", dose.body_site or UNKNOWN),
        ]
    lines += [
        ("Signes", _words(SIGNS, event.signs) or UNKNOWN),
        ("Début", _instant(event.onset_at, zone)),
        ("Gravité", criteria),
        ("Évolution", OUTCOMES[event.outcome][0] if event.outcome in OUTCOMES else UNKNOWN),
        ("Prise en charge", event.treatment or UNKNOWN),
        ("Description", event.note or UNKNOWN),
        ("Notifié par", REPORTERS[event.reporter][0] if event.reporter in REPORTERS else UNKNOWN),
        ("Notifié le", _instant(event.reported_at, zone)),
    ]
    return "\n".join(f"{name} : {value}" for name, value in lines)


def _words(pairs: dict[str, tuple[str, str]], codes: Iterable[str]) -> str:
    return ", ".join(pairs[code][0] if code in pairs else code for code in codes)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else UNKNOWN


def _instant(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}" if at is not None else UNKNOWN
