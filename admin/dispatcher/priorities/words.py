"""This file holds the words of the page of priorities: each weight as a sentence, French and English."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "title": ("Priorités de la planification", "Priorities of planning"),
    "hint": (
        "Chaque ligne dit quel détour l'équipe doit accepter pour éviter une chose. Une visite promise passe avant tout.",
        "Each line says how long a detour a team should accept to avoid one thing. A promised visit comes before everything.",
    ),
    "defaults": ("Valeurs d'origine", "Original values"),
    "in_force": ("En vigueur : version", "In force: version"),
    "what": ("Ce qui est à éviter", "What is to be avoided"),
    "worth": ("Vaut", "Is worth"),
    "minutes": ("min de détour", "min of detour"),
    "times": ("fois une minute de trajet", "times a minute of travel"),
    "origin": ("origine", "original"),
    "reason": ("Pourquoi ce changement ?", "Why this change?"),
    "save": ("Enregistrer", "Save"),
    "saved": (
        "Enregistré : les prochains plans suivent ces priorités ; un plan déjà publié ne change pas de lui-même.",
        "Saved: the next plans follow these priorities; a plan already published does not change by itself.",
    ),
    "history": ("Changements", "Changes"),
    "when": ("Quand", "When"),
    "who": ("Qui", "Who"),
    "why": ("Pourquoi", "Why"),
    "values": ("Valeurs", "Values"),
    "no_number": ("Un nombre entier est attendu ici.", "A whole number is expected here."),
    "reason_missing": ("Dites pourquoi, en dix signes au moins.", "Say why, in ten signs at least."),
    "wrong": ("Rien n'est enregistré :", "Nothing is saved:"),
}
WEIGHTS: Final[Pairs] = {
    "left_out_point": (
        "une personne de priorité normale laissée de côté (le double, quatre et huit fois plus aux priorités au-dessus)",
        "one person of normal priority left out (twice, four and eight times as much at the priorities above)",
    ),
    "pair_half_left_out": (
        "chacun des deux professionnels d'une visite à deux laissée de côté, en plus des personnes",
        "each of the two professionals of a visit by two left out, besides the persons",
    ),
    "wasted_dose": ("une dose jetée d'un flacon ouvert", "one dose of an open vial thrown away"),
    "other_member": (
        "une visite par une équipe que la personne ne connaît pas",
        "a visit by a team that the person does not know",
    ),
    "preference_missed": (
        "une langue ou une compétence souhaitée qui manque",
        "a wished language or skill that is missing",
    ),
    "unknown_zone": (
        "une visite dans un secteur que l'équipe ne connaît pas",
        "a visit in a zone that the team does not know",
    ),
    "moved_team": (
        "une visite publiée qui passe à une autre équipe",
        "a published visit that goes to another team",
    ),
    "full_load": (
        "une équipe occupée du début à la fin de son service (au-dessus de 0, les journées s'égalisent)",
        "a team at work from the start to the end of its shift (above 0, days become equal)",
    ),
    "overtime_second": ("une minute après la fin du service", "one minute after the end of the shift"),
    "late_second": ("une minute de retard sur l'heure souhaitée", "one minute later than the wished hour"),
}
FAULTS: Final[Pairs] = {
    "out_of_bounds": ("hors des bornes affichées", "outside of the bounds shown"),
    "waste_above_people": (
        "un flacon jeté compterait plus qu'une personne laissée de côté",
        "a vial thrown away would count more than a person left out",
    ),
    "comfort_above_people": (
        "le confort d'une visite compterait plus que la faire",
        "the comfort of a visit would count more than making it",
    ),
    "people_above_promise": (
        "une personne laissée de côté compterait plus qu'une promesse",
        "a person left out would count more than a promise",
    ),
}
