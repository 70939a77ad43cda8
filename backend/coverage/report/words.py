"""This file holds the words of a report, in French and English."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "report": ("Rapport mensuel de vaccination", "Monthly vaccination report"),
    "data_up_to": ("Données reçues jusqu'au", "Data received up to"),
    "tablets_not_synced": ("tablettes n'ont rien remis ce jour-là", "tablets handed in nothing that day"),
    "never": ("jamais", "never"),
    "page": ("page", "page"),
    "objectives": ("Objectifs du contrat", "Objectives of the contract"),
    "by_zone": ("Couverture par zone", "Coverage by zone"),
    "by_group": ("Couverture par groupe", "Coverage by group"),
    "by_age_band": ("Couverture par âge", "Coverage by age"),
    "care": ("Qualité du suivi", "Quality of follow-up"),
    "work": ("Travail du mois, par mode", "Work of the month, by channel"),
    "definitions": ("Définitions", "Definitions"),
    "objective": ("Objectif", "Objective"),
    "indicator": ("Indicateur", "Indicator"),
    "baseline": ("Départ (%)", "Baseline (%)"),
    "value": ("Valeur (%)", "Value (%)"),
    "target": ("Cible (%)", "Target (%)"),
    "weight": ("Poids", "Weight"),
    "status": ("État", "Status"),
    "met": ("atteint", "met"),
    "on_the_way": ("en progrès", "on the way"),
    "behind": ("en retard", "behind"),
    "unknown": ("non mesuré", "not measured"),
    "name": ("Nom", "Name"),
    "known": ("Connues, visées", "Known, aimed at"),
    "covered": ("Vaccinées", "Covered"),
    "known_percent": ("% des connues", "% of known"),
    "population_percent": ("% population (au moins)", "% population (at least)"),
    "low": ("Bas (%)", "Low (%)"),
    "high": ("Haut (%)", "High (%)"),
    "doses_given": ("Doses données par nous", "Doses we gave"),
    "note": ("Note", "Note"),
    "hidden": ("masqué", "hidden"),
    "total": ("Tout le territoire", "Whole territory"),
    "none": ("Zone inconnue", "Zone unknown"),
    "percent": ("%", "%"),
    "numerator": ("Numérateur", "Numerator"),
    "denominator": ("Dénominateur", "Denominator"),
    "channel": ("Mode", "Channel"),
    "home": ("domicile", "home"),
    "group_site": ("site collectif", "group site"),
    "centre": ("centre", "centre"),
    "pop_up": ("éphémère", "pop-up"),
    "doses": ("Doses", "Doses"),
    "stops": ("Arrêts prévus", "Stops planned"),
    "stops_done": ("Arrêts faits", "Stops done"),
    "team_hours": ("Heures d'équipe", "Team-hours"),
    "doses_per_hour": ("Doses par heure d'équipe", "Doses per team-hour"),
    "version": ("Version", "Version"),
    "title": ("Titre", "Title"),
    "exclusions": ("Exclusions", "Exclusions"),
    "source": ("Source", "Source"),
    "homeless_hotel": ("personnes sans abri en hôtel", "homeless people in hotels"),
    "housebound_elderly": ("personnes âgées à domicile", "housebound elderly"),
    "large_family": ("familles nombreuses", "large families"),
    "nursing_home": ("EHPAD", "nursing homes"),
    "other": ("autres", "others"),
}


def said(code: str, locale: str) -> str:
    """Return the word of a code, each part of a pool of groups for itself; what no table knows is shown as it is.

    >>> said("homeless_hotel+other", "en")
    'homeless people in hotels + others'
    """
    return " + ".join(WORDS[one][locale == "en"] if one in WORDS else one for one in code.split("+"))
