"""This file renders a page from its template: language, escaping, and the token that its forms carry.

Pages work without script and fetch nothing from outside. French comes first; which language a page speaks is decided in
backend/edge/locale.py, where the header leads in navigation.py.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie

from admin.shared.libraries import library_address
from admin.shared.navigation import links
from admin.shared.static_files import static_address
from backend.accounts.authenticate import accounts_in
from backend.accounts.cookies import form_cookie, form_cookie_name
from backend.accounts.csrf import FIELD, form_token
from backend.edge.locale import choice_of, locale_of
from backend.ids import new_secret

Words = Mapping[str, tuple[str, str]]
_LOCALE: Final = "locale"
_FOLDER: Final = Path(__file__).parent.parent


class Spoken(dict[str, str]):
    """The words of a page in one language."""


class _WordsBeforeMethods(Environment):
    """Templates in which `t.copy` is the word, and not what a dict can do under that name."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a word of a page, else what Jinja finds."""
        return obj[attribute] if isinstance(obj, Spoken) and attribute in obj else super().getattr(obj, attribute)


_TEMPLATES: Final = _WordsBeforeMethods(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals["static"] = static_address
BASE_WORDS: Final[Words] = {
    "other_language": ("English", "Français"),
    "sign_out": ("Se déconnecter", "Sign out"),
    "my_sessions": ("Mes connexions", "My sessions"),
    "notices": ("Avis", "Notices"),
    "skip": ("Aller au contenu", "Skip to content"),
    "pages": ("Pages", "Pages"),
}


def page(
    request: Request[Any, Any, Any],
    template: str,
    words: Words,
    *,
    status: int = 200,
    cookies: Sequence[Cookie] = (),
    session_token: str | None = None,
    without_session: bool = False,
    **facts: Any,
) -> Response[str]:
    """Return a page; `words` are pairs (French, English), `facts` what the template shows.

    `session_token` is the session's new token when this very answer carries it. `without_session`: the session of the
    request has ended, and a form of the page is to be sent in the next one.
    """
    accounts, locale = accounts_in(request), locale_of(request)
    held = None if without_session else session_token or request.cookies.get(accounts.settings.cookie_name)
    bound = held or request.cookies.get(form_cookie_name(accounts.settings)) or new_secret()
    spoken = Spoken({name: pair[locale == "en"] for name, pair in {**BASE_WORDS, **words}.items()})
    signed = request.scope["state"].get("signed")
    html = _TEMPLATES.get_template(template).render(
        t=spoken,
        locale=locale,
        other_locale="fr" if locale == "en" else "en",
        other_language_address=_in_other_language(request, "fr" if locale == "en" else "en"),
        navigation=links(signed.may, request.url.path, english=locale == "en") if signed else [],
        form_field=FIELD,
        form_token=form_token(accounts.box, bound),
        signed=signed,
        library=partial(library_address, request.app.state.get("libraries", {})),
        **facts,
    )
    chosen = choice_of(request, secure=accounts.settings.secure_cookies)
    sent = [*cookies, chosen] if chosen else [*cookies]
    if not held:
        sent.append(form_cookie(accounts.settings, bound))
    return Response(html, status_code=status, media_type=MediaType.HTML, cookies=sent)


def _in_other_language(request: Request[Any, Any, Any], locale: str) -> str:
    """Return the same page, filters and all, in the other language; what a search that was posted found is left behind."""
    page_of_search = request.url.path.removesuffix("/find") if request.url.path.endswith("/find") else ""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != _LOCALE]
    return f"{page_of_search}?{urlencode([*kept, (_LOCALE, locale)])}"
