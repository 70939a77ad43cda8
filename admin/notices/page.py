"""This file answers `/notices`: what the user is told, the latest first, and that they have read it."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import needs, signed_of
from backend.db.transaction import transaction, transaction_of_user
from backend.edge.locale import locale_of
from backend.notices import store
from backend.problems import Problem

Req = Request[Any, Any, Any]
WORDS: Final[Words] = {
    "title": ("Avis", "Notices"),
    "none": ("Aucun avis.", "No notice."),
    "unread": ("nouveau", "new"),
    "when": ("Quand", "When"),
    "what": ("Quoi", "What"),
    "mark_read": ("J'ai lu ces avis", "I have read these notices"),
    "glass_broken": (
        "Un dossier a été ouvert en urgence ; cet accès attend votre examen.",
        "A record was opened in an emergency; this access waits for your review.",
    ),
    "glass_not_justified": (
        "Un accès d'urgence à un dossier a été jugé non justifié.",
        "An emergency access to a record was found not justified.",
    ),
    "reading_throttled": (
        "La lecture de dossiers en série par un compte a été freinée.",
        "Serial reading of records by one account was slowed down.",
    ),
    "new_device": (
        "Connexion depuis un appareil jamais vu. Si ce n'était pas vous, prévenez votre administrateur.",
        "Sign-in from a device never seen before. If it was not you, tell your administrator.",
    ),
    "failed_attempts": (
        "Des essais de connexion ont échoué avant celle-ci. Si ce n'était pas vous, changez votre phrase secrète.",
        "Attempts to sign in failed before this one. If it was not you, change your passphrase.",
    ),
    "proof_changed": (
        "Un de vos moyens de connexion a changé. Si ce n'était pas vous, prévenez votre administrateur.",
        "One of your means of signing in has changed. If it was not you, tell your administrator.",
    ),
    "records_differ": (
        "La vérification de la nuit a trouvé que des fiches ne sont plus ce que dit leur journal : prévenez l'exploitant. Nombre :",
        "The nightly check found records that are no longer what their log says: tell the operator. Count:",
    ),
    "roles_changed": ("Vos rôles ont changé.", "Your roles have changed."),
}
LINKS: Final = {store.Kind.GLASS_BROKEN: "/break-glass-reviews", store.Kind.NEW_DEVICE: "/my-sessions"}
SHOWS_ITS_DETAIL: Final = frozenset(
    {store.Kind.NEW_DEVICE, store.Kind.FAILED_ATTEMPTS, store.Kind.PROOF_CHANGED, store.Kind.RECORDS_DIFFER}
)


@get("/notices", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_notices(request: Req) -> Response[str]:
    """Show the user's own notices."""
    signed = signed_of(request)
    if signed.scope:
        async with transaction(signed.scope) as tx:
            say, notices = await speaker_of(tx, request), await store.own_notices(tx, signed.user_id)
    else:
        async with transaction_of_user(signed.user_id) as tx:
            say, notices = Speaker(locale_of(request), "UTC"), await store.own_notices(tx, signed.user_id)
    return page(
        request,
        "notices/notices.html",
        WORDS,
        say=say,
        notices=notices,
        links=LINKS,
        with_detail=SHOWS_ITS_DETAIL,
    )


@post(
    "/notices/read",
    opt=needs(Right.SIGNED_IN),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def mark_read(request: Req) -> Response[Any]:
    """Note that the notices that were on the screen are read; later ones stay new."""
    latest, user_id = (await posted(request)).id("latest"), signed_of(request).user_id
    if latest is None:
        raise Problem("bad_request", fields=["latest"])
    async with transaction_of_user(user_id) as tx:
        await store.mark_read(tx, user_id, latest, request.app.state.now())
    return Redirect("/notices", status_code=303)


routes = [show_notices, mark_read]
