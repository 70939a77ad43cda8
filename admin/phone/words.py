"""This file holds the words of the page of the desk's phone, French and English."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Téléphone", "Phone"),
    "hint": (
        "Ce que dit l'autocommutateur passe avant ce qui est compté au bureau. Sans l'un ni l'autre, un jour reste inconnu.",
        "What the exchange tells goes before what the desk counted. With neither, a day stays unknown.",
    ),
    "joined": (
        "Des appels joints comptent chacun ; leur visite compte une fois, à partir du premier.",
        "Joined calls count each; their visit counts once, from the first of them.",
    ),
    "since": ("Du", "From"),
    "until": ("au", "to"),
    "show": ("Afficher", "Show"),
    "csv": ("Télécharger en CSV", "Download as CSV"),
    "day": ("Jour", "Day"),
    "whole": ("Ensemble", "All days"),
    "source": ("Source", "Source"),
    "exchange": ("autocommutateur", "exchange"),
    "desk": ("compté au bureau", "counted at the desk"),
    "unknown": ("inconnu", "unknown"),
    "answered": ("Répondus", "Answered"),
    "abandoned": ("Abandonnés", "Abandoned"),
    "missed": ("Hors horaires", "Out of hours"),
    "abandoned_percent": ("Part d'abandon", "Share abandoned"),
    "wait_seconds": ("Attente médiane (s)", "Median wait (s)"),
    "requests": ("Demandes notées au téléphone", "Requests taken at the phone"),
    "visits_made": ("dont visite faite", "of them visit made"),
    "hours_to_visit": ("De l'appel à la visite (h, médiane)", "From call to visit (h, median)"),
    "count": ("Compter une journée", "Count a day"),
    "save": ("Enregistrer", "Save"),
    "import": ("Reprendre la liste de l'autocommutateur", "Take in the exchange's list"),
    "import_hint": (
        "CSV ou .xlsx, une ligne par appel et ces colonnes seules : date et heure, issue (répondu, abandonné, manqué), attente.",
        "CSV or .xlsx, a line for each call and these columns alone: start, result (answered, abandoned, missed), wait seconds.",
    ),
    "counts_alone": (
        "Ôtez les numéros avant d'envoyer le fichier ; seuls des nombres d'appels sont gardés.",
        "Take the numbers out before you send the file; counts of calls alone are kept.",
    ),
    "file": ("Fichier", "File"),
    "take": ("Lire et enregistrer", "Read and save"),
    "not_taken": (
        "Rien n'est enregistré : ces lignes sont à corriger.",
        "Nothing is saved: these lines are to be mended.",
    ),
    "day_to_come": (
        "Jour : ce jour n'est pas encore venu. Rien n'est enregistré.",
        "Day: that day has not come yet. Nothing is saved.",
    ),
    "not_counted": (
        "Rien n'est enregistré : il faut un jour et trois nombres, au plus 10 000.",
        "Nothing is saved: a day and three numbers are needed, at most 10,000.",
    ),
    "saved": ("Enregistré. Jours :", "Saved. Days:"),
    "line": ("Ligne", "Line"),
    "wrong": ("Ce qui ne va pas", "What is wrong"),
    "remedy": ("Que faire", "What to do"),
}
