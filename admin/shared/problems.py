"""This file decides what a person at a desk sees when a page's request meets a problem: the next step, or a sentence."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect
from litestar.types import ExceptionHandler

from admin.shared.navigation import links
from admin.shared.render import Words, page
from backend.accounts.authenticate import accounts_in
from backend.accounts.csrf import FIELD
from backend.edge.errors import answer_error, problem_of, retry_headers, wants_page
from backend.edge.locale import locale_of
from backend.problems import Problem

_ADDRESS_CHARACTERS_MAX: Final = 400
_WORDS: Final[Words] = {
    "over": ("Votre session a pris fin", "Your session has ended"),
    "not_saved": (
        "Ce que vous avez envoyé n'est pas encore enregistré, et n'est pas perdu : gardez cette page ouverte.",
        "What you sent is not saved yet, and is not lost: keep this page open.",
    ),
    "sign_in_beside": ("1. Se connecter dans une nouvelle fenêtre", "1. Sign in in a new window"),
    "send_again": ("2. Puis envoyer à nouveau ce qui était saisi", "2. Then send what was typed once more"),
    "to_page": ("Revenir à la page", "Back to the page"),
    "back": ("Revenir à l'accueil", "Back to the start"),
    "request": ("Numéro de la demande", "Number of the request"),
}


def answer_page_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    """Lead to sign-in or to the code where that is what is missing; else say what happened and what to do."""
    if problem.code in {"not_signed_in", "second_factor_needed"}:
        return _to_sign_in(request)
    if problem.code == "reauthentication_needed":
        page_of_form = request.route_handler.opt.get("asked_from") or request.url.path
        return Redirect(f"/reauthenticate?next={quote(page_of_form, safe='')}", status_code=303)
    return _page_of(request, problem)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Lead to sign-in and say what became of the request; what was typed is kept on a page that can send it again."""
    typed = request.scope["state"].get("typed")
    if typed is not None:
        again = [(name, value) for name, values in typed.items() if name != FIELD for value in values]
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return page(
            request, "shared/session_over.html", _WORDS, status=401, without_session=True, again=again, address=address
        )
    if request.method != "GET":
        return Redirect("/sign-in?ended=sending", status_code=303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    is_step = wanted == "/" or wanted.startswith(("/sign-in", "/reauthenticate"))
    if is_step or len(wanted) > _ADDRESS_CHARACTERS_MAX:
        return Redirect("/sign-in", status_code=303)
    had_session = accounts_in(request).settings.cookie_name in request.cookies
    ended = "&ended=reading" if had_session else ""
    return Redirect(f"/sign-in?next={quote(wanted, safe='')}{ended}", status_code=303)


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
