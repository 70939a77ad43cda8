"""List every problem the server answers: code, status, sentence and remedy in French and English.

Engines and use-cases return outcomes; an api or a page turns one into `Problem(code)`; anything else is a bug, logged
with its request id and answered as `internal`. docs/reference/problems.md is checked against this table.
"""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Entry:
    """One problem of the catalogue. `status` is the HTTP status."""

    status: int
    fr: str
    en: str
    remedy_fr: str
    remedy_en: str


CATALOGUE: Final[dict[str, Entry]] = {
    # --- who asks
    "not_signed_in": Entry(
        401,
        "Vous n'êtes pas connecté.",
        "You are not signed in.",
        "Connectez-vous, puis recommencez.",
        "Sign in, then try again.",
    ),
    "second_factor_needed": Entry(
        403,
        "Le code à six chiffres manque.",
        "The six-digit code is missing.",
        "Saisissez le code de votre application d'authentification.",
        "Enter the code of your authenticator app.",
    ),
    "reauthentication_needed": Entry(
        403,
        "Cet acte demande de confirmer qui vous êtes.",
        "This act needs you to confirm who you are.",
        "Saisissez à nouveau un code à six chiffres.",
        "Enter a six-digit code again.",
    ),
    "sign_in_refused": Entry(
        401,
        "L'identifiant, la phrase secrète ou le code ne convient pas.",
        "The login, the passphrase or the code does not fit.",
        "Vérifiez la saisie ; un code ne sert qu'une fois.",
        "Check what you typed; a code works only once.",
    ),
    "identity_refused": Entry(
        401,
        "La réponse du fournisseur d'identité ne prouve pas qui vous êtes.",
        "What the identity provider answered does not prove who you are.",
        "Recommencez depuis la page de connexion ; si cela persiste, donnez le mot affiché à votre administrateur.",
        "Begin again on the sign-in page; if it goes on, give the word shown to your administrator.",
    ),
    "identity_unlinked": Entry(
        403,
        "Votre identité est prouvée, mais n'est rattachée à aucun compte.",
        "Your identity is proved, but is linked to no account.",
        "Donnez l'identifiant affiché à l'administrateur de votre territoire, qui la rattachera.",
        "Give the identifier shown to your territory's administrator, who will link it.",
    ),
    "identity_provider_away": Entry(
        503,
        "Le fournisseur d'identité ne répond pas.",
        "The identity provider does not answer.",
        "Connectez-vous par phrase secrète et code, ou recommencez plus tard.",
        "Sign in by passphrase and code, or try again later.",
    ),
    "too_many_attempts": Entry(
        429,
        "Trop d'essais.",
        "Too many attempts.",
        "Attendez quelques minutes avant de recommencer.",
        "Wait a few minutes before you try again.",
    ),
    "reading_throttled": Entry(
        429,
        "Trop de dossiers lus en peu de temps.",
        "Too many records read in a short time.",
        "Attendez une minute ; l'auditeur du territoire est averti.",
        "Wait a minute; the territory's auditor has been told.",
    ),
    "csrf": Entry(
        403,
        "La demande ne vient pas d'une de nos pages.",
        "The request does not come from one of our pages.",
        "Rechargez la page, puis recommencez.",
        "Reload the page, then try again.",
    ),
    "forbidden": Entry(
        403,
        "Votre rôle ne permet pas cet acte.",
        "Your role does not allow this act.",
        "Demandez ce droit à l'administrateur de votre territoire.",
        "Ask your territory's administrator for this right.",
    ),
    "tablet_unknown": Entry(
        401,
        "Cette tablette n'est pas reconnue.",
        "This tablet is not recognised.",
        "Faites-la enrôler à nouveau ; rien de ce qu'elle contient n'est perdu.",
        "Have it enrolled again; nothing on it is lost.",
    ),
    "tablet_clock": Entry(
        401,
        "L'heure annoncée par la tablette est loin de celle du serveur.",
        "The time that the tablet gives is far from the server's.",
        "L'application reprend d'elle-même avec l'heure du serveur.",
        "The app goes on by itself with the server's time.",
    ),
    "tablet_deposit_only": Entry(
        403,
        "Cette tablette peut remettre ses saisies, mais ne reçoit plus rien.",
        "This tablet may hand in what it holds, but receives nothing any more.",
        "Rapportez-la à votre responsable ; rien de ce qu'elle contient n'est perdu.",
        "Bring it to your supervisor; nothing on it is lost.",
    ),
    "pin_refused": Entry(
        401,
        "Ce code PIN ne convient pas.",
        "This PIN does not fit.",
        "Essayez encore ; après cinq erreurs, il faut la phrase secrète et le code à six chiffres.",
        "Try again; after five wrong ones, the passphrase and the six-digit code are needed.",
    ),
    "pin_locked": Entry(
        403,
        "Ce code PIN ne sert plus.",
        "This PIN is of no use any more.",
        "Connectez-vous sur la tablette avec la phrase secrète et le code à six chiffres, et choisissez un nouveau PIN.",
        "Sign in on the tablet with the passphrase and the six-digit code, and choose a new PIN.",
    ),
    "enrolment_refused": Entry(
        401,
        "Ce code d'enrôlement n'est pas ou plus valable.",
        "This enrolment code is not valid, or no longer.",
        "Demandez un nouveau code.",
        "Ask for a new code.",
    ),
    # --- what is asked
    "not_found": Entry(
        404,
        "Rien ne se trouve à cette adresse.",
        "There is nothing at this address.",
        "Vérifiez l'adresse.",
        "Check the address.",
    ),
    "method_not_allowed": Entry(
        405,
        "Cette adresse ne répond pas à cette méthode.",
        "This address does not answer this method.",
        "Voyez la description de l'interface.",
        "See the description of the interface.",
    ),
    "bad_request": Entry(
        400,
        "La demande n'a pas la forme attendue.",
        "The request does not have the expected form.",
        "Corrigez les champs nommés.",
        "Correct the fields named.",
    ),
    "team_letter": Entry(
        400,
        "Cette lettre ne convient pas à l'équipe.",
        "This letter does not fit the team.",
        "Donnez une ou deux lettres de A à Z, qu'aucune autre équipe en service ne porte.",
        "Give one or two letters from A to Z that no other working team has.",
    ),
    "too_large": Entry(
        413,
        "La demande est trop grande.",
        "The request is too large.",
        "Envoyez-la en plusieurs parties.",
        "Send it in several parts.",
    ),
    "wrong_media_type": Entry(
        415,
        "Ce type de contenu n'est pas lu ici.",
        "This content type is not read here.",
        "Envoyez le type indiqué dans la description de l'interface.",
        "Send the type named in the description of the interface.",
    ),
    "protocol_unknown": Entry(
        400,
        "Cette version du protocole n'est pas connue.",
        "This protocol version is not known.",
        "Mettez l'application à jour ; vos saisies sont gardées.",
        "Update the app; your entries are kept.",
    ),
    "cursor_unreadable": Entry(
        400,
        "Le curseur n'est pas lisible.",
        "The cursor is not readable.",
        "Reprenez depuis le début ; rien n'est perdu.",
        "Start again from the beginning; nothing is lost.",
    ),
    # --- the day
    "no_team_works": Entry(
        409,
        "Aucune équipe ne travaille ce jour-là.",
        "No team works on that day.",
        "Ouvrez au moins une tournée d'équipe pour ce jour.",
        "Open at least one shift for that day.",
    ),
    "teams_are_done": Entry(
        409,
        "Le service de toutes les équipes de ce jour est terminé.",
        "The shifts of all teams of that day are over.",
        "Planifiez un autre jour, ou prolongez le service d'une équipe.",
        "Plan another day, or make the shift of a team longer.",
    ),
    "plan_running": Entry(
        409,
        "Un plan se calcule déjà pour ce jour.",
        "A plan is already being made for that day.",
        "Attendez sa fin ou annulez-le.",
        "Wait for its end or cancel it.",
    ),
    "plan_rejected": Entry(
        409,
        "L'arbitre a refusé ce plan : il ne sera pas enregistré.",
        "The referee rejected this plan: it will not be saved.",
        "Le dernier bon plan reste en vigueur ; signalez l'incident.",
        "The last good plan stays in force; report the incident.",
    ),
    "plan_only_supposed": Entry(
        409,
        "Ce plan répond à « et si » : il suppose des heures ou une équipe qui n'existent pas.",
        "This plan answers a what-if: it supposes hours or a team that do not exist.",
        "Changez les services des équipes, puis calculez un vrai plan.",
        "Change the shifts of the teams, then make a real plan.",
    ),
    "plan_changed": Entry(
        409,
        "Ce plan a changé depuis que vous l'avez ouvert.",
        "This plan has changed since you opened it.",
        "Relisez la version actuelle, puis refaites votre changement.",
        "Read the present version, then make your change again.",
    ),
    "visits_on_other_days": Entry(
        409,
        "Des visites de ce plan sont entre-temps dans le plan en vigueur d'un autre jour.",
        "Visits of this plan stand in the plan in force of another day by now.",
        "Calculez à nouveau le plan de ce jour : elles n'y seront plus.",
        "Make the plan of this day again: they will not be in it any more.",
    ),
    "weights_out_of_bounds": Entry(
        409,
        "Les priorités de ce territoire dépassent les bornes d'aujourd'hui.",
        "The priorities of this territory are outside of today's bounds.",
        "Enregistrez-les à nouveau sur la page Priorités.",
        "Save them anew on the page Priorities.",
    ),
    "record_changed": Entry(
        409,
        "Cette fiche a changé depuis que vous l'avez ouverte.",
        "This record has changed since you opened it.",
        "Quelqu'un s'en est occupé entre-temps : rouvrez la page et regardez ce qui est noté, puis décidez.",
        "Somebody has dealt with it meanwhile: open the page again and look at what is noted, then decide.",
    ),
    "stop_told": Entry(
        409,
        "Cet arrêt est déjà renseigné.",
        "This stop was told already.",
        "Regardez ce qui est noté ; ce qui est faux se corrige au dossier de la personne.",
        "Look at what is noted; what is wrong is corrected in the person's record.",
    ),
    "attachment_refused": Entry(
        409,
        "Ce fichier ne peut pas être joint.",
        "This file cannot be attached.",
        "Joignez une image JPEG ou PNG, ou un PDF, de 10 Mo et 64 millions de points au plus, sans données de prise de vue.",
        "Attach a JPEG or PNG picture, or a PDF, of at most 10 MB and 64 million pixels, without the camera's data.",
    ),
    "op_decided": Entry(
        409,
        "Quelqu'un vient de décider du sort de cette saisie.",
        "Somebody has just decided about this entry.",
        "Relisez la liste de la quarantaine.",
        "Read the list of the quarantine again.",
    ),
    "replay_refused": Entry(
        409,
        "Cette saisie ne peut pas être rejouée telle quelle.",
        "This entry cannot be replayed as it is.",
        "Ressaisissez-la au bureau, puis écartez l'original avec un motif.",
        "Enter it at the desk, then dismiss the original with a reason.",
    ),
    "not_yours_to_change": Entry(
        409,
        "Ce changement ne vous appartient pas.",
        "This change is not yours to make.",
        "Pour vos droits, voyez un autre administrateur ; pour un compte présent ailleurs ou le dernier, l'exploitant.",
        "For your own rights ask another administrator; for an account known elsewhere or the last one, the operator.",
    ),
    "identity_taken": Entry(
        409,
        "Cette identité est déjà rattachée à un autre compte.",
        "This identity is linked to another account already.",
        "Vérifiez l'identifiant lu sur l'écran de la personne.",
        "Check the identifier on the person's screen.",
    ),
    # --- one record in an emergency
    "nobody_found": Entry(
        404,
        "Personne ne correspond exactement à cette recherche.",
        "Nobody fits this search exactly.",
        "Donnez nom et prénom tels qu'ils sont inscrits avec la date de naissance, ou l'alias exact.",
        "Give both names as they are written down with the day of birth, or the exact alias.",
    ),
    "review_not_yours": Entry(
        409,
        "Cet accès ne peut pas être examiné par vous, ou l'a déjà été.",
        "This access cannot be reviewed by you, or has been already.",
        "Un autre superviseur clinique doit l'examiner.",
        "Another clinical supervisor has to review it.",
    ),
    # --- what is kept how long
    "purge_running": Entry(
        409,
        "Une purge selon cette règle est déjà en cours.",
        "A purge by this rule is already running.",
        "Attendez qu'elle soit terminée.",
        "Wait until it has ended.",
    ),
    "secret_key_missing": Entry(
        503,
        "La clé secrète de l'installation manque à celui qui exécute les tâches.",
        "The worker has no secret key of the installation.",
        "Donnez MARAUDE_SECRET_KEY au processus `worker`.",
        "Give MARAUDE_SECRET_KEY to the `worker` process.",
    ),
    # --- the house itself
    "database_away": Entry(
        503,
        "La base de données ne répond pas.",
        "The database does not answer.",
        "Rien n'est perdu : recommencez dans quelques secondes.",
        "Nothing is lost: try again in a few seconds.",
    ),
    "database_busy": Entry(
        503,
        "Le serveur est très occupé.",
        "The server is very busy.",
        "Rien n'est perdu : recommencez dans quelques secondes.",
        "Nothing is lost: try again in a few seconds.",
    ),
    "database_full": Entry(
        503,
        "Le disque de la base de données est plein.",
        "The database's disk is full.",
        "Prévenez l'exploitant ; rien de ce qui est confirmé n'est perdu.",
        "Tell the operator; nothing that was confirmed is lost.",
    ),
    "database_refused": Entry(
        503,
        "La base de données refuse le rôle, son mot de passe ou le nom de la base.",
        "The database refuses the role, its password or the name of the database.",
        "Prévenez l'exploitant : DATABASE_URL et DATABASE_OWNER_URL sont à vérifier.",
        "Tell the operator: DATABASE_URL and DATABASE_OWNER_URL are to be checked.",
    ),
    "internal": Entry(
        500,
        "Une erreur imprévue est survenue.",
        "An unforeseen error happened.",
        "Donnez le numéro de la demande à l'exploitant.",
        "Give the request's number to the operator.",
    ),
}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A problem of the catalogue, raised at the edge; `details` hold codes, numbers and ids, never names."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.entry = CATALOGUE[code]
        self.details = details
        super().__init__(code)

    def body(self, locale: str, request_id: str) -> dict[str, Any]:
        """Return the problem+json body (RFC 9457) in the user's language."""
        french = locale == "fr"
        return {
            "type": f"/problems/{self.code}",
            "title": self.entry.fr if french else self.entry.en,
            "status": self.entry.status,
            "detail": self.entry.remedy_fr if french else self.entry.remedy_en,
            "code": self.code,
            "request_id": request_id,
            **({"details": self.details} if self.details else {}),
        }
