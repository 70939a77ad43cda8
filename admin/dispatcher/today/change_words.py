"""This file holds the words of changing a day that runs, French and English: urgent visits, a team out, messages."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Changer la journée en cours", "Change the running day"),
    "urgent": ("Insérer une visite", "Insert a visit"),
    "urgent_hint": (
        "Visites acceptées qui ne sont pas dans les tournées de ce jour, les plus urgentes d'abord.",
        "Accepted visits that are not on the rounds of this day, the most urgent first.",
    ),
    "visit": ("Visite", "Visit"),
    "find_place": ("Chercher une place", "Find a place"),
    "none_waits": ("Aucune visite n'attend.", "No visit waits."),
    "offers": ("Les meilleures places", "The best places"),
    "no_offer": ("Aucune équipe ne peut la prendre aujourd'hui.", "No team can take it today."),
    "team": ("Équipe", "Team"),
    "arrives": ("Début sur place", "Starts there"),
    "costs": ("Détour", "Detour"),
    "moves": ("Ce qui bouge", "What moves"),
    "nothing_moves": ("rien d'autre ne bouge", "nothing else moves"),
    "minutes": ("min", "min"),
    "later": ("plus tard", "later"),
    "put_in": ("Insérer ici", "Insert here"),
    "team_out": ("Une équipe s'arrête", "A team drops out"),
    "redistribute": ("Voir qui reprendrait ses visites", "See who would take its visits"),
    "out_hint": (
        "Les autres équipes gardent leurs visites ; les siennes vont où il reste de la place, les plus pressantes d'abord.",
        "The other teams keep their visits; those of this team go where there is room, the most pressing first.",
    ),
    "moved": ("Reprises par", "Taken over by"),
    "dropped": ("Plus personne aujourd'hui", "Nobody today"),
    "do_it": ("Répartir ainsi", "Redistribute like this"),
    "unchanged": ("Cette équipe n'a plus rien à faire.", "This team has nothing left to do."),
    "message": ("Écrire à une équipe", "Write to a team"),
    "text": ("Message (sans donnée de santé inutile)", "Message (no needless health data)"),
    "send": ("Envoyer", "Send"),
    "back": ("Revenir aux tournées", "Back to the rounds"),
    "to_plan": ("Planifier ce jour", "Plan that day"),
    "no_plan": ("Aucun plan n'est en vigueur ce jour-là.", "No plan is in force on that day."),
}
