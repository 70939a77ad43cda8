"""This file decides what is a fault of an installation, and how it is told: every check is a value in two languages.

The judgements are pure: what they judge is measured in `examine.py` and printed in `commands.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from backend.embedded.layout import Refused, RefusedCode

Code = Literal[
    "port",
    "data_directory",
    "disk",
    "socket_path",
    "servers",
    "database",
    "database_version",
    "migrations",
    "demo",
    "rights",
    "clock",
    "queue",
]

DATABASE_MAJOR_MIN: Final = 15
DISK_FREE_BYTES_MIN: Final = 1_000_000_000
CLOCK_DIFFERENCE_MAX: Final = timedelta(seconds=5)
# A clock may be set back a little by its time server; hours mean a flat battery or a wrong setting.
CLOCK_BACK_MAX: Final = timedelta(minutes=2)
REFUSED_FR: Final[Mapping[RefusedCode, str]] = {
    "data_directory_in_use": "le dossier de données sert déjà à une autre commande.",
    "data_directory_not_writable": "le dossier de données n'est pas accessible en écriture.",
    "data_directory_of_another_user": "le dossier de données appartient à un autre utilisateur.",
    "data_directory_of_another_version": "le dossier de données vient d'une autre version de PostgreSQL.",
    "passwords_missing": "le fichier des mots de passe manque.",
    "binaries_missing": "les programmes des serveurs ne sont pas installés.",
    "no_unprivileged_user": "PostgreSQL refuse root, et il n'y a pas d'utilisateur nobody.",
    "server_does_not_start": "un serveur s'arrête aussitôt.",
    "keeper_lost": "leur gardien s'est arrêté sans réponse.",
}


@dataclass(frozen=True)
class Finding:
    """One check: whether it is well, what was seen, and what mends it (empty when it is well)."""

    code: Code
    ok: bool
    sentence_fr: str
    sentence_en: str
    remedy_fr: str = ""
    remedy_en: str = ""


@dataclass(frozen=True)
class Rights:
    """What the two roles may do, as the database answers."""

    app_role: str
    app_above_row_security: bool
    tables_unreadable: tuple[str, ...]
    owner_role: str
    owner_may_create: bool


def judge_port(host: str, port: int, holder: Literal["nobody", "maraude", "another"]) -> Finding:
    """Judge who holds the web server's port."""
    if holder == "nobody":
        return Finding("port", True, f"Le port {port} est libre.", f"Port {port} is free.")
    if holder == "maraude":
        return Finding(
            "port", True, f"Maraude répond déjà sur le port {port}.", f"Maraude already answers on port {port}."
        )
    return Finding(
        "port",
        False,
        f"Le port {port} de {host} est pris par un autre programme.",
        f"Port {port} of {host} is taken by another program.",
        "Arrêtez ce programme, ou choisissez un autre port avec MARAUDE_PORT.",
        "Stop that program, or choose another port with MARAUDE_PORT.",
    )


def judge_data_directory(path: str, obstacle: str) -> Finding:
    """Judge whether files can be written below the data directory; `obstacle` is the system's word, empty if none."""
    if not obstacle:
        return Finding(
            "data_directory",
            True,
            f"Le dossier de données {path} est accessible en écriture.",
            f"The data directory {path} can be written.",
        )
    return Finding(
        "data_directory",
        False,
        f"Le dossier de données {path} n'est pas accessible en écriture ({obstacle}).",
        f"The data directory {path} cannot be written ({obstacle}).",
        "Donnez ce dossier à l'utilisateur qui lance Maraude, ou indiquez-en un autre avec MARAUDE_HOME.",
        "Give this directory to the user who runs Maraude, or name another one with MARAUDE_HOME.",
    )


def judge_disk(path: str, free_bytes: int) -> Finding:
    """Judge the room left for the database and its log.

    >>> judge_disk("/srv", 200_000_000).sentence_en
    'Only 0.2 GB are left on the disk of /srv.'
    """
    left_fr, left_en = f"{free_bytes / 1e9:.1f}".replace(".", ","), f"{free_bytes / 1e9:.1f}"
    if free_bytes >= DISK_FREE_BYTES_MIN:
        return Finding(
            "disk",
            True,
            f"Il reste {left_fr} Go sur le disque de {path}.",
            f"{left_en} GB are left on the disk of {path}.",
        )
    return Finding(
        "disk",
        False,
        f"Il ne reste que {left_fr} Go sur le disque de {path}.",
        f"Only {left_en} GB are left on the disk of {path}.",
        "Libérez de la place : un disque plein arrête la base de données.",
        "Free some room: a full disk stops the database.",
    )


def judge_socket_path(path: str, *, fits: bool) -> Finding:
    """Judge whether the embedded servers' sockets can have a short enough path."""
    if fits:
        return Finding(
            "socket_path", True, "Le chemin des sockets est assez court.", "The path of the sockets is short enough."
        )
    return Finding(
        "socket_path",
        False,
        f"Le chemin {path} est trop long pour une socket, et celui du dossier temporaire aussi.",
        f"The path {path} is too long for a socket, and so is the temporary folder's.",
        "Indiquez un dossier au chemin plus court avec MARAUDE_HOME ou TMPDIR.",
        "Name a folder with a shorter path with MARAUDE_HOME or TMPDIR.",
    )


def judge_servers(refused: Refused | None) -> Finding:
    """Judge whether the embedded servers start; `refused` is their answer when they do not."""
    if refused is None:
        return Finding("servers", True, "Les serveurs embarqués démarrent.", "The embedded servers start.")
    return Finding(
        "servers",
        False,
        f"Les serveurs embarqués ne démarrent pas : {REFUSED_FR[refused.code]} ({refused.sentence})",
        f"The embedded servers do not start: {refused.sentence}",
        "Corrigez cela, ou indiquez vos propres serveurs avec DATABASE_URL et REDIS_URL.",
        "Mend that, or name servers of your own with DATABASE_URL and REDIS_URL.",
    )


def judge_database(role: str, obstacle: str) -> Finding:
    """Judge whether the database answers this role."""
    if not obstacle:
        return Finding("database", True, f"La base répond à {role}.", f"The database answers {role}.")
    return Finding(
        "database",
        False,
        f"La base ne répond pas à {role} ({obstacle}).",
        f"The database does not answer {role} ({obstacle}).",
        "Vérifiez DATABASE_URL et DATABASE_OWNER_URL, et que PostgreSQL est lancé.",
        "Check DATABASE_URL and DATABASE_OWNER_URL, and that PostgreSQL runs.",
    )


def judge_database_version(version_number: int) -> Finding:
    """Judge PostgreSQL's `server_version_num`.

    >>> judge_database_version(140011).ok, judge_database_version(150000).ok
    (False, True)
    """
    major = version_number // 10000
    if major >= DATABASE_MAJOR_MIN:
        return Finding("database_version", True, f"PostgreSQL {major} convient.", f"PostgreSQL {major} will do.")
    return Finding(
        "database_version",
        False,
        f"La base est un PostgreSQL {major}, trop ancien.",
        f"The database is a PostgreSQL {major}, which is too old.",
        f"Passez à PostgreSQL {DATABASE_MAJOR_MIN} ou plus récent, ou laissez DATABASE_URL vide.",
        f"Move to PostgreSQL {DATABASE_MAJOR_MIN} or later, or leave DATABASE_URL empty.",
    )


def judge_migrations(missing: Sequence[str]) -> Finding:
    """Judge whether the schema is the one that this program expects."""
    if not missing:
        return Finding("migrations", True, "Le schéma est à jour.", "The schema is up to date.")
    names = ", ".join(missing)
    return Finding(
        "migrations",
        False,
        f"Il manque {len(missing)} migration(s) à la base : {names}.",
        f"The database lacks {len(missing)} migration(s): {names}.",
        "Lancez `maraude migrate`.",
        "Run `maraude migrate`.",
    )


def judge_demo(*, holds_demo: bool) -> Finding:
    """Judge whether an installation's database holds a demo's territory, as a restored backup of a demo does.

    >>> judge_demo(holds_demo=True).ok
    False
    """
    if not holds_demo:
        return Finding(
            "demo",
            True,
            "Aucun territoire de démonstration n'est dans la base.",
            "The database holds no demo's territory.",
        )
    return Finding(
        "demo",
        False,
        "La base contient un territoire de démonstration, aux mots de passe connus de tous : `serve` refuse de la servir.",
        "The database holds a demo's territory, whose passphrases everybody knows: `serve` refuses to serve it.",
        "Restaurez la sauvegarde d'une installation, ou choisissez un autre MARAUDE_HOME (ou DATABASE_URL).",
        "Restore an installation's backup, or use another MARAUDE_HOME (or DATABASE_URL).",
    )


def judge_rights(rights: Rights) -> Finding:
    """Judge the two roles: the application's must be bound by row-level security and read every table."""
    if rights.app_above_row_security:
        return Finding(
            "rights",
            False,
            f"Le rôle {rights.app_role} échappe à la sécurité par ligne.",
            f"The role {rights.app_role} is above row-level security.",
            f"Lancez `ALTER ROLE {rights.app_role} NOSUPERUSER NOBYPASSRLS`, ou utilisez un autre rôle.",
            f"Run `ALTER ROLE {rights.app_role} NOSUPERUSER NOBYPASSRLS`, or use another role.",
        )
    if not rights.owner_may_create:
        return Finding(
            "rights",
            False,
            f"Le rôle {rights.owner_role} ne peut pas créer de table.",
            f"The role {rights.owner_role} may not create tables.",
            "Indiquez dans DATABASE_OWNER_URL le rôle propriétaire de la base.",
            "Name the role that owns the database in DATABASE_OWNER_URL.",
        )
    if rights.tables_unreadable:
        names = ", ".join(rights.tables_unreadable)
        return Finding(
            "rights",
            False,
            f"Le rôle {rights.app_role} ne peut pas lire : {names}.",
            f"The role {rights.app_role} may not read: {names}.",
            f"Lancez `GRANT maraude_app TO {rights.app_role}`.",
            f"Run `GRANT maraude_app TO {rights.app_role}`.",
        )
    return Finding("rights", True, "Les rôles ont les droits voulus.", "The roles have the rights they need.")


def judge_clock(at: datetime, database_at: datetime | None, known_past_at: datetime | None) -> Finding:
    """Judge this machine's clock against the database's, and against an instant that is surely past.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    >>> judge_clock(at, at + timedelta(minutes=3), None).sentence_en
    "This machine's clock is 180 s behind the database's."
    """
    remedy_fr = "Réglez l'heure (un serveur de temps, NTP) ; les données ne sont pas touchées, seulement leurs heures."
    remedy_en = "Set the time (a time server, NTP); no data are touched, only their times."
    if database_at is not None and abs(at - database_at) > CLOCK_DIFFERENCE_MAX:
        seconds = round(abs(at - database_at).total_seconds())
        ahead = at > database_at
        return Finding(
            "clock",
            False,
            f"L'horloge de cette machine {'avance' if ahead else 'retarde'} de {seconds} s sur celle de la base.",
            f"This machine's clock is {seconds} s {'ahead of' if ahead else 'behind'} the database's.",
            remedy_fr,
            remedy_en,
        )
    if known_past_at is not None and at < known_past_at - CLOCK_BACK_MAX:
        return Finding(
            "clock",
            False,
            f"L'horloge indique {at:%Y-%m-%d %H:%M} UTC, avant la dernière trace du {known_past_at:%Y-%m-%d %H:%M}.",
            f"The clock says {at:%Y-%m-%d %H:%M} UTC, before the last trace of {known_past_at:%Y-%m-%d %H:%M}.",
            remedy_fr,
            remedy_en,
        )
    return Finding("clock", True, "L'horloge est juste.", "The clock is right.")


def judge_queue(obstacle: str) -> Finding:
    """Judge whether the Redis-compatible server answers."""
    if not obstacle:
        return Finding("queue", True, "La file d'attente (Redis) répond.", "The queue (Redis) answers.")
    return Finding(
        "queue",
        False,
        f"La file d'attente (Redis) ne répond pas ({obstacle}).",
        f"The queue (Redis) does not answer ({obstacle}).",
        "Lancez Redis ou Valkey et vérifiez REDIS_URL, ou laissez REDIS_URL vide ; rien n'est perdu entre-temps.",
        "Start Redis or Valkey and check REDIS_URL, or leave REDIS_URL empty; nothing is lost meanwhile.",
    )
