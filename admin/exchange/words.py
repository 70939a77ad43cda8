"""This file holds the words of the page of imports, French and English: outcomes, what is wrong, what was left out."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "title": ("Reprise de données FHIR", "FHIR import"),
    "hint": (
        "Patient et Immunization en FHIR R4, en Bundle ou un par ligne, 500 au plus. Rien de connu n'est remplacé ni réuni.",
        "Patient and Immunization as FHIR R4, as a Bundle or one a line, 500 at most. Nothing known is replaced or joined.",
    ),
    "file": ("Fichier", "File"),
    "take": ("Prendre", "Take in"),
    "too_many": ("Plus de 500 ressources : coupez le fichier.", "More than 500 resources: cut the file."),
    "empty": ("Aucune ressource dans ce fichier.", "No resource in this file."),
    "stored": ("prises", "taken in"),
    "already": ("déjà là", "there already"),
    "refused": ("refusées", "refused"),
    "line": ("Ressource", "Resource"),
    "outcome": ("Résultat", "Outcome"),
    "what": ("Ce qui ne va pas, ce qui a été laissé", "What is wrong, what was left out"),
    "record": ("Fiche", "Record"),
    "person": ("personne", "person"),
    "dose": ("dose", "dose"),
    "may_be": ("peut-être la même personne : à vérifier", "perhaps the same person: to be reviewed"),
    "reviews": ("Voir les vérifications", "See the reviews"),
}
OUTCOMES: Final[Pairs] = {
    "stored": ("prise", "taken in"),
    "already": ("déjà là", "there already"),
    "refused": ("refusée", "refused"),
}
WHYS: Final[Pairs] = {
    "missing": ("manque", "is missing"),
    "wrong_type": ("n'a pas la forme attendue", "has not the form expected"),
    "not_in_value_set": ("n'est pas une valeur permise", "is not a value allowed"),
    "unknown_resource": ("ni Patient ni Immunization, ou illisible", "neither Patient nor Immunization, or unreadable"),
    "not_an_immunization": ("n'est pas prise ici", "is not taken in here"),
    "not_a_patient": ("n'est pas prise ici", "is not taken in here"),
    "person_not_named_by_our_id": (
        "ne nomme pas une personne par un identifiant connu d'ici",
        "names nobody by an identifier known here",
    ),
    "person_not_known": (
        "personne inconnue : prenez d'abord son Patient",
        "nobody is known by that: take the Patient in first",
    ),
    "no_calendar_day": ("ne donne pas un jour entier", "gives no whole day"),
    "vaccine_not_known": ("vaccin inconnu", "vaccine not known"),
    "nothing_tells_it_from_another": (
        "rien ne la distingue d'une autre : il faut un identifiant avec son système",
        "nothing tells it from another: an identifier with its system is needed",
    ),
    "id_of_another_record": ("est l'identifiant d'une autre fiche", "is the id of another record"),
    "nobody": ("aucun nom", "no name"),
    "in_the_future": ("est dans le futur", "is in the future"),
    "not_in_use": ("fiche hors d'usage chez l'expéditeur", "record no longer in use at the sender"),
}
REMARKS: Final[Pairs] = {
    "national_identifier_left_out": ("identifiant national laissé", "national identifier left out"),
    "identity_begins_as_provisional": (
        "identité provisoire ici tant qu'elle n'y est pas vérifiée",
        "identity provisional here until it is checked here",
    ),
    "address_left_out": ("adresse laissée : choisir un lieu d'ici", "address left out: choose a place of ours"),
    "contact_left_out": ("contacts laissés", "contacts left out"),
    "photo_left_out": ("photo laissée", "photo left out"),
    "link_left_out": ("liens laissés : personne n'est réuni ici", "links left out: nobody is joined here"),
    "generalPractitioner_left_out": ("médecin traitant laissé", "doctor left out"),
    "maritalStatus_left_out": ("état civil laissé", "marital status left out"),
    "multipleBirthInteger_left_out": ("rang de naissance laissé", "rank of birth left out"),
}
