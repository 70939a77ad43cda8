"""This file holds the words of the page of people and rights, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

ROLES: Final[Pairs] = {
    "field_team": ("équipe de terrain", "field team"),
    "dispatcher": ("régulation", "dispatcher"),
    "clinical_supervisor": ("supervision clinique", "clinical supervisor"),
    "centre_manager": ("direction du centre", "centre manager"),
    "territory_administrator": ("administration du territoire", "territory administrator"),
    "auditor": ("audit", "auditor"),
    "partner": ("partenaire", "partner"),
}
WORDS: Final[Words] = {
    "title": ("Comptes et droits", "People and rights"),
    "add": ("Ajouter quelqu'un", "Add somebody"),
    "login": ("Identifiant (minuscules, chiffres, . _ -)", "Login (lower case, digits, . _ -)"),
    "full_name": ("Prénom et nom", "Given and family name"),
    "roles": ("Rôles", "Roles"),
    "name": ("Nom", "Name"),
    "proofs": ("Moyens de connexion", "Means of signing in"),
    "seen": ("Vu le", "Seen"),
    "never": ("jamais", "never"),
    "no_passphrase": ("phrase secrète à choisir", "passphrase to be chosen"),
    "code": ("code à six chiffres", "six-digit code"),
    "no_code": ("second facteur à enrôler", "second factor to be enrolled"),
    "passkeys": ("clé(s) d'accès", "passkey(s)"),
    "identity": ("identité rattachée", "identity linked"),
    "sessions": ("connexion(s) ouverte(s)", "open session(s)"),
    "disabled": ("désactivé", "disabled"),
    "manage": ("Gérer", "Manage"),
    "back": ("Tous les comptes", "All people"),
    "save_roles": ("Enregistrer les rôles", "Save the roles"),
    "no_role_hint": ("Sans rôle, le compte quitte le territoire.", "Without a role, the account leaves the territory."),
    "end_sessions": ("Fermer ses connexions", "End their sessions"),
    "disable": ("Désactiver le compte", "Disable the account"),
    "enable": ("Réactiver le compte", "Enable the account"),
    "reset_passphrase": ("Nouvelle phrase secrète (code à remettre)", "New passphrase (code to hand over)"),
    "reset_second_factor": (
        "Second facteur perdu : tout recommencer (code à remettre)",
        "Second factor lost: start over (code to hand over)",
    ),
    "link": ("Rattacher une identité Pro Santé Connect", "Link a Pro Santé Connect identity"),
    "subject": (
        "Identifiant lu sur l'écran de la personne ; vide : détacher",
        "Identifier on the person's screen; empty: unlink",
    ),
    "link_now": ("Rattacher", "Link"),
    "code_title": ("Code à remettre en main propre", "Code to hand over in person"),
    "code_hint": (
        "Il sert une fois, dans les 24 heures, à l'adresse ci-dessous. Il n'est montré qu'ici.",
        "It works once, within 24 hours, at the address below. It is shown here only.",
    ),
    "added_known": (
        "Cette personne avait déjà un compte : les rôles lui ont été ajoutés.",
        "This person had an account already: the roles were added.",
    ),
    "done": ("C'est fait.", "Done."),
}
