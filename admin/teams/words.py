"""This file holds the words of the page of teams, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

MODES: Final[Pairs] = {
    "foot": ("à pied", "on foot"),
    "bicycle": ("à vélo", "by bicycle"),
    "car": ("en voiture", "by car"),
}
WEEKDAYS: Final[Pairs] = {
    "0": ("lundi", "Monday"),
    "1": ("mardi", "Tuesday"),
    "2": ("mercredi", "Wednesday"),
    "3": ("jeudi", "Thursday"),
    "4": ("vendredi", "Friday"),
    "5": ("samedi", "Saturday"),
    "6": ("dimanche", "Sunday"),
}
WORDS: Final[Words] = {
    "title": ("Équipes", "Teams"),
    "team": ("Équipe", "Team"),
    "next": ("Prochaine sortie", "Goes out next"),
    "never": ("aucun jour prévu", "no day set"),
    "shifts": ("jour(s) prévus", "day(s) set"),
    "tablets": ("Tablettes", "Tablets"),
    "manage": ("Gérer", "Manage"),
    "back": ("Toutes les équipes", "All teams"),
    "add": ("Ajouter une équipe", "Add a team"),
    "save": ("Enregistrer l'équipe", "Save the team"),
    "name": ("Nom", "Name"),
    "letter": ("Lettre", "Letter"),
    "mode": ("Déplacement", "Travels"),
    "skills": ("Compétences, séparées par des virgules", "Skills, separated by commas"),
    "languages": ("Langues (codes, séparés par des virgules)", "Languages (codes, separated by commas)"),
    "start_place_id": ("Départ", "Starts at"),
    "end_place_id": ("Retour", "Ends at"),
    "no_place": ("non précisé", "not said"),
    "doses_capacity": ("Doses emportées au plus", "Doses carried at most"),
    "tests_capacity": ("Tests emportés au plus", "Tests carried at most"),
    "suspended": ("suspendue", "suspended"),
    "suspend": ("Suspendre l'équipe", "Suspend the team"),
    "resume": ("Remettre l'équipe en service", "Put the team back to work"),
    "people": ("Membres", "Members"),
    "who_goes": ("Qui part avec cette équipe", "Who goes out with this team"),
    "now_with": ("aujourd'hui dans", "now in"),
    "people_hint": (
        "Chacun part avec une seule équipe et ne voit que ses tournées ; son agenda de garde suit.",
        "Everybody goes out with one team and sees its rounds alone; their calendar of shifts follows.",
    ),
    "save_people": ("Enregistrer les membres", "Save the members"),
    "nobody_goes": (
        "Personne n'a encore le rôle « équipe de terrain » : Comptes et droits.",
        "Nobody has the role “field team” yet: People and rights.",
    ),
    "days": ("Jours de sortie", "Days on which it goes out"),
    "from": ("Du", "From"),
    "until": ("au", "until"),
    "on": ("Jours", "Days"),
    "starts": ("Début", "Begins"),
    "ends": ("Fin", "Ends"),
    "lunch_from": ("Pause entre", "Break between"),
    "lunch_until": ("et", "and"),
    "lunch_minutes": ("Durée de la pause (min)", "Length of the break (min)"),
    "doses": ("doses", "doses"),
    "tests": ("Tests emportés", "Tests carried"),
    "set_days": ("Prévoir ces jours", "Set these days"),
    "set_hint": (
        "Un jour déjà prévu prend les nouveaux horaires. Les plans déjà faits ne changent pas : replanifiez.",
        "A day that was set takes the new hours. Plans that were made do not change: plan again.",
    ),
    "cancel_days": ("Ne pas sortir ces jours", "Do not go out on these days"),
    "done": ("C'est enregistré.", "Saved."),
}
