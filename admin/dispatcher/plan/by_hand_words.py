"""This file holds the words of changing a plan by hand, French and English: changes, effects, and rules that break."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "by_hand": ("Changer ce plan", "Change this plan"),
    "by_hand_hint": (
        "Glissez un arrêt vers une autre équipe ou place, ou choisissez-le ici : chaque changement est vérifié et chiffré.",
        "Drag a stop to another team or place, or choose it here: each change is checked and priced.",
    ),
    "which": ("Arrêt ou visite", "Stop or visit"),
    "where_to": ("Vers", "To"),
    "at_the_end": ("à la fin de", "at the end of"),
    "before": ("avant", "before"),
    "move": ("Déplacer", "Move"),
    "leave_out": ("Retirer", "Take out"),
    "lock": ("Verrouiller", "Lock"),
    "unlock": ("Déverrouiller", "Unlock"),
    "split": ("Partager", "Split"),
    "parts": ("en parts", "into parts"),
    "part_of": ("partie {} sur {}", "part {} of {}"),
    "swap": ("Échanger", "Swap"),
    "swap_hint": ("Échanger les tournées de deux équipes", "Swap the rounds of two teams"),
    "with_team": ("avec", "with"),
    "undo": ("Annuler le dernier changement", "Undo the last change"),
    "locked": ("verrouillé", "locked"),
    "choose": ("Choisir", "Choose"),
    "not_kept": ("Ce changement n'est pas gardé : il casserait", "This change is not kept: it would break"),
    "stale": (
        "Ce changement n'est pas gardé : le plan a changé depuis que vous l'avez lu. Voici ce qui a été fait :",
        "This change is not kept: the plan has changed since you read it. This is what was done:",
    ),
    "history": ("Changements", "Changes"),
    "version": ("version", "version"),
    "newer": ("Quelqu'un a changé ce plan.", "Somebody has changed this plan."),
    "show_newer": ("Voir la nouvelle version", "Show the new version"),
    "copy": ("Modifier (dans un nouveau brouillon)", "Change it (in a new draft)"),
    "effect_visits_planned": ("visites", "visits"),
    "effect_people_planned": ("personnes", "people"),
    "effect_travel_minutes": ("min de trajet", "min of travel"),
    "effect_doses_wasted_expected": ("doses perdues", "doses wasted"),
    "timeline_hand": (
        "Glissez un arrêt vers une autre équipe ou place. Au clavier : flèches, Entrée pour prendre et poser, Échap pour renoncer.",
        "Drag a stop to another team or place. By keyboard: arrows, Enter to take and to put down, Escape to let it be.",
    ),
    "said_taken": ("pris", "taken"),
    "said_team": ("équipe", "team"),
    "said_before": ("avant", "before"),
    "said_at_the_end": ("à la fin", "at the end"),
    "said_left": ("reste à sa place", "stays where it is"),
    "said_checking": ("vérification…", "being checked…"),
    "no_effect": ("sans effet sur les chiffres", "no effect on the figures"),
}
MOVES_SAID: Final = tuple(word for word in WORDS if word.startswith("said_"))
CHANGES_MADE: Final[Pairs] = {
    "move": ("déplacé", "moved"),
    "leave_out": ("retiré", "taken out"),
    "lock": ("verrouillé", "locked"),
    "unlock": ("déverrouillé", "unlocked"),
    "split": ("partagé", "split"),
    "swap": ("tournées échangées", "rounds swapped"),
    "undo": ("dernier changement annulé", "last change undone"),
}
IMPOSSIBLE: Final[Pairs] = {
    "not_there": ("cette visite n'est plus dans le plan", "this visit is not in the plan any more"),
    "no_such_team": ("cette équipe n'est pas dans le plan", "this team is not in the plan"),
    "same_team": ("choisissez deux équipes différentes", "choose two different teams"),
    "two_teams": (
        "une visite de deux équipes ensemble ne se partage pas",
        "a visit of two teams together cannot be split",
    ),
    "nothing_chosen": ("aucun arrêt n'est choisi", "no stop is chosen"),
    "nothing_to_undo": ("il n'y a rien à annuler", "there is nothing to undo"),
    "no_draft": ("ce plan n'est pas un brouillon", "this plan is no draft"),
    "too_few_people": ("il y a moins de personnes que de parts", "there are fewer people than parts"),
}
RULES: Final[Pairs] = {
    "unknown": ("inconnu du plan", "unknown to the plan"),
    "once": ("prévue deux fois ou pas du tout", "planned twice or not at all"),
    "window": ("hors de son créneau", "outside its window"),
    "service": ("pas assez de temps sur place", "not enough time there"),
    "travel": ("pas assez de temps de trajet", "not enough time to get there"),
    "unreachable": ("aucun chemin connu", "no way is known"),
    "shift": ("l'équipe finirait après son service", "the team would end after its shift"),
    "lunch": ("la pause ne tient plus", "lunch does not fit any more"),
    "skill": ("l'équipe n'a pas la compétence", "the team lacks the skill"),
    "language": ("l'équipe ne parle pas la langue", "the team does not speak the language"),
    "member": ("ce n'est pas le soignant demandé", "not the carer asked for"),
    "capacity": ("pas assez de doses ou de tests emportés", "not enough doses or tests carried"),
    "vials": ("trop de flacons ouverts", "too many vials opened"),
    "pair": ("les deux équipes n'y sont pas ensemble", "the two teams are not there together"),
    "pin": ("verrouillée sur une autre équipe", "locked to another team"),
    "frozen": ("déjà faite ou en route", "already done or under way"),
}
