"""This file holds what the pages of stock say, in French and English."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Stock de vaccins", "Stock of vaccines"),
    "done": ("C'est enregistré.", "It is recorded."),
    "excursion_opened": (
        "Température hors limites : les lots de ce lieu sont retenus jusqu'à la décision du superviseur clinique.",
        "Temperature out of range: the lots at this place are held back until the clinical supervisor decides.",
    ),
    "lots": ("Lots", "Lots"),
    "lot": ("Lot", "Lot"),
    "product": ("Produit", "Product"),
    "expires_on": ("Péremption", "Expires on"),
    "state": ("État", "State"),
    "where": ("Où : doses", "Where: doses"),
    "does": ("Faire", "Do"),
    "recall": ("Rappel du lot", "Recall of the lot"),
    "receive": ("Recevoir un lot", "Receive a lot"),
    "number": ("Numéro de lot", "Lot number"),
    "doses": ("Doses", "Doses"),
    "place": ("Lieu", "Place"),
    "products": (
        "Produits : ceux d'ici, et ceux à reprendre du catalogue",
        "Products: those here, and those to take in from the catalogue",
    ),
    "receive_do": ("Enregistrer la réception", "Record the receipt"),
    "move": ("Déplacer, jeter, compter", "Move, discard, count"),
    "kind": ("Mouvement", "Move"),
    "from": ("De", "From"),
    "to": ("Vers", "To"),
    "cause": ("Cause", "Cause"),
    "nowhere": ("–", "–"),
    "move_do": ("Enregistrer le mouvement", "Record the move"),
    "bags": ("Sacs du jour", "Bags of the day"),
    "no_bags": ("Aucune tournée aujourd'hui.", "No round today."),
    "loaded": ("emporté", "loaded"),
    "given": ("fait", "given"),
    "wasted": ("perdu", "wasted"),
    "returned": ("rendu", "returned"),
    "missing": ("manque", "missing"),
    "counted_twice": ("deux comptes différents : recompter", "two counts differ: count again"),
    "look_again": ("à vérifier", "to be checked"),
    "tests": ("Tests", "Tests"),
    "temperatures": ("Températures", "Temperatures"),
    "celsius": ("°C", "°C"),
    "read_at": ("Relevé", "Read at"),
    "read_do": ("Noter la température", "Record the temperature"),
    "ok": ("dans les limites (2 à 8 °C)", "in range (2 to 8 °C)"),
    "out": ("hors limites", "out of range"),
    "held": ("lots retenus", "lots held back"),
    "decision": ("Décision", "Decision"),
    "reason": ("Raison", "Reason"),
    "release": ("Libérer", "Release"),
    "destroy": ("Détruire", "Destroy"),
    "destroy_bag": ("Détruire ce qui était dans le sac", "Destroy what was in the bag"),
    "bag": ("Sac", "Bag"),
    "which_lot": ("Lot inconnu, demander à l'équipe :", "Lot unknown, ask the team:"),
    "name_lot": ("Retenir ce lot", "Hold this lot back"),
    "waits": ("attend la décision du superviseur clinique", "waits for the clinical supervisor"),
    "none": ("Rien ici.", "Nothing here."),
    "recalled": ("Ce lot est rappelé.", "This lot is recalled."),
    "recall_do": ("Rappeler ce lot", "Recall this lot"),
    "recall_warning": (
        "Un lot rappelé n'est plus proposé nulle part, et ne peut plus être libéré.",
        "A recalled lot is offered nowhere any more, and cannot be released.",
    ),
    "people": ("Personnes vaccinées avec ce lot", "People vaccinated from this lot"),
    "people_right": (
        "La liste des personnes est réservée à qui peut voir les dossiers.",
        "The list of people is for those who may see records.",
    ),
    "who": ("Personne", "Person"),
    "born": ("Né(e) le", "Born on"),
    "phone": ("Téléphone", "Phone"),
    "given_on": ("Vacciné(e) le", "Vaccinated on"),
    "back": ("Retour au stock", "Back to stock"),
    "other_expiry": (
        "Rien n'est enregistré : le lot {number} de ce produit est déjà inscrit, péremption {day}. Relisez la boîte.",
        "Nothing is recorded: lot {number} of this product already stands, expiry {day}. Read the box again.",
    ),
    "expired_asked": (
        "Ce lot est périmé. Relisez la date ; s'il est bien arrivé ainsi, il sera inscrit et retenu.",
        "This lot has expired. Read the date again; if it did come so, it is entered and held back.",
    ),
    "not_used": ("à ne plus utiliser", "not to be used any more"),
    "expired_do": ("L'inscrire, périmé et retenu", "Enter it, expired and held back"),
    "bad_form": ("Le formulaire est incomplet.", "The form is incomplete."),
}
STATES: Final[Words] = {
    "available": ("disponible", "available"),
    "quarantined": ("retenu", "held back"),
    "recalled": ("rappelé", "recalled"),
    "destroyed": ("détruit", "destroyed"),
}
KINDS: Final[Words] = {
    "transferred": ("transfert", "transfer"),
    "discarded": ("jeté sans ouvrir", "discarded unopened"),
    "found": ("compté en plus", "counted more"),
    "missing": ("compté en moins", "counted fewer"),
}
CAUSES: Final[Words] = {
    "": ("–", "–"),
    "expired": ("périmé", "expired"),
    "temperature": ("température", "temperature"),
    "broken": ("cassé", "broken"),
    "contaminated": ("contaminé", "contaminated"),
    "recalled": ("rappelé", "recalled"),
    "other": ("autre", "other"),
}
FLAGS: Final[Words] = {
    "expired": ("périmé", "expired"),
    "expires_soon": ("périme bientôt", "expires soon"),
    "below_nothing": ("moins que rien : un mouvement manque", "below nothing: a move is missing"),
}
DECISIONS: Final[Words] = {"release": ("libéré", "released"), "destroy": ("détruit", "destroyed")}
