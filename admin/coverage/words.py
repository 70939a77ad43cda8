"""This file holds what the page of coverage says, in French and English, and how it writes numbers and days."""

from datetime import date
from decimal import Decimal
from typing import Final

from admin.shared.render import Words

PAGE: Final[Words] = {
    "title": ("Couverture vaccinale", "Vaccination coverage"),
    "no_campaign": ("Aucune campagne n'est enregistrée.", "There is no campaign yet."),
    "campaigns": ("Campagnes : voir, ouvrir, terminer", "Campaigns: see, open, end"),
    "campaign": ("Campagne", "Campaign"),
    "group": ("Groupe", "Group"),
    "by": ("Par", "By"),
    "show_as": ("Carte et courbe", "Map and chart"),
    "filter": ("Afficher", "Show"),
    "all_groups": ("Tous les groupes", "All groups"),
    "by_zone": ("zone", "zone"),
    "by_group": ("groupe", "group"),
    "by_age_band": ("âge", "age"),
    "show_known": ("personnes connues", "known persons"),
    "show_population": ("population", "population"),
    "data_up_to": ("Données reçues jusqu'au", "Data received up to"),
    "never": ("jamais", "never"),
    "tablets_not_synced": ("tablettes n'ont rien remis aujourd'hui", "tablets have handed in nothing today"),
    "not_counted": (
        "Des saisies viennent d'arriver et ne sont pas encore comptées : rechargez la page dans un instant.",
        "Entries have just arrived and are not counted yet: load the page again in a moment.",
    ),
    "rebuild": (
        "Une règle de campagne a changé : le recalcul est en attente, les chiffres suivent l'ancienne règle.",
        "A campaign's rule has changed: the recount is waiting, the figures follow the former rule.",
    ),
    "analysis": (
        "Analyses : abandon, occasions manquées, zones comparées",
        "Analyses: drop-out, missed opportunities, zones compared",
    ),
    "report": ("Rapport du mois", "Report of the month"),
    "summary": ("En bref", "In short"),
    "monitoring": ("Suivi de la campagne", "Monitoring of the campaign"),
    "monitoring_note": (
        "Part cumulée des personnes connues et visées qui sont vaccinées ; tirets : rythme vers l'objectif.",
        "Cumulative share of the known persons aimed at who are covered; dashes: the pace to the target.",
    ),
    "map": ("Carte des zones", "Map of zones"),
    "table": ("Tableau", "Table"),
    "period_end": ("Semaine du", "Week of"),
    "covered": ("Vaccinées", "Covered"),
    "due": ("À vacciner", "Due"),
    "known": ("Connues, visées", "Known, aimed at"),
    "known_percent": ("% des connues", "% of known"),
    "population_percent": ("% de la population (au moins)", "% of population (at least)"),
    "inhabitants": ("Habitants visés (bas – haut)", "Inhabitants aimed at (low – high)"),
    "contribution": ("Doses données par nous", "Doses we gave"),
    "target": ("Objectif", "Target"),
    "above": ("▲ atteint", "▲ met"),
    "below": ("▼ pas atteint", "▼ not met"),
    "whole": ("Tout le territoire", "Whole territory"),
    "no_zone": ("Zone inconnue", "Zone unknown"),
    "hidden": ("masqué", "hidden"),
    "hidden_note": (
        "« masqué » : moins de 11 personnes, ou un nombre qui permettrait de le déduire.",
        "“hidden”: fewer than 11 persons, or a number from which that could be worked out.",
    ),
    "over_100": (
        "plus de 100 % : dénominateur ou rapprochement à vérifier",
        "over 100 %: check the denominator or the matching",
    ),
    "uncertain": ("incertain", "uncertain"),
    "no_denominator": ("pas de dénominateur", "no denominator"),
    "standings": ("Où en sont les personnes visées", "Where the persons aimed at stand"),
    "own": ("vaccinées par nous", "covered by us"),
    "elsewhere": ("vaccinées ailleurs", "covered elsewhere"),
    "due_seen": ("à vacciner, rencontrées", "due, met"),
    "due_seen_zero": ("à vacciner, rencontrées, zéro dose", "due, met, zero-dose"),
    "due_missed": ("à vacciner, pas rencontrées", "due, not reached"),
    "due_missed_zero": ("à vacciner, pas rencontrées, zéro dose", "due, not reached, zero-dose"),
    "indicator": ("Indicateur", "Indicator"),
    "persons": ("Personnes", "Persons"),
    "reached": ("Personnes connues et rencontrées", "Persons known and reached"),
    "persons_known": ("Connues", "Known"),
    "persons_reached": ("Rencontrées", "Reached"),
    "not_given": ("Doses non données, par motif", "Doses not given, by reason"),
    "consent_refused": ("Refus de vaccination, par raison", "Refusals of vaccination, by reason"),
    "reason": ("Motif", "Reason"),
    "times": ("Nombre", "Number"),
    "sites": ("Sites, du plus longtemps sans visite", "Sites, longest without a visit first"),
    "save_svg": ("Image SVG", "Picture, SVG"),
    "save_png": ("Image PNG", "Picture, PNG"),
    "site": ("Site", "Site"),
    "days_since": ("Jours depuis la dernière visite", "Days since the last visit"),
    "no_visit": ("aucune visite", "no visit"),
    "backlog": ("Demandes en attente", "Waiting requests"),
    "days_waiting": ("Jours d'attente", "Days waiting"),
    "state": ("État", "State"),
    "delay": ("Délai entre l'acte et le serveur", "Delay between act and server"),
    "acts": ("Actes", "Acts"),
    "median": ("Médiane, au plus (h)", "Median, at most (h)"),
    "p95": ("95 %, au plus (h)", "95 %, at most (h)"),
    "longer": ("plus d'une semaine", "more than a week"),
    "waste": ("Pertes de doses (%)", "Doses wasted (%)"),
    "waste_open": ("Flacons ouverts", "Opened vials"),
    "waste_closed": ("Flacons non ouverts", "Unopened vials"),
    "waste_combined": ("Combinées", "Combined"),
    "waste_beyond": ("Doses au-delà du nominal", "Doses beyond the nominal"),
    "download": ("Télécharger", "Download"),
    "csv_french": ("CSV (tableur français)", "CSV (French spreadsheet)"),
    "csv_open": ("CSV (données ouvertes)", "CSV (open data)"),
    "definitions": ("Définitions", "Definitions"),
    "numerator": ("Numérateur", "Numerator"),
    "denominator": ("Dénominateur", "Denominator"),
    "exclusions": ("Exclusions", "Exclusions"),
    "source": ("Source", "Source"),
    "legend_hidden": ("hachures serrées : masqué ou sans dénominateur", "dense hatching: hidden or no denominator"),
    "legend_uncertain": (
        "hachures larges : intervalle de plus de 20 points",
        "wide hatching: interval of more than 20 points",
    ),
}

GROUPS: Final[Words] = {
    "homeless_hotel": ("personnes sans abri en hôtel", "homeless people in hotels"),
    "housebound_elderly": ("personnes âgées à domicile", "housebound elderly"),
    "large_family": ("familles nombreuses", "large families"),
    "nursing_home": ("EHPAD", "nursing homes"),
    "other": ("autres", "others"),
    "unknown": ("inconnu", "unknown"),
}

REASONS: Final[Words] = {
    "refused": ("refus", "refused"),
    "absent": ("absence", "absent"),
    "unwell": ("souffrant", "unwell"),
    "contraindicated": ("contre-indication", "contraindicated"),
    "no_dose_left": ("plus de dose", "no dose left"),
    "already_done": ("déjà fait", "already done"),
    "deferred": ("reporté", "deferred"),
    "fear": ("crainte", "fear"),
    "useless": ("jugé inutile", "thought useless"),
    "side_effects": ("effets indésirables", "side effects"),
    "belief": ("conviction", "belief"),
    "time": ("manque de temps", "no time"),
    "other": ("autre", "other"),
    "unknown": ("non précisé", "not stated"),
    "open": ("ouverte", "open"),
    "on_hold": ("en pause", "on hold"),
    "accepted": ("acceptée", "accepted"),
}


def word_of(words: Words, code: str, locale: str) -> str:
    """Return what a code is called; a code that is not known is shown as it is.

    >>> word_of(GROUPS, "homeless_hotel+other", "fr")
    'personnes sans abri en hôtel + autres'
    """
    return " + ".join(words[one][locale == "en"] if one in words else one for one in code.split("+"))


def number(value: int | Decimal, locale: str) -> str:
    """Return a number as offices write it: `1 234,5` (narrow no-break space) or `1,234.5`.

    >>> number(Decimal("1234.5"), "en"), number(Decimal("33.3"), "fr")
    ('1,234.5', '33,3')
    """
    english = f"{value:,}"
    return english if locale == "en" else english.replace(",", "\u202f").replace(".", ",")


def day(value: date, locale: str) -> str:
    """Return a day as `22/11/2026` or `22 Nov 2026`.

    >>> day(date(2026, 11, 22), "fr"), day(date(2026, 11, 2), "en")
    ('22/11/2026', '2 Nov 2026')
    """
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{value.day} {months[value.month - 1]} {value.year}" if locale == "en" else f"{value:%d/%m/%Y}"
