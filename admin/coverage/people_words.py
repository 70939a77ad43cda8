"""This file holds what the page says that lists the people behind a number of coverage, in French and English."""

from typing import Final

from admin.shared.render import Words

PEOPLE: Final[Words] = {
    "title": ("Personnes comptées", "People counted"),
    "back": ("Retour à la couverture", "Back to coverage"),
    "who": ("Personne", "Person"),
    "born": ("Né(e) le", "Born on"),
    "phone": ("Téléphone", "Phone"),
    "place": ("Lieu", "Place"),
    "none": ("Personne n'est compté ici.", "Nobody is counted here."),
    "cut": ("Seules les 500 premières personnes sont listées.", "Only the first 500 people are listed."),
    "journal": ("Cette consultation est inscrite au journal.", "This look is noted in the journal."),
    "person": ("Situation dans la campagne", "Standing in the campaign"),
    "dose_not_given": ("Dose non donnée", "Dose not given"),
    "dose_quality": ("Traçabilité de la dose", "Traceability of the dose"),
    "second_dose": ("Deuxième dose", "Second dose"),
    "occasion": ("Occasion de vacciner", "Occasion to vaccinate"),
    "refused_then": ("Après un refus", "After a refusal"),
    "consent_refused": ("Refus de vaccination", "Refusal of vaccination"),
    "screening": ("Test", "Test"),
}
# What a detail of the read model is called, where the page of coverage does not say it.
SAID: Final[Words] = {
    "own": ("vaccinée par nous", "covered by us"),
    "elsewhere": ("vaccinée ailleurs", "covered elsewhere"),
    "due_seen": ("à vacciner, déjà vue", "due, already seen"),
    "due_missed": ("à vacciner, pas encore vue", "due, not yet seen"),
    "due_seen_zero": ("à vacciner, déjà vue, aucune dose connue", "due, already seen, no dose known"),
    "due_missed_zero": ("à vacciner, pas encore vue, aucune dose connue", "due, not yet seen, no dose known"),
    "lot_or_expiry_missing": ("lot ou péremption absents", "lot or expiry missing"),
    "none": ("non reçue dans le délai (abandon)", "not had within the window (drop-out)"),
    "on_time": ("à temps", "on time"),
    "early": ("trop tôt", "too early"),
    "late": ("en retard", "late"),
    "missed": ("manquée", "missed"),
    "still_refusing": ("refuse encore : à proposer de nouveau", "still refuses: to be offered again"),
    "accepted_later": ("a accepté ensuite", "accepted later"),
    "detected": ("détecté", "detected"),
}
