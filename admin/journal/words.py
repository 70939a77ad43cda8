"""This file holds the words of the access journal, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

SIGNS: Final[Pairs] = {
    "many_records": ("beaucoup de dossiers", "many records"),
    "off_hours": ("hors des heures de travail", "outside working hours"),
    "same_name": ("même nom que le lecteur", "same name as the reader"),
    "broken_glass": ("accès d'urgence", "emergency access"),
    "throttled": ("lecture en série freinée", "serial reading slowed down"),
}
ACTS: Final[Pairs] = {
    "person_read": ("dossier lu en urgence", "record read in an emergency"),
    "glass_broken": ("accès d'urgence ouvert", "emergency access opened"),
    "break_glass_closed": ("accès d'urgence refermé", "emergency access closed"),
    "break_glass_reviewed": ("accès d'urgence examiné", "emergency access reviewed"),
    "break_glass_list_read": ("liste des accès d'urgence lue", "list of emergency accesses read"),
    "forecast_read": ("doses à venir lues", "doses due read"),
    "due_list_read": ("liste des doses dues lue", "list of doses due read"),
    "person_exported": ("dossier exporté", "record exported"),
    "journal_read": ("journal lu", "journal read"),
    "review_read": ("vérification lue", "review read"),
    "tablet_pulled": ("reçu par une tablette", "received by a tablet"),
    "attachment_read": ("pièce jointe lue", "attachment read"),
    "paper_read": ("feuille de route lue", "route sheet read"),
    "paper_entered": ("saisi d'après le papier", "entered from paper"),
    "unsigned_rules_chosen": ("règles non signées : choix du territoire", "unsigned rules: choice of the territory"),
    "follow_up_read": ("liste de suivi lue", "follow-up list read"),
    "result_noted": ("résultat noté", "result noted"),
    "result_told": ("résultat annoncé", "result told"),
    "contact_called": ("contact appelé", "contact called"),
    "calendar_read": ("agenda des gardes lu", "calendar of shifts read"),
    "receipt_printed": ("reçu de dose imprimé", "dose receipt printed"),
}
WORDS: Final[Words] = {
    "title": ("Journal d'accès", "Access journal"),
    "who_saw": ("Qui a vu ce dossier ?", "Who saw this record?"),
    "name": ("Prénom et nom, ou alias exact", "Given and family name, or exact alias"),
    "born_on": ("Date de naissance (sauf alias)", "Day of birth (unless alias)"),
    "find": ("Chercher", "Find"),
    "abnormal": ("Consultations à vérifier, 31 derniers jours", "Looks to ask about, last 31 days"),
    "abnormal_hint": (
        "Un signe est une question, pas un verdict. Seuil de dossiers par jour et heures de travail :",
        "A sign is a question, not a verdict. Bound of records a day and working hours:",
    ),
    "nothing": ("Rien à signaler.", "Nothing stands out."),
    "day": ("Jour", "Day"),
    "who": ("Qui", "Who"),
    "persons": ("Personnes", "Persons"),
    "signs": ("Signes", "Signs"),
    "when": ("Quand", "When"),
    "what": ("Acte", "Act"),
    "why": ("Motif noté", "Reason noted"),
    "tablet": ("une tablette", "a tablet"),
    "nobody_saw": ("Personne n'a vu ce dossier.", "Nobody saw this record."),
    "back": ("Journal d'accès", "Access journal"),
}
