"""This file holds the words of what follows visits, French and English side by side."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

TEST_TYPES: Final[Pairs] = {
    "antigen": ("test antigénique", "antigen test"),
    "pcr": ("PCR", "PCR"),
    "other": ("autre test", "other test"),
}
TEST_RESULTS: Final[Pairs] = {
    "pending": ("en attente", "pending"),
    "detected": ("détecté", "detected"),
    "not_detected": ("non détecté", "not detected"),
    "inconclusive": ("non concluant", "inconclusive"),
    "unsatisfactory": ("prélèvement inexploitable", "sample unfit"),
    "not_done": ("non réalisé", "not done"),
}
SETTINGS: Final[Pairs] = {
    "household": ("même foyer", "same household"),
    "site": ("même lieu", "same place"),
    "event": ("même événement", "same event"),
    "other": ("autre", "other"),
}
CALLED: Final[Pairs] = {
    "listed": ("à appeler pour la première fois", "to be called for the first time"),
    "under_follow_up": ("va bien, à rappeler demain", "well, to be called tomorrow"),
    "lost": ("perdu de vue", "lost from sight"),
    "completed": ("suivi terminé", "follow-up completed"),
    "converted": ("est devenu un cas", "became a case"),
}
WORDS: Final[Words] = {
    "title": ("Suivi", "Follow-up"),
    "done": ("C'est noté.", "Noted."),
    "shut_doors": ("Portes restées closes", "Doors that stayed shut"),
    "shut_hint": (
        "Trois passages sans résultat : la visite n'est plus planifiée tant que vous n'avez pas décidé.",
        "Three attempts in vain: the visit is on no plan until you decide.",
    ),
    "pending": ("Résultats attendus", "Results awaited"),
    "to_tell": ("Résultats à annoncer", "Results to tell"),
    "tell_hint": (
        "Résultats des trente derniers jours que personne n'a encore annoncés, les positifs d'abord.",
        "Results of the last thirty days that nobody has told yet, positive ones first.",
    ),
    "to_call": ("Contacts à appeler aujourd'hui", "Contacts to call today"),
    "call_hint": (
        "La personne malade n'est pas nommée : ne la nommez pas non plus au téléphone.",
        "The person who is ill is not named: do not name them on the phone either.",
    ),
    "nothing": ("Rien n'attend.", "Nothing waits."),
    "who": ("Qui", "Who"),
    "where": ("Où", "Where"),
    "phone": ("Téléphone", "Phone"),
    "acts": ("Actes", "Acts"),
    "attempts": ("Passages", "Attempts"),
    "last": ("dernier le", "last on"),
    "decide": ("Décision", "Decision"),
    "from_on": ("Repasser à partir du", "Come again from"),
    "hours": ("Autre horaire", "Other hours"),
    "same_hours": ("inchangé", "unchanged"),
    "again": ("Repasser", "Come again"),
    "no_more": ("Ne plus passer", "Come no more"),
    "test": ("Test", "Test"),
    "collected": ("Prélevé", "Collected"),
    "result": ("Résultat", "Result"),
    "save": ("Noter", "Note"),
    "told": ("Annoncé ?", "Told?"),
    "note_told": ("Noter annoncé", "Note as told"),
    "setting": ("Contact", "Contact"),
    "last_on": ("Dernier contact", "Last contact"),
    "language": ("Langue", "Language"),
    "called": ("Après l'appel", "After the call"),
    "choose": ("choisir…", "choose…"),
}
