"""This file holds the words of emergency access to a record, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

MOTIVES: Final[Pairs] = {
    "vital_emergency": ("urgence vitale", "life-threatening emergency"),
    "continuity_of_care": ("continuité des soins", "continuity of care"),
    "asked_by_the_person": ("à la demande de la personne", "asked by the person"),
    "other": ("autre", "other"),
}
FINDINGS: Final[Pairs] = {
    "justified": ("justifié", "justified"),
    "not_justified": ("non justifié", "not justified"),
}
SEXES: Final[Pairs] = {
    "female": ("femme", "female"),
    "male": ("homme", "male"),
    "unknown": ("non renseigné", "unknown"),
}
STATUSES: Final[Pairs] = {"given": ("faite", "given"), "not_given": ("non faite", "not given")}
RESULTS: Final[Pairs] = {
    "pending": ("en attente", "pending"),
    "detected": ("détecté", "detected"),
    "not_detected": ("non détecté", "not detected"),
    "inconclusive": ("non concluant", "inconclusive"),
    "unsatisfactory": ("prélèvement inexploitable", "unsatisfactory"),
    "not_done": ("non fait", "not done"),
}
DECISIONS: Final[Pairs] = {
    "given": ("donné", "given"),
    "refused": ("refusé", "refused"),
    "withdrawn": ("retiré", "withdrawn"),
    "unable": ("hors d'état de décider", "unable to decide"),
}
WORDS: Final[Words] = {
    "title": ("Accès d'urgence à un dossier", "Emergency access to a record"),
    "what_it_is": (
        "Un seul dossier, pour une heure. Les superviseurs cliniques sont avertis aussitôt et examineront cet accès.",
        "One record only, for one hour. Clinical supervisors are told at once and will review this access.",
    ),
    "open_one": ("Ouvrir un dossier en urgence", "Open a record in an emergency"),
    "open_now": ("Dossiers ouverts en ce moment", "Records open now"),
    "none_open": ("Aucun dossier n'est ouvert.", "No record is open."),
    "read": ("Lire le dossier", "Read the record"),
    "until": ("ouvert jusqu'à", "open until"),
    "name": ("Prénom et nom, ou alias exact", "Given and family name, or exact alias"),
    "born_on": ("Date de naissance (sauf alias)", "Day of birth (unless alias)"),
    "motive": ("Motif", "Motive"),
    "reason": ("Pourquoi ce dossier, maintenant ?", "Why this record, now?"),
    "reason_advice": (
        "Au moins 10 caractères ; un superviseur les lira.",
        "At least 10 characters; a supervisor will read them.",
    ),
    "open": ("Ouvrir pour une heure", "Open for one hour"),
    "close": ("Refermer maintenant", "Close now"),
    "banner": (
        "Accès d'urgence : tout ce que vous lisez ici est noté.",
        "Emergency access: everything you read here is noted.",
    ),
    "identity": ("Identité", "Identity"),
    "health": ("À savoir avant un soin", "To know before care"),
    "alias": ("Alias", "Alias"),
    "born": ("Né(e) le", "Born"),
    "sex": ("Sexe", "Sex"),
    "phone": ("Téléphone", "Phone"),
    "language": ("Langue", "Language"),
    "place": ("Lieu", "Place"),
    "room": ("Chambre", "Room"),
    "allergies": ("Allergies", "Allergies"),
    "conditions": ("Maladies", "Conditions"),
    "contraindications": ("Contre-indications", "Contraindications"),
    "disputed": ("Valeurs contradictoires, à vérifier", "Contradicting values, under review"),
    "doses": ("Vaccinations", "Vaccinations"),
    "screenings": ("Dépistages", "Screenings"),
    "consents": ("Consentements", "Consents"),
    "day": ("Jour", "Day"),
    "what": ("Quoi", "What"),
    "outcome": ("Issue", "Outcome"),
    "lot": ("Lot", "Lot"),
    "in_error": ("saisi par erreur", "entered in error"),
    "nothing": ("Rien d'enregistré.", "Nothing recorded."),
    "review_title": ("Accès d'urgence à examiner", "Emergency accesses to review"),
    "nothing_to_review": ("Aucun accès d'urgence.", "No emergency access."),
    "who": ("Qui", "Who"),
    "whose": ("Dossier de", "Record of"),
    "opened_at": ("Ouvert le", "Opened"),
    "looks": ("Lectures", "Looks"),
    "finding": ("Conclusion", "Finding"),
    "note": ("Note (obligatoire si non justifié)", "Note (required if not justified)"),
    "settle": ("Conclure", "Settle"),
    "own_act": ("Un autre superviseur doit examiner votre accès.", "Another supervisor has to review your access."),
    "done": ("La conclusion est enregistrée.", "The finding is saved."),
    "refused_reason": (
        "Le motif doit dire quelque chose : de 10 à 500 caractères.",
        "The reason must say something: 10 to 500 characters.",
    ),
    "refused_born_on": ("La date de naissance n'est pas lisible.", "The day of birth cannot be read."),
}
