"""This file says why the administration of reference tables does not start, and what to do, in both languages."""

from typing import Final, Literal, NamedTuple

Language = Literal["fr", "en"]
Code = Literal["packages", "tls", "database", "database_refuses", "database_away", "address", "port"]


class Refusal(NamedTuple):
    """A sentence and its remedy, French and English."""

    fr: str
    en: str
    remedy_fr: str
    remedy_en: str


REFUSALS: Final[dict[Code, Refusal]] = {
    "packages": Refusal(
        "Les paquets de cette administration ne sont pas dans cet environnement.",
        "The packages of this administration are not in this environment.",
        "Installez requirements-reference-admin.lock : docs/operations/reference-tables.md.",
        "Install requirements-reference-admin.lock: docs/operations/reference-tables.md.",
    ),
    "tls": Refusal(
        "Il manque un des deux fichiers de TLS.",
        "One of the two files of TLS is missing.",
        "Donnez --tls-cert et --tls-key ensemble.",
        "Give --tls-cert and --tls-key together.",
    ),
    "database": Refusal(
        "Aucune base de données n'est indiquée, et aucun serveur embarqué ne tourne ici.",
        "No database is named, and no embedded server runs here.",
        "Indiquez DATABASE_REFERENCE_URL, ou lancez d'abord `maraude serve` ou `maraude demo` avec le même MARAUDE_HOME.",
        "Set DATABASE_REFERENCE_URL, or first run `maraude serve` or `maraude demo` with the same MARAUDE_HOME.",
    ),
    "database_refuses": Refusal(
        "La base de données refuse le rôle, son mot de passe ou le nom de la base.",
        "The database refuses the role, its password or the name of the database.",
        "Vérifiez DATABASE_REFERENCE_URL ; docs/operations/make-roles.sh fait le rôle maraude_reference.",
        "Check DATABASE_REFERENCE_URL; docs/operations/make-roles.sh makes the role maraude_reference.",
    ),
    "database_away": Refusal(
        "La base de données ne répond pas.",
        "The database does not answer.",
        "Vérifiez DATABASE_REFERENCE_URL, et que PostgreSQL est lancé.",
        "Check DATABASE_REFERENCE_URL, and that PostgreSQL runs.",
    ),
    "address": Refusal(
        "L'adresse de cette administration n'est pas indiquée.",
        "The address of this administration is not set.",
        "Indiquez, ici et au serveur web, MARAUDE_PUBLIC_URL et MARAUDE_REFERENCE_ADMIN_URL : le même hôte, un autre port.",
        "Set, here and for the web server, MARAUDE_PUBLIC_URL and MARAUDE_REFERENCE_ADMIN_URL: the same host, another port.",
    ),
    "port": Refusal(
        "Le port {port} de {host} est pris, ou personne ne peut y écouter.",
        "Port {port} of {host} is taken, or nobody can listen there.",
        "Arrêtez ce qui y écoute, ou choisissez MARAUDE_HOST et MARAUDE_REFERENCE_ADMIN_PORT autrement.",
        "Stop what listens there, or choose another MARAUDE_HOST or MARAUDE_REFERENCE_ADMIN_PORT.",
    ),
}


def told(code: Code, language: Language, **values: object) -> str:
    """Return the lines to print.

    >>> print(told("tls", "en"))
    maraude: One of the two files of TLS is missing.
      → Give --tls-cert and --tls-key together.
    """
    refusal = REFUSALS[code]
    sentence, remedy = (refusal.fr, refusal.remedy_fr) if language == "fr" else (refusal.en, refusal.remedy_en)
    return f"maraude: {sentence.format(**values)}\n  → {remedy}"
