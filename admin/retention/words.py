"""The words of the page of retention, in French and English side by side."""

from typing import Final

from admin.shared.render import Words

WORDS: Final[Words] = {
    "title": ("Conservation des données", "Retention"),
    "hint": (
        "Rien n'est effacé sans que vous le demandiez. Faites valider les durées par votre délégué à la protection des données.",
        "Nothing is erased before you ask for it. Have your data protection officer confirm the periods.",
    ),
    "rule": ("Règle", "Rule"),
    "kept": ("Conservation", "Kept for"),
    "legal_source": ("Texte", "Text"),
    "due": ("À effacer", "Due"),
    "held": ("retenus", "held"),
    "years": ("ans", "years"),
    "months": ("mois", "months"),
    "purge": ("Effacer", "Erase"),
    "purge_hint": ("Un code récent est demandé.", "A code given lately is asked for."),
    "running": ("effacement en cours", "being erased"),
    "at_least": (
        "Seule une partie des personnes a été examinée : ce sont des minimums. `maraude retention plan` compte tout.",
        "Only some of the people were looked at: these are least figures. `maraude retention plan` counts all.",
    ),
    "care_file": ("Dossiers de soin, depuis le dernier soin", "Care files, since the last care"),
    "known_only": (
        "Personnes connues mais jamais soignées, depuis le dernier contact",
        "People known and never cared for, since the last contact",
    ),
    "access_trace": ("Journal des accès", "Journal of accesses"),
    "sign_in_trace": ("Connexions terminées", "Ended sign-ins"),
    "job_trace": ("Tâches terminées", "Ended jobs"),
    "exceptions": (
        "Un dossier de soin va au moins jusqu'au 28e anniversaire ; après un décès dans les dix ans du dernier soin, dix ans.",
        "A care file is kept at least until the 28th birthday, and ten years after a death within ten years of the last care.",
    ),
    "files": ("Dossiers à effacer", "Files that are due"),
    "file": ("Dossier", "File"),
    "kept_until": ("Conservé jusqu'au", "Kept until"),
    "certificates": ("Certificats", "Certificates"),
    "none": ("Aucun.", "None."),
    "on": ("Le", "On"),
    "erased": ("Effacé", "Erased"),
    "version": ("Version des règles", "Version of the rules"),
    "download": ("Télécharger", "Download"),
    "asked": ("L'effacement est demandé ; un exécutant s'en charge.", "The purge is asked for; a worker does it."),
    "n_files": ("dossiers", "files"),
    "n_persons": ("fiches", "person records"),
    "n_records": ("enregistrements", "records"),
    "n_ops": ("opérations vidées", "ops emptied"),
    "n_attachments": ("pièces jointes", "attachments"),
    "n_entries": ("entrées du journal", "entries of the journal"),
    "n_sessions": ("connexions", "sign-ins"),
    "n_codes": ("codes", "codes"),
    "n_attempts": ("essais", "attempts"),
    "n_jobs": ("tâches", "jobs"),
}
