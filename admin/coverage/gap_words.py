"""This file holds what the pages say that turn a gap into work and write the month's report, in French and English."""

from typing import Final

from admin.shared.render import Words

GAP: Final[Words] = {
    "title": ("De l'écart à l'action", "From gap to action"),
    "back": ("Retour à la couverture", "Back to coverage"),
    "zone": ("Zone", "Zone"),
    "known": ("Connues, visées", "Known, aimed at"),
    "covered": ("Vaccinées", "Covered"),
    "due": ("À vacciner", "Due"),
    "hidden": ("masqué", "hidden"),
    "channels": ("Modes possibles, du moins coûteux par personne", "Workable channels, the cheapest a person first"),
    "channel": ("Mode", "Channel"),
    "persons": ("Personnes", "Persons"),
    "team_hours": ("Heures d'équipe", "Team-hours"),
    "minutes": ("Minutes par personne", "Minutes a person"),
    "few": ("Trop peu de personnes pour proposer un mode ici.", "Too few people to propose a channel here."),
    "list": ("Personnes à vacciner", "People due"),
    "list_right": (
        "La liste des personnes est réservée à qui peut voir les dossiers ; vous pouvez ouvrir une séance ou demander les visites.",
        "The list of people is for those who may see records; you may open a session or ask for the visits.",
    ),
    "who": ("Personne", "Person"),
    "born": ("Né(e) le", "Born on"),
    "phone": ("Téléphone", "Phone"),
    "place": ("Lieu", "Place"),
    "asked": ("demande en cours", "request waiting"),
    "session": ("Ouvrir une séance", "Open a session"),
    "session_do": ("Ouvrir la séance", "Open the session"),
    "day": ("Jour", "Day"),
    "from": ("De", "From"),
    "to": ("À", "To"),
    "phase": ("Poursuivre la campagne autrement", "Let the campaign go on otherwise"),
    "phase_note": (
        (
            "Une nouvelle phase prend la suite : autres groupes ou autre cible, mêmes âges. La campagne présente s'arrête la "
            "veille ; deux campagnes contre une même maladie ne courent jamais ensemble."
        ),
        (
            "A new phase takes over: other groups or another target, the same ages. The present campaign ends the day before; "
            "two campaigns against one disease never run at once."
        ),
    ),
    "phase_name": ("Nom", "Name"),
    "phase_groups": ("Groupes", "Groups"),
    "phase_everybody": ("tous", "everybody"),
    "phase_from": ("Du", "From"),
    "phase_to": ("Au", "To"),
    "phase_target": ("Cible (%)", "Target (%)"),
    "phase_do": ("Ouvrir la phase", "Open the phase"),
    "done_phase": (
        "La phase est ouverte ; ses chiffres apparaissent une fois les personnes recomptées.",
        "The phase is open; its figures appear once people are counted again.",
    ),
    "past": ("Une phase commence un jour à venir.", "A phase begins on a day to come."),
    "no_days": ("Ces jours ne vont pas.", "These days do not fit."),
    "two_at_once": (
        "Une autre campagne contre cette maladie court alors.",
        "Another campaign against this disease runs then.",
    ),
    "part_of_a_pool": (
        "Ces groupes sont trop petits pour être visés séparément.",
        "These groups are too small to be aimed at apart.",
    ),
    "visits": ("Demander les visites", "Ask for the visits"),
    "visits_note": (
        "Une demande par personne à vacciner dans cette zone, sauf celles qui en attendent une.",
        "One request for each person due in this zone, except those who wait for one.",
    ),
    "visits_do": ("Écrire les demandes", "Write the requests"),
    "done_session": (
        "La séance est ouverte ; la régulation la voit dans ses demandes.",
        "The session is open; dispatchers see it among their requests.",
    ),
    "done_visits": ("Les demandes sont écrites.", "The requests are written."),
    "too_few": (
        "Ce nombre est masqué : autant de demandes le révéleraient. Ouvrez une séance, ou adressez-vous à la supervision clinique.",
        "This number is hidden, and so many requests would tell it. Open a session, or turn to the clinical supervisor.",
    ),
    "bad_hours": ("Les heures ou le lieu ne vont pas.", "The hours or the place do not fit."),
    "none": ("Personne.", "Nobody."),
}
REPORT: Final[Words] = {
    "title": ("Rapport du mois", "Report of the month"),
    "back": ("Retour à la couverture", "Back to coverage"),
    "month": ("Mois", "Month"),
    "show": ("Afficher", "Show"),
    "download": ("Télécharger", "Download"),
    "pack": ("tout (ZIP : PDF, XLSX, CSV, FHIR)", "everything (ZIP: PDF, XLSX, CSV, FHIR)"),
    "objectives": ("Objectifs du contrat", "Objectives of the contract"),
    "objective": ("Objectif", "Objective"),
    "campaign": ("Campagne", "Campaign"),
    "indicator": ("Indicateur", "Indicator"),
    "baseline": ("Départ (%)", "Baseline (%)"),
    "value": ("Valeur (%)", "Value (%)"),
    "target": ("Cible (%)", "Target (%)"),
    "weight": ("Poids", "Weight"),
    "status": ("État", "Status"),
    "none": ("Aucun objectif n'est écrit.", "No objective is written down."),
    "add": ("Ajouter un objectif", "Add an objective"),
    "hidden": ("masqué ou non mesuré", "hidden or not measured"),
    "work": ("Travail du mois, par mode", "Work of the month, by channel"),
    "done": ("C'est enregistré.", "It is recorded."),
}
CHANNELS: Final[Words] = {
    "home": ("domicile", "home"),
    "group_site": ("site collectif", "group site"),
    "pop_up": ("éphémère", "pop-up"),
    "centre": ("centre", "centre"),
}
