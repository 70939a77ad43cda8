"""This file decides in which language an answer speaks: French or English.

What its address asks for, else what was chosen in this browser, else the user's own, else what the browser prefers. A choice
lasts until the browser is closed or somebody signs out: the next page, a refusal, a redirect speak as the page before did.
"""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie

LOCALES: Final = ("fr", "en")
_NAME: Final = "locale"  # of the word in the address, and of the cookie


def locale_of(request: Request[Any, Any, Any]) -> str:
    """Return `fr` or `en`."""
    own = request.scope.get("state", {}).get("locale")
    for one in (request.query_params.get(_NAME), request.cookies.get(_NAME), own):
        if one in LOCALES:
            return str(one)
    first = request.headers.get("accept-language", "fr").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "fr"


def choice_of(request: Request[Any, Any, Any], *, secure: bool) -> Cookie | None:
    """Return the cookie that keeps what this request chooses, if somebody went to an address that names a language.

    What a script of a page asks for in that page's language is no choice: another window may speak the other one.
    """
    asked = request.query_params.get(_NAME)
    by_script = request.headers.get("sec-fetch-mode", "navigate") != "navigate"
    return _cookie(asked, secure=secure) if asked in LOCALES and not by_script else None


def no_choice(*, secure: bool) -> Cookie:
    """Return what takes a choice away: whoever signs in next at this machine has made none."""
    return _cookie("", secure=secure, seconds=0)


def _cookie(value: str, *, secure: bool, seconds: int | None = None) -> Cookie:
    return Cookie(key=_NAME, value=value, path="/", httponly=True, samesite="strict", secure=secure, max_age=seconds)
