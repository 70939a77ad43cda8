"""This file holds the words of the page of who is due, French and English."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Qui est à vacciner", "Who is due"),
    "antigen": ("Vaccination", "Vaccination"),
    "zone": ("Zone", "Zone"),
    "group": ("Groupe", "Group"),
    "any": ("indifférent", "any"),
    "search": ("Vaccinations d'une personne : nom", "Somebody's vaccinations: name"),
    "search_button": ("Chercher", "Search"),
    "nobody": ("Personne de connu à ce nom.", "Nobody known by that name."),
    "filter": ("Filtrer", "Filter"),
    "found": ("personnes", "people"),
    "none": (
        "Personne n'attend cette vaccination avec ces filtres.",
        "Nobody waits for this vaccination by these filters.",
    ),
    "rules": ("Les règles", "The rules"),
    "rules_off": (
        "Les règles qu'aucun médecin n'a signées sont coupées dans ce territoire : elles n'appellent personne.",
        "Rules that no physician has signed are switched off in this territory: they call nobody.",
    ),
    "not_validated": (
        "Ces règles ne sont validées par aucun médecin : la liste aide à organiser, elle ne prescrit rien.",
        "No physician has validated these rules: the list helps to organise, it prescribes nothing.",
    ),
    "choose": ("Choisir", "Choose"),
    "who": ("Qui, où", "Who, where"),
    "dose": ("Dose", "Dose"),
    "recommended": ("Recommandée depuis", "Recommended since"),
    "past_due": ("En retard depuis", "Past due since"),
    "remark": ("À savoir", "Remark"),
    "refused": ("a refusé le", "refused on"),
    "asked": ("demande en cours", "request under way"),
    "no_place": ("sans lieu connu", "no place known"),
    "ask": ("Créer une demande pour les personnes choisies", "Make a request for those chosen"),
    "done": ("demandes créées", "requests made"),
    "left_out": (
        "laissées de côté (demande en cours, refus ou sans lieu)",
        "left out (request under way, refusal, no place)",
    ),
    "see_requests": ("Voir les demandes", "See the requests"),
    "reason": ("Vaccination à faire", "Vaccination due"),
    "next": ("Page suivante", "Next page"),
    "previous": ("Page précédente", "Previous page"),
}
