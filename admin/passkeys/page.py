"""This file answers `/my-passkeys`: the user's own passkeys, a further one, one less.

Making and proving a passkey needs the browser's own dialogue, so that admin/static/passkey.js asks backend/passkeys.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.shared.desk_forms import posted
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import accounts_in, needs, signed_of
from backend.edge.locale import locale_of
from backend.passkeys import acts
from backend.problems import Problem

Req = Request[Any, Any, Any]
WORDS: Final[Words] = {
    "title": ("Mes clés d'accès", "My passkeys"),
    "what_it_is": (
        "Une clé d'accès (empreinte, clé de sécurité, téléphone) remplace le code à six chiffres et résiste à l'hameçonnage.",
        "A passkey (fingerprint, security key, phone) stands in for the six-digit code. It cannot be phished.",
    ),
    "label": ("Nom de la clé", "Name of the key"),
    "add": ("Ajouter une clé d'accès", "Add a passkey"),
    "none": ("Aucune clé d'accès.", "No passkey."),
    "made": ("Ajoutée le", "Added"),
    "used": ("Utilisée le", "Used"),
    "never": ("jamais", "never"),
    "remove": ("Retirer", "Remove"),
    "failed": ("La clé n'a pas été ajoutée.", "The passkey was not added."),
    "no_address": (
        "Les clés d'accès demandent que l'exploitant fixe l'adresse publique du serveur.",
        "Passkeys need the operator to set the server's public address.",
    ),
    "no_script": ("Cette page a besoin de JavaScript.", "This page needs JavaScript."),
}


@get("/my-passkeys", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_passkeys(request: Req) -> Response[str]:
    """Show the user's own passkeys."""
    return page(
        request,
        "passkeys/passkeys.html",
        WORDS,
        say=Speaker(locale_of(request), "UTC"),
        passkeys=await acts.own_passkeys(signed_of(request)),
        possible=bool(accounts_in(request).settings.public_url),
    )


@post(
    "/my-passkeys/remove",
    opt=needs(Right.SIGNED_IN, reauthenticated=True, asked_from="/my-passkeys"),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def remove(request: Req) -> Response[Any]:
    """Remove one of the user's own passkeys."""
    passkey_id = (await posted(request)).text("passkey_id")
    if not await acts.remove(accounts_in(request), signed_of(request), passkey_id):
        raise Problem("not_found")
    return Redirect("/my-passkeys", status_code=303)


routes = [show_passkeys, remove]
