"""This file decides which pages a person is led to: those that their rights open, in the order of a working day."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from backend.access import Right

_PAGES: Final = (
    ("/requests", Right.SEE_PEOPLE, "Demandes", "Requests"),
    ("/follow-up", Right.EDIT_PEOPLE, "Suivi", "Follow-up"),
    ("/due", Right.SEE_PEOPLE, "À vacciner", "Due"),
    ("/lists", Right.PLAN_ROUNDS, "Listes", "Lists"),
    ("/plan", Right.PLAN_ROUNDS, "Planifier", "Plan"),
    ("/priorities", Right.SET_PRIORITIES, "Priorités", "Priorities"),
    ("/today", Right.SEE_ROUNDS, "Tournées du jour", "Today's rounds"),
    ("/rota", Right.PLAN_ROUNDS, "Garde", "Rota"),
    ("/phone", Right.PLAN_ROUNDS, "Téléphone", "Phone"),
    ("/break-glass", Right.BREAK_GLASS, "Urgence", "Emergency"),
    ("/reviews", Right.SEE_REVIEWS, "À vérifier", "Reviews"),
    ("/break-glass-reviews", Right.SETTLE_CLINICAL, "Accès d'urgence", "Emergency access"),
    ("/vials", Right.SEE_ROUNDS, "Flacons", "Vials"),
    ("/rules", Right.CHOOSE_RULES, "Règles", "Rules"),
    ("/keying", Right.EXPORT, "À saisir", "To key"),
    ("/import", Right.EXPORT, "Reprise FHIR", "FHIR import"),
    ("/centre", Right.RUN_CENTRE, "Centre", "Centre"),
    ("/stock", Right.MANAGE_STOCK, "Stock", "Stock"),
    ("/coverage", Right.SEE_COVERAGE, "Couverture", "Coverage"),
    ("/teams", Right.MANAGE_TEAMS, "Équipes", "Teams"),
    ("/tablets", Right.MANAGE_TABLETS, "Tablettes", "Tablets"),
    ("/files", Right.EXPORT, "Dossiers", "Files"),
    ("/retention", Right.MANAGE_RETENTION, "Conservation", "Retention"),
    ("/reference-tables", Right.MANAGE_REFERENCE, "Référentiels", "Reference"),
    ("/journal", Right.READ_JOURNAL, "Journal d'accès", "Access journal"),
    ("/people-and-rights", Right.MANAGE_PEOPLE_AND_RIGHTS, "Comptes", "People"),
)


class Link(Struct, frozen=True):
    """A page to go to; `here` if the reader is on it or below it."""

    path: str
    word: str
    here: bool


def links(may: Callable[[Right], bool], path: str, *, english: bool) -> list[Link]:
    """Return the links of the header.

    >>> [link.path for link in links(lambda right: right is Right.SEE_COVERAGE, "/coverage", english=True)]
    ['/coverage']
    """
    return [
        Link(page, en if english else fr, path == page or path.startswith(f"{page}/"))
        for page, right, fr, en in _PAGES
        if may(right)
    ]
