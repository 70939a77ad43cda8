"""This file holds the words of the rota and of calendars, French and English side by side."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Tableau de garde", "Rota"),
    "calendar_title": ("Mon agenda", "My calendar"),
    "hint": (
        "La régulation répond de 8 h à 20 h, tous les jours. Une plage que personne ne couvre est dite ici.",
        "The desk answers from 8 to 20, every day. A stretch that nobody covers is said here.",
    ),
    "week_of": ("Semaine du", "Week of"),
    "show": ("Afficher", "Show"),
    "day": ("Jour", "Day"),
    "who": ("Qui", "Who"),
    "from": ("De", "From"),
    "to": ("À", "To"),
    "add": ("Ajouter", "Add"),
    "remove": ("Retirer", "Remove"),
    "cover": ("Couverture", "Cover"),
    "covered": ("couvert", "covered"),
    "gap": ("personne de", "nobody from"),
    "until": ("à", "to"),
    "bad_hours": ("La fin doit suivre le début.", "The end must follow the beginning."),
    "there_already": (
        "Cette personne est déjà de garde à ces heures : retirez d'abord l'autre plage.",
        "This person is on at these hours already: take the other stretch away first.",
    ),
    "gaps": ("plage(s) sans personne cette semaine", "stretch(es) without anybody this week"),
    "no_gap": ("Toute la semaine est couverte.", "The whole week is covered."),
    "my_calendar": ("Mes gardes dans mon agenda", "My shifts in my calendar"),
    "what_it_is": (
        "Une adresse secrète donne vos heures et votre équipe à votre agenda, jamais le nom d'une personne visitée.",
        "A secret address gives your hours and your team to your calendar, never the name of a person who is visited.",
    ),
    "keep_it": (
        "Qui a l'adresse lit vos gardes : ne la donnez à personne.",
        "Whoever has the address reads your shifts: give it to nobody.",
    ),
    "handover": ("Transmission du jour", "The day's hand-over"),
    "make": ("Créer une adresse", "Make an address"),
    "make_again": ("Changer d'adresse", "Change the address"),
    "revoke": ("Fermer", "Close"),
    "open_since": ("Une adresse est ouverte depuis le", "An address is open since"),
    "closed": ("Aucune adresse n'est ouverte.", "No address is open."),
    "sent_again": (
        "Rien n'est changé : cette page a été envoyée deux fois. L'adresse copiée reste bonne ; perdue, refaites-en une.",
        "Nothing is changed: this page was sent twice. The address you copied stays good; if it is lost, make another.",
    ),
    "shown_once": (
        "Copiez cette adresse maintenant : elle n'est montrée qu'une fois.",
        "Copy this address now: it is shown once.",
    ),
    "address": ("Adresse de l'agenda", "Address of the calendar"),
}
DESK_WORDS: Final = ("Régulation", "Desk")
TEAM_WORDS: Final = ("Tournée, équipe", "Round, team")
