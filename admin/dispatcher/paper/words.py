"""This file holds the words of typing paper sheets in, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs
from sync.kinds import KINDS

_SEEN_MOST: Final = KINDS["visit_outcome"].fields["people_seen"].most
# Where typing begins when one of these is wrong.
FIELD_OF: Final = {
    "bad_people_seen": "people_seen",
    "bad_next_attempt": "next_attempt_on",
    "next_attempt_before": "next_attempt_on",
}
SITES: Final[Pairs] = {
    "left_arm": ("bras gauche", "left arm"),
    "right_arm": ("bras droit", "right arm"),
    "left_thigh": ("cuisse gauche", "left thigh"),
    "right_thigh": ("cuisse droite", "right thigh"),
    "other": ("ailleurs", "elsewhere"),
}
DECIDED_BY: Final[Pairs] = {
    "person": ("la personne", "the person"),
    "guardian": ("un parent ou tuteur", "a parent or guardian"),
    "trusted_person": ("la personne de confiance", "the trusted person"),
}
REFUSALS: Final[Pairs] = {
    "fear": ("peur", "fear"),
    "useless": ("jugé inutile", "thought useless"),
    "side_effects": ("effets indésirables", "side effects"),
    "belief": ("conviction", "belief"),
    "time": ("pas le temps", "no time"),
    "other": ("autre", "other"),
}
FAULTS: Final[Pairs] = {
    "no_result": ("Dites ce qu'il en est de l'arrêt.", "Say what came of the stop."),
    "bad_time": ("Une heure ne se lit pas : écrivez 0915 ou 9:15.", "A time cannot be read: write 0915 or 9:15."),
    "bad_people_seen": (
        f"Personnes vues : un nombre de 0 à {_SEEN_MOST}.",
        f"People seen: a number from 0 to {_SEEN_MOST}.",
    ),
    "bad_next_attempt": (
        "Revenir le : cette date ne peut pas être gardée ; vérifiez l'année.",
        "Come again on: this day cannot be kept; check the year.",
    ),
    "next_attempt_before": (
        "Revenir le : ce jour est avant la visite.",
        "Come again on: that day is before the visit.",
    ),
    "arrival_missing": (
        "L'heure d'arrivée manque : une visite faite ou un refus en ont besoin.",
        "The time of arrival is missing: a visit made or a refusal needs it.",
    ),
    "left_before_arriving": ("Le départ précède l'arrivée.", "They left before they arrived."),
    "in_the_future": ("Cette heure n'est pas encore venue.", "That time has not come yet."),
    "given_but_not_done": (
        "Une dose est notée faite, et la visite non faite.",
        "A dose is noted as given, and the visit as not made.",
    ),
    "lot_missing": ("Le lot manque.", "The lot is missing."),
    "product_missing": (
        "Ce lot n'est pas connu, ou l'est de plusieurs vaccins : choisissez le vaccin.",
        "This lot is not known, or of several vaccines: choose the vaccine.",
    ),
    "product_unknown": ("Ce vaccin n'est pas connu.", "This vaccine is not known."),
}
WORDS: Final[Words] = {
    "title": ("Saisie du papier", "Paper typed in"),
    "hint": (
        "Un arrêt après l'autre, dans l'ordre de la feuille. Ce qui est déjà saisi, ou rendu par une tablette, est montré.",
        "One stop after the other, in the order of the sheet. What is typed in or handed in by a tablet already is shown.",
    ),
    "day": ("Jour", "Day"),
    "show": ("Afficher", "Show"),
    "none": ("Aucune tournée publiée ce jour-là.", "No round is published on that day."),
    "sheets": ("Feuilles à imprimer", "Sheets to print"),
    "rank": ("Rang", "Rank"),
    "planned_at": ("Prévu", "Planned"),
    "where": ("Où", "Where"),
    "told": ("Suites", "Outcome"),
    "to_enter": ("à saisir", "to enter"),
    "enter": ("Saisir", "Enter"),
    "all_done": ("Toute la feuille est saisie. Détruisez le papier.", "The whole sheet is entered. Destroy the paper."),
    "stop_done": (
        "L'arrêt précédent est enregistré. Voici le suivant.",
        "The stop before is saved. Here is the next one.",
    ),
    "arrived": ("Arrivée (0915)", "Arrived (0915)"),
    "departed": ("Départ", "Left"),
    "result": ("Suite", "Outcome"),
    "choose": ("choisir…", "choose…"),
    "people_seen": ("Personnes vues", "People seen"),
    "next_attempt_on": ("Revenir le", "Come again on"),
    "note": ("Note", "Note"),
    "people": ("Personnes et doses", "People and doses"),
    "who": ("Qui", "Who"),
    "born": ("né(e) le", "born on"),
    "room": ("ch.", "room"),
    "status": ("Vaccination", "Vaccination"),
    "nothing": ("rien noté", "nothing noted"),
    "given": ("faite", "given"),
    "product": ("Vaccin", "Vaccine"),
    "of_lot": ("celui du lot", "that of the lot"),
    "lot": ("Lot", "Lot"),
    "site": ("Site", "Site"),
    "at": ("Heure", "Time"),
    "by": ("Accord ou refus de", "Agreed or refused by"),
    "refusal": ("Motif du refus", "Reason of the refusal"),
    "save": ("Enregistrer, arrêt suivant", "Save, next stop"),
    "back": ("Les feuilles du jour", "The sheets of the day"),
    "wrong": ("Rien n'est encore enregistré :", "Nothing is saved yet:"),
    "told_by": ("noté par", "told by"),
    "from_paper": ("d'après le papier, saisi par", "from paper, entered by"),
    "told_already": ("Cet arrêt est déjà renseigné :", "This stop was told already:"),
    "over": ("L'arrêt est clos.", "The stop is over."),
    "one_more": (
        "Quelqu'un qui n'est pas sur la feuille (à ajouter avant de saisir)",
        "Somebody who is not on the sheet (to be added before typing)",
    ),
    "name": ("Nom", "Name"),
    "find": ("Chercher", "Find"),
    "add": ("Ajouter", "Add"),
    "nobody": ("Personne de connu sous ce nom.", "Nobody is known by that name."),
}
