"""This file holds the words of the page of reference tables, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

# The tables of backend/reference_admin/tables.py, in its order: those to change, then those to read.
TO_CHANGE: Final[Pairs] = {
    "coverage_target": ("objectifs de couverture par secteur et par groupe", "coverage targets by zone and by group"),
    "zone": ("secteurs : nom, habitants, revenu médian, source", "zones: name, inhabitants, median income, source"),
    "population_cell": (
        "habitants par secteur, âge et groupe : bas, central, haut, méthode, source",
        "inhabitants by zone, age and group: low, central, high, method, source",
    ),
}
TO_READ: Final[Pairs] = {
    "shift": ("horaires des équipes", "shifts of teams"),
    "team": ("équipes", "teams"),
    "campaign": ("campagnes", "campaigns"),
    "product": ("produits", "products"),
    "lot": ("lots", "lots"),
}
WORDS: Final[Words] = {
    "title": ("Référentiels", "Reference tables"),
    "hint": (
        "Ces tables s'ouvrent sur une adresse à part. Rien de ce qui concerne une personne n'y est accessible.",
        "These tables open at an address of their own. Nothing about any person can be reached there.",
    ),
    "code": (
        "Votre code vaut cinq minutes pour y changer quelque chose ; revenez ici pour en donner un autre.",
        "Your code is good for five minutes of changes there; come back here to give another.",
    ),
    "noted": (
        "Chaque changement reste au journal avec son auteur.",
        "Each change stays in the journal with its author.",
    ),
    "to_change": ("À modifier", "To change"),
    "to_read": ("À consulter", "To read"),
    "open": ("Ouvrir les référentiels", "Open the reference tables"),
    "table": ("Table", "Table"),
    "holds": ("Contenu", "What it holds"),
    "not_offered": (
        "Cette installation ne les propose pas : MARAUDE_REFERENCE_ADMIN_URL n'est pas réglé.",
        "This installation does not offer them: MARAUDE_REFERENCE_ADMIN_URL is not set.",
    ),
}
