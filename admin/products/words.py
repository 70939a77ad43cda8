"""This file holds the words of the pages of products and vials, French and English."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "title": ("Vaccins", "Vaccines"),
    "vials": ("Flacons", "Vials"),
    "product": ("Produit", "Product"),
    "antigens": ("Contre", "Against"),
    "codes": ("Codes", "Codes"),
    "lossy": (
        "CVX et ATC perdent de l'information : un code pour plusieurs produits.",
        "CVX and ATC lose information: one code for several products.",
    ),
    "vial": ("Flacon", "Vial"),
    "doses": ("doses", "doses"),
    "single": ("unidose", "single dose"),
    "hours": ("h après ouverture", "h after opening"),
    "days": ("j décongelé", "d thawed"),
    "warm": ("min hors du froid", "min out of the cold"),
    "storage": ("Conservation", "Storage"),
    "unknown": ("non connu", "not known"),
    "sources": ("Sources", "Sources"),
    "none": ("Aucun produit.", "No product."),
    "take": ("Reprendre du catalogue", "Take in from the catalogue"),
    "take_note": (
        "Le catalogue fourni avec Maraude donne à chaque valeur sa source. Ce qui est déjà ici n'y figure pas et reste tel quel.",
        "The catalogue that comes with Maraude gives each value its source. What is here already is not listed and stays as it is.",
    ),
    "take_which": ("Produits qui ne sont pas encore ici", "Products that are not here yet"),
    "take_do": ("Reprendre ces produits", "Take these in"),
    "take_all_here": ("Tous les produits du catalogue sont ici.", "Every product of the catalogue is here."),
    "taken": ("produit(s) repris du catalogue.", "product(s) taken in from the catalogue."),
    "no_vial": ("Aucun flacon ces derniers jours.", "No vial in the last days."),
    "lot": ("Lot", "Lot"),
    "team": ("Équipe", "Team"),
    "standing": ("État", "State"),
    "use_by": ("À utiliser avant", "Use by"),
    "because": ("à cause de", "because of"),
    "used": ("faites", "used"),
    "wasted": ("perdues", "wasted"),
    "left": ("restantes", "left"),
    "nominal": ("au total", "nominal"),
    "remarks": ("À savoir", "Remarks"),
    "over_extracted": ("dose(s) en plus de l'étiquette", "dose(s) more than the label"),
    "unaccounted": ("dose(s) sans trace", "dose(s) unaccounted for"),
    "wasted_twice": ("perte notée deux fois", "waste noted twice"),
    "disputed": ("contesté, en vérification", "disputed, in review"),
    "reserve": ("qui pourrait recevoir ce qui reste", "who could take what is left"),
    "causes": ("causes", "causes"),
}
STANDINGS: Final[Pairs] = {
    "sealed": ("fermé", "sealed"),
    "open": ("ouvert", "open"),
    "out_of_time": ("délai dépassé", "out of time"),
    "unknown_use_by": ("ouvert, délai inconnu", "open, use-by not known"),
    "ended": ("terminé", "ended"),
}
CLOCKS: Final[Pairs] = {
    "lot_expiry": ("la péremption du lot", "the lot's expiry"),
    "thawed": ("la décongélation", "thawing"),
    "opened": ("l'ouverture", "opening"),
    "out_of_the_cold": ("la sortie du froid", "time out of the cold"),
}
CAUSES: Final[Pairs] = {
    "partial": ("flacon entamé", "vial not used up"),
    "time": ("délai dépassé", "out of time"),
    "temperature": ("température", "temperature"),
    "broken": ("cassé", "broken"),
    "contaminated": ("contaminé", "contaminated"),
    "expired": ("périmé", "expired"),
    "label": ("étiquette", "label"),
    "other": ("autre", "other"),
}
STORAGES: Final[Pairs] = {
    "cold": ("2 à 8 °C", "2 to 8 °C"),
    "frozen": ("congelé", "frozen"),
    "ambient": ("température ambiante", "room temperature"),
}
VALUES: Final[Pairs] = {
    "nuva_code": ("NUVA", "NUVA"),
    "cip_code": ("CIP", "CIP"),
    "cvx_code": ("CVX", "CVX"),
    "atc_code": ("ATC", "ATC"),
    "doses_per_vial": ("doses par flacon", "doses per vial"),
    "hours_after_opening": ("heures après ouverture", "hours after opening"),
    "days_thawed": ("jours décongelé", "days thawed"),
    "warm_minutes_max": ("minutes hors du froid", "minutes out of the cold"),
    "storage": ("conservation", "storage"),
}
