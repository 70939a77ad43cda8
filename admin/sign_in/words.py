"""This file holds the words of the pages of signing in, French and English side by side."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "sign_in": ("Se connecter", "Sign in"),
    "ended_reading": (
        "Votre session a pris fin. Après la connexion, vous revenez à la page demandée.",
        "Your session has ended. Once signed in, you come back to the page you asked for.",
    ),
    "ended_sending": (
        "Votre session a pris fin : ce qui vient d'être envoyé n'est pas enregistré.",
        "Your session has ended: what was just sent is not saved.",
    ),
    "use_passkey": ("Utiliser une clé d'accès", "Use a passkey"),
    "passkey_failed": ("La clé d'accès n'a pas répondu.", "The passkey did not answer."),
    "my_passkeys": ("Mes clés d'accès", "My passkeys"),
    "by_identity": ("Se connecter avec Pro Santé Connect", "Sign in with Pro Santé Connect"),
    "identity_again": ("Confirmer avec Pro Santé Connect", "Confirm with Pro Santé Connect"),
    "signed_in_now": ("Vous êtes connecté", "You are signed in"),
    "not_proved": ("Connexion impossible", "Cannot sign in"),
    "word_to_give": ("À donner à votre administrateur", "To give to your administrator"),
    "login": ("Identifiant", "Login"),
    "passphrase": ("Phrase secrète", "Passphrase"),
    "new_passphrase": ("Nouvelle phrase secrète", "New passphrase"),
    "former_passphrase": ("Phrase secrète actuelle", "Present passphrase"),
    "passphrase_advice": (
        "Au moins 15 caractères. Quelques mots sans lien entre eux suffisent ; aucun chiffre ni signe n'est exigé.",
        "At least 15 characters. A few unrelated words will do; no digit or sign is asked for.",
    ),
    "go_on": ("Continuer", "Continue"),
    "have_set_up_code": ("J'ai reçu un code de première connexion", "I was given a set-up code"),
    "set_up": ("Choisir ma phrase secrète", "Choose my passphrase"),
    "set_up_code": ("Code reçu", "Code received"),
    "give_code": ("Saisir le code", "Enter the code"),
    "code": ("Code à six chiffres, ou code de secours", "Six-digit code, or recovery code"),
    "six_digits": ("Code à six chiffres", "Six-digit code"),
    "reauthenticate": ("Confirmer qui vous êtes", "Confirm who you are"),
    "enrol": ("Ajouter l'application d'authentification", "Add the authenticator app"),
    "enrol_how": (
        "Photographiez ce code avec votre application, ou recopiez-y la clé, puis saisissez le code qu'elle affiche.",
        "Scan this code with your app, or copy the key into it, then enter the code that it shows.",
    ),
    "key": ("Clé", "Key"),
    "recovery": ("Vos codes de secours", "Your recovery codes"),
    "recovery_how": (
        "Recopiez-les sur papier, à l'abri : ils ne seront plus montrés. Chacun sert une fois, sans votre téléphone.",
        "Copy them on paper and keep them safe: they will not be shown again. Each works once, without your phone.",
    ),
    "recovery_kept": ("Je les ai recopiés", "I have copied them"),
    "choose_territory": ("Choisir un territoire", "Choose a territory"),
    "no_territory": (
        "Aucun territoire ne vous a donné de rôle. Adressez-vous à son administrateur.",
        "No territory has given you a role. Ask its administrator.",
    ),
    "this_one": ("celle-ci", "this one"),
    "opened": ("Ouverte le", "Opened on"),
    "seen": ("Vue le", "Seen on"),
    "device": ("Appareil", "Device"),
    "end": ("Fermer", "End"),
    "change_passphrase": ("Changer ma phrase secrète", "Change my passphrase"),
    "passphrase_changed": (
        "Votre phrase secrète est changée ; vos autres connexions sont fermées.",
        "Your passphrase is changed; your other sessions have ended.",
    ),
    "replace_second_factor": ("Changer d'application d'authentification", "Replace the authenticator app"),
}

WEAKNESSES: Final[dict[str, tuple[str, str]]] = {
    "too_short": ("Elle est trop courte : 15 caractères au moins.", "It is too short: at least 15 characters."),
    "too_long": ("Elle est trop longue : 128 caractères au plus.", "It is too long: at most 128 characters."),
    "not_text": ("Elle contient un caractère invisible.", "It contains an invisible character."),
    "repeated": ("Elle répète toujours la même chose.", "It repeats the same thing."),
    "common": (
        "Elle est de celles que l'on devine en premier : mots courants, clavier, votre nom ou votre territoire.",
        "It is one of those that are guessed first: common words, the keyboard, your name or your territory.",
    ),
}
