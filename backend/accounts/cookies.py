"""This file makes the cookies: the session's token, the mark of a known device, and the form cookie before sign-in.

All are HttpOnly, SameSite=Strict (Lax for a journey to an identity provider), for the whole host and no other; with
`secure_cookies` they are Secure and bear the `__Host-` prefix, which a neighbouring host cannot set.
"""

from dataclasses import replace

from litestar.datastructures import Cookie

from backend.accounts.known_device import LASTS_DAYS
from backend.settings import Settings


def device_cookie_name(settings: Settings) -> str:
    """Return the name of the cookie that marks a known device."""
    return _name(settings, "device")


def form_cookie_name(settings: Settings) -> str:
    """Return the name of the cookie that a form's token is bound to before there is a session."""
    return _name(settings, "form")


def session_cookie(settings: Settings, token: str) -> Cookie:
    """Return the session's cookie; it ends with the browser, and earlier by the limits of sessions.py."""
    return _cookie(settings, settings.cookie_name, token)


def device_cookie(settings: Settings, mark: str) -> Cookie:
    """Return the cookie of a known device, which lasts longer than sessions."""
    return _cookie(settings, device_cookie_name(settings), mark, LASTS_DAYS * 86_400)


def form_cookie(settings: Settings, value: str) -> Cookie:
    """Return the form cookie."""
    return _cookie(settings, form_cookie_name(settings), value)


def journey_cookie_name(settings: Settings) -> str:
    """Return the name of the cookie that binds a journey to an identity provider to this browser."""
    return _name(settings, "journey")


def journey_cookie(settings: Settings, value: str) -> Cookie:
    """Return that cookie; empty takes it away. It is Lax, because the way back begins on the provider's site."""
    return replace(_cookie(settings, journey_cookie_name(settings), value, 600 if value else 0), samesite="lax")


def no_session_cookie(settings: Settings) -> Cookie:
    """Return what takes the session's cookie away."""
    return _cookie(settings, settings.cookie_name, "", 0)


def _name(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if settings.secure_cookies else name


def _cookie(settings: Settings, name: str, value: str, seconds: int | None = None) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=settings.secure_cookies,
    )
