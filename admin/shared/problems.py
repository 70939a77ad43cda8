"""This file decides what a person at a desk sees when a page's request meets a problem: the next step, or a sentence."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect
from litestar.types import ExceptionHandler

from admin.shared.navigation import links
from admin.shared.render import Words, page
from backend.edge.errors import answer_error, problem_of, retry_headers, wants_page
from backend.edge.locale import locale_of
from backend.problems import Problem

_WORDS: Final[Words] = {
    "to_page": ("Revenir à la page", "Back to the page"),
    "back": ("Revenir à l'accueil", "Back to the start"),
    "request": ("Numéro de la demande", "Number of the request"),
}


def answer_page_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    """Lead to sign-in or to the code where that is what is missing; else say what happened and what to do."""
    if problem.code in {"not_signed_in", "second_factor_needed"}:
        return Redirect("/sign-in", status_code=303)
    if problem.code == "reauthentication_needed":
        page_of_form = request.route_handler.opt.get("asked_from") or request.url.path
        return Redirect(f"/reauthenticate?next={quote(page_of_form, safe='')}", status_code=303)
    return _page_of(request, problem)


def answer_any_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer what no route foresaw: a browser gets a page with the way back, a program the problem of the catalogue."""
    if isinstance(error, Problem) or not wants_page(request):
        return answer_error(request, error)
    problem = problem_of(request, error)
    answer = _page_of(request, problem)
    answer.headers.update(retry_headers(problem))
    return answer


def _page_of(request: Request[Any, Any, Any], problem: Problem) -> Response[str]:
    french = locale_of(request) == "fr"
    signed = request.scope["state"].get("signed")
    found = links(signed.may, request.url.path, english=not french) if signed else []
    return page(
        request,
        "shared/problem.html",
        _WORDS,
        status=problem.entry.status,
        title=problem.entry.fr if french else problem.entry.en,
        remedy=problem.entry.remedy_fr if french else problem.entry.remedy_en,
        page_of_form=next((one for one in found if one.here), None),
        request_id=str(request.scope["state"].get("request_id", "")),
    )


# What each page's route is given as its `exception_handlers`.
ON_PROBLEM: Final[dict[int | type[Exception], "ExceptionHandler[Any]"]] = {Problem: answer_page_problem}
