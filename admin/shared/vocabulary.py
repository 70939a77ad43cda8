"""This file holds the words, French and English, of what records hold in codes: acts, states, groups, results."""

from typing import Final

from admin.shared.speaker import Pairs

ACTS: Final[Pairs] = {
    "vaccinate": ("vacciner", "vaccinate"),
    "screen": ("dépister", "screen"),
    "educate": ("éduquer à la santé", "educate"),
    "consult": ("consulter", "consult"),
    "trace": ("rechercher les contacts", "trace contacts"),
}
PRIORITIES: Final[Pairs] = {
    "1": ("1 – ordinaire", "1 – routine"),
    "2": ("2 – normale", "2 – normal"),
    "3": ("3 – élevée", "3 – high"),
    "4": ("4 – urgente", "4 – urgent"),
}
CALLERS: Final[Pairs] = {
    "person": ("la personne ou un proche", "the person or a relative"),
    "professional": ("un professionnel de santé", "a health professional"),
    "nursing_home": ("un EHPAD", "a nursing home"),
    "partner": ("un partenaire", "a partner"),
    "sas": ("le SAS (service d'accès aux soins)", "the SAS (access-to-care line)"),
    "team": ("une équipe de terrain", "a field team"),
}
REQUEST_STATES: Final[Pairs] = {
    "open": ("à accepter", "to accept"),
    "on_hold": ("en pause", "on hold"),
    "accepted": ("acceptée", "accepted"),
    "redirected": ("réorientée", "redirected"),
    "revoked": ("annulée", "revoked"),
    "closed": ("close", "closed"),
}
VISIT_STATES: Final[Pairs] = {
    "wanted": ("à planifier", "to plan"),
    "planned": ("planifiée", "planned"),
    "cancelled": ("annulée", "cancelled"),
    "attempted": ("tentée", "attempted"),
    "done": ("faite", "done"),
}
STOP_STATES: Final[Pairs] = {
    "planned": ("prévu", "planned"),
    "withdrawn": ("retiré", "withdrawn"),
    "arrived": ("sur place", "there"),
    "skipped": ("sauté", "skipped"),
    "done": ("fait", "done"),
}
ROUND_STATES: Final[Pairs] = {
    "published": ("publiée", "published"),
    "downloaded": ("sur la tablette", "on the tablet"),
    "in_progress": ("en cours", "in progress"),
    "returned": ("de retour", "returned"),
    "withdrawn": ("retirée", "withdrawn"),
    "closed": ("close", "closed"),
}
RESULTS: Final[Pairs] = {
    "done": ("fait", "done"),
    "absent": ("absent", "absent"),
    "refused": ("refus", "refused"),
    "unsafe": ("danger", "unsafe"),
    "wrong_address": ("adresse fausse", "wrong address"),
    "no_dose": ("plus de dose", "no dose left"),
    "other": ("autre", "other"),
}
GROUPS: Final[Pairs] = {
    "homeless_hotel": ("sans-abri à l'hôtel", "homeless in a hotel"),
    "housebound_elderly": ("personne âgée à domicile", "housebound elderly"),
    "large_family": ("famille nombreuse", "large family"),
    "nursing_home": ("EHPAD", "nursing home"),
    "other": ("autre", "other"),
}
PLACE_KINDS: Final[Pairs] = {
    "home": ("domicile", "home"),
    "hotel": ("hôtel", "hotel"),
    "shelter": ("hébergement", "shelter"),
    "nursing_home": ("EHPAD", "nursing home"),
    "centre": ("centre", "centre"),
    "street_spot": ("lieu de maraude", "street spot"),
}
MOBILITIES: Final[Pairs] = {
    "walks": ("marche", "walks"),
    "needs_help": ("a besoin d'aide", "needs help"),
    "housebound": ("ne sort pas", "housebound"),
}
MODES: Final[Pairs] = {
    "foot": ("à pied", "on foot"),
    "bicycle": ("à vélo", "by bicycle"),
    "car": ("en voiture", "by car"),
}
# Those that acts ask for; a team may have others, which are shown as they were typed.
SKILLS: Final[Pairs] = {
    "nurse": ("soins infirmiers", "nursing"),
    "sampler": ("prélèvement", "sampling"),
    "mediator": ("médiation", "mediation"),
    "doctor": ("médecine", "medicine"),
}
LANGUAGES: Final[Pairs] = {
    "fr": ("français", "French"),
    "en": ("anglais", "English"),
    "ar": ("arabe", "Arabic"),
    "zh": ("chinois", "Chinese"),
    "es": ("espagnol", "Spanish"),
    "pt": ("portugais", "Portuguese"),
    "ro": ("roumain", "Romanian"),
    "ru": ("russe", "Russian"),
    "uk": ("ukrainien", "Ukrainian"),
    "ps": ("pachto", "Pashto"),
    "fa": ("persan", "Persian"),
    "bn": ("bengali", "Bengali"),
    "ta": ("tamoul", "Tamil"),
    "so": ("somali", "Somali"),
}
