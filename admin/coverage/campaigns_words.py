"""This file holds what the page of campaigns says, in French and English; why one cannot be is said as for a next phase."""

from typing import Final

from admin.coverage.gap_words import GAP
from admin.shared.render import Words
from admin.shared.speaker import Pairs

CAMPAIGNS: Final[Words] = {
    "title": ("Campagnes", "Campaigns"),
    "back": ("Retour à la couverture", "Back to coverage"),
    "campaign": ("Campagne", "Campaign"),
    "against": ("Contre", "Against"),
    "state": ("État", "State"),
    "days": ("Jours", "Days"),
    "aims": ("Vise", "Aims at"),
    "target": ("Cible (%)", "Target (%)"),
    "does": ("Décider", "Decide"),
    "from_years": ("à partir de (ans)", "from (years)"),
    "any_age": ("tout âge", "any age"),
    "everybody": ("tous les groupes", "all groups"),
    "open_day": ("sans date", "no date"),
    "none": ("Aucune campagne n'est enregistrée.", "There is no campaign yet."),
    "add": ("Ouvrir une campagne", "Open a campaign"),
    "add_note": (
        (
            "Une campagne compte ce qui est fait entre ses deux jours. Deux campagnes contre une même maladie ne courent "
            "jamais ensemble ; les petits groupes ne sont visés qu'ensemble, et les âges commencent où commence une "
            "tranche de la population."
        ),
        (
            "A campaign counts what is done between its two days. Two campaigns against one disease never run at once; small "
            "groups are aimed at together alone, and ages begin where a band of the population begins."
        ),
    ),
    "name": ("Nom", "Name"),
    "season": ("Saison (facultatif)", "Season (if any)"),
    "from": ("Du", "From"),
    "to": ("Au", "To"),
    "groups": ("Groupes (aucun coché : tous)", "Groups (none ticked: all)"),
    "add_do": ("Ouvrir la campagne", "Open the campaign"),
    "opened": (
        "La campagne est ouverte ; ses chiffres apparaissent une fois les personnes recomptées.",
        "The campaign is open; its figures appear once people are counted again.",
    ),
    "changed": ("C'est enregistré.", "It is recorded."),
    "moved_on": (
        "La campagne n'est plus dans cet état : regardez la liste, rien n'a été changé.",
        "The campaign no longer stands so: look at the list, nothing was changed.",
    ),
    "over": ("Une campagne déjà finie ne s'ouvre pas.", "A campaign that is over already cannot be opened."),
    **{code: GAP[code] for code in ("no_days", "two_at_once", "part_of_a_pool")},
}
STATES: Final[Pairs] = {
    "prepared": ("préparée", "prepared"),
    "running": ("en cours", "running"),
    "paused": ("en pause", "paused"),
    "ended": ("terminée", "ended"),
    "withdrawn": ("retirée", "withdrawn"),
}
STEPS: Final[Pairs] = {
    "start": ("Démarrer", "Start"),
    "end": ("Terminer aujourd'hui", "End today"),
    "withdraw": ("Retirer", "Withdraw"),
}
