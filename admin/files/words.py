"""The words of the pages of files, in French and English side by side. Names of fields are those of the reviews."""

from typing import Final

from admin.review.words import KINDS as KINDS_OF_REVIEWS
from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "title": ("Dossiers", "Files"),
    "file_of": ("Dossier de", "File of"),
    "search": ("Chercher", "Search"),
    "name": ("Nom, prénom ou alias", "Name or alias"),
    "nobody": ("Personne ne correspond.", "Nobody fits."),
    "hint": (
        "Ouvrir un dossier est noté au journal et demande un code récent.",
        "Opening a file is noted in the journal and asks for a code given lately.",
    ),
    "json": ("Télécharger tout (JSON)", "Download all (JSON)"),
    "print": ("Cette page s'imprime telle quelle pour la personne.", "Print this page as it is for the person."),
    "records": ("Ce qui est enregistré", "What is recorded"),
    "history": ("Qui a saisi quoi", "Who wrote what"),
    "looks": ("Qui a consulté", "Who looked"),
    "on": ("Le", "On"),
    "what": ("Quoi", "What"),
    "where": ("Sur", "At"),
    "desk": ("un poste de bureau", "a desk"),
    "tablet": ("une tablette", "a tablet"),
    "server": ("le serveur", "the server"),
    "set": ("écrit", "set"),
    "add": ("ajouté", "added"),
    "remove": ("retiré", "removed"),
    "inc": ("compté", "counted"),
    "disputed": ("valeurs contradictoires, à trancher", "contradictory values, to be settled"),
    "objections": ("Oppositions de la personne", "What the person objects to"),
    "reminders": ("être relancée", "being reminded"),
    "statistics": ("compter dans les statistiques", "being counted in statistics"),
    "sharing": ("transmettre à d'autres professionnels", "sharing with other professionals"),
    "register": ("inscrire au registre national", "the national register"),
    "research": ("servir à la recherche", "research"),
    "save": ("Enregistrer", "Save"),
    "saved": ("C'est enregistré.", "Saved."),
    "hold": ("Garder ce dossier au-delà de sa durée", "Keep this file beyond its time"),
    "reason": ("Motif", "Reason"),
    "held": ("Gardé au-delà de sa durée :", "Kept beyond its time:"),
    "release": ("Ne plus le garder", "Keep it no longer"),
    "identity_of": ("Identité nationale de", "National identity of"),
    "identity": ("Identité nationale (INS)", "National identity (INS)"),
    "status": ("Statut de l'identité :", "Status of the identity:"),
    "not_usable": ("le numéro ne peut pas servir avec d'autres", "the number may not be used with others"),
    "number": ("Matricule INS", "INS number"),
    "no_number": ("Aucun matricule.", "No number."),
    "number_retrieved": ("Matricule rendu par le téléservice INSi", "Number given by the INSi service"),
    "document_checked": ("Pièce d'identité vérifiée", "Document of identity checked"),
    "doubted": ("Doute sur l'identité", "Doubt about the identity"),
    "number_removed": ("Retirer le matricule", "Take the number away"),
    "by_number": ("Chercher par matricule INS", "Search by INS number"),
    "unopenable": (
        "Le matricule est scellé par une clé que le serveur n'a plus.",
        "The number is sealed by a key that the server has no more.",
    ),
    "number_wrong": ("Ce n'est pas un matricule : la clé ne convient pas.", "This is no number: its key does not fit."),
    "alias_alone": (
        "Cette personne n'est connue que par un alias : il reste un alias.",
        "This person is known by an alias alone: it stays one.",
    ),
    "differs": ("Le matricule contredit :", "The number contradicts:"),
    "taken": ("Une autre personne a déjà ce matricule.", "Somebody else has this number already."),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
}
KINDS: Final[Pairs] = {
    **KINDS_OF_REVIEWS,
    "household": ("foyer", "household"),
    "request": ("demande", "request"),
    "screening": ("dépistage", "screening"),
    "education_session": ("séance d'éducation", "education session"),
    "exposure": ("exposition", "exposure"),
}
