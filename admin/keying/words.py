"""This file holds the words of the keying page, French and English."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Doses à saisir au registre", "Doses to key into the register"),
    "since": ("Du", "From"),
    "until": ("Au", "To"),
    "keyed_too": ("avec celles déjà saisies", "with those keyed already"),
    "filter": ("Afficher", "Show"),
    "hint": (
        "Le registre national n'a pas d'interface ouverte : saisissez chaque ligne, puis cochez-la ici.",
        "The national register has no open interface: key each line, then tick it here.",
    ),
    "none": ("Rien à saisir pour cette période.", "Nothing to key for this period."),
    "found": ("doses", "doses"),
    "choose": ("Saisie", "Keyed"),
    "who": ("Personne", "Person"),
    "born": ("né(e) le", "born"),
    "vaccine": ("Vaccin", "Vaccine"),
    "lot": ("Lot", "Lot"),
    "dose": ("Rang", "Dose"),
    "given_on": ("Faite le", "Given on"),
    "keyed": ("Saisie par, le", "Keyed by, at"),
    "pages": ("Pages de la liste", "Pages of the list"),
    "previous": ("Page précédente", "Previous page"),
    "next": ("Page suivante", "Next page"),
    "elsewhere": (
        "cochée(s) sur d'autres pages ou une autre période : notées avec celles d'ici.",
        "ticked on other pages or for another period: noted along with those here.",
    ),
    "mark": ("Noter comme saisies", "Note as keyed"),
    "done": ("doses notées comme saisies", "doses noted as keyed"),
    "csv": (
        "Un fichier CSV se demande par /api/export/keying.csv, avec un motif.",
        "A CSV file is asked for by /api/export/keying.csv, with a reason.",
    ),
}
