"""This file decides whether an unsafe request comes from one of our pages.

The session's cookie is SameSite=Strict; above that, an unsafe request carries either a header that another site cannot
set without a preflight, which we never answer, or a form's token that is bound to a cookie of this browser. Where the
browser says that the request comes from elsewhere, it is refused whatever it carries. The administration of reference
tables is elsewhere too: another port of the same host, which cookies do not tell apart from ours.
"""

from collections.abc import Mapping
from typing import Final

from backend.accounts.secrets_box import SecretsBox

HEADER: Final = "x-maraude-request"
FIELD: Final = "form_token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_USE: Final = "form token"


def form_token(box: SecretsBox, cookie: str) -> str:
    """Return the token that a form carries; `cookie` is the session's token, or the form cookie before sign-in."""
    return box.mark(_USE, cookie)


def comes_from_our_page(
    box: SecretsBox,
    method: str,
    headers: Mapping[str, str],
    cookies: tuple[str, ...],
    field: str | None,
    neighbour: str = "",
) -> bool:
    """Tell whether a request may act; `headers` by lower-case name, `field` is the form's token if there is a form.

    `neighbour` is the origin of the administration of reference tables, or empty.

    >>> comes_from_our_page(SecretsBox("k" * 32), "POST", {}, ("cookie",), None)
    False
    """
    if method in SAFE_METHODS:
        return True
    # `same-site` is not enough: a neighbouring subdomain is not ours.
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    if neighbour and headers.get("origin") == neighbour:  # said by browsers too that do not say `same-site`
        return False
    if headers.get(HEADER):
        return True
    return field is not None and any(box.is_mark(_USE, cookie, field) for cookie in cookies if cookie)
