"""This file answers `/tablets`: list, add by a code that works once, revoke, say what a lost one held, open or wipe it.

Enrolment is backend/tablets/enrol.py. The code is shown this once, as signs and as a QR code: only its hash is kept.
"""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid5

import segno
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect
from markupsafe import Markup

from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import accounts_in, needs, scope_of
from backend.db.transaction import transaction
from backend.ids import TabletId, TeamId, new_id
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.settings import Settings
from backend.tablets.enrol import CODE_LASTS, code_for, give_to_team, is_team, revoke
from backend.tablets.list_tablets import list_tablets, list_teams
from backend.tablets.rescue import speak
from backend.tablets.wipe import held_by, order_wipe

Req = Request[Any, Any, Any]
LABEL_CHARACTERS_MAX: Final = 60
REASON_CHARACTERS_MAX: Final = 200
WORDS: Final[Words] = {
    "title": ("Tablettes", "Tablets"),
    "label": ("Étiquette", "Label"),
    "team": ("Équipe", "Team"),
    "no_team": ("aucune", "none"),
    "state": ("État", "State"),
    "active": ("en service", "in service"),
    "deposit_only": ("révoquée : remet ses saisies, ne reçoit plus rien", "revoked: may hand in, receives nothing"),
    "wiped": ("effacée", "wiped"),
    "seen_at": ("Vue le", "Seen"),
    "never": ("jamais", "never"),
    "ops": ("Saisies remises", "Ops handed in"),
    "add": ("Ajouter une tablette", "Add a tablet"),
    "revoke": ("Révoquer", "Revoke"),
    "none": ("Aucune tablette.", "No tablet."),
    "held": ("Contenu", "What it holds"),
    "held_title": ("Ce que contient la tablette", "What the tablet holds"),
    "held_hint": (
        "Lieux dont les personnes étaient sur la tablette à son dernier contact.",
        "Places whose people were on the tablet when it was last heard of.",
    ),
    "held_none": ("Rien : elle n'a reçu aucun lieu.", "Nothing: it has received no place."),
    "place": ("Lieu", "Place"),
    "people": ("Personnes", "People"),
    "more": ("Ouvrir sans réseau, effacer", "Open without a network, wipe"),
    "give": ("Confier à l'équipe", "Give to the team"),
    "give_hint": (
        "Envoyez d'abord ses saisies. Au prochain échange elle range les lieux de l'ancienne équipe et reçoit l'autre tournée.",
        "Sync it first. At its next sync it puts the former team's places away and receives the other round.",
    ),
    "give_late": (
        "Ce qui est remis après attend une relecture. Deux équipes échangent : une fois par tablette.",
        "What is handed in later waits for a review. Two teams that swap: once for each tablet.",
    ),
    "number": ("Numéro affiché sur la tablette", "Number shown on the tablet"),
    "reason": ("Motif", "Reason"),
    "speak": ("Lire le code", "Read the code"),
    "spoken_title": ("Code à dicter pour", "Code to read out for"),
    "spoken_hint": (
        "Dictez ce code à la personne, qui tape aussi son PIN. Il ne sera plus affiché et ne sert qu'une fois.",
        "Read this code out to the person, who types a PIN too. It is not shown again and works once.",
    ),
    "wipe": ("Effacer à distance", "Wipe from here"),
    "wipe_hint": (
        "Au prochain contact, elle remet ce qu'elle peut, puis s'efface. Verrouillée, elle perd ce qui n'est pas remis.",
        "At its next contact it hands in what it can, then wipes itself. Locked, it loses what is not handed in.",
    ),
    "wiping": ("effacement demandé", "wipe ordered"),
    "code_title": ("Enrôler la tablette", "Enrol the tablet"),
    "code_hint": (
        "Saisissez ce code sur la tablette, ou scannez-le. Il sert une fois et vaut jusqu'à",
        "Type this code on the tablet, or scan it. It works once, until",
    ),
    "territory": ("Territoire", "Territory"),
    "back": ("Toutes les tablettes", "All tablets"),
    "qr": ("Code QR d'enrôlement", "Enrolment QR code"),
}


@get("/tablets", opt=needs(Right.MANAGE_TABLETS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_tablets(request: Req) -> Response[str]:
    """List the tablets."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        tablets, teams = await list_tablets(tx), await list_teams(tx)
    return page(request, "tablets/tablets.html", WORDS, say=say, tablets=tablets, teams=teams, form_id=new_id())


@post(
    "/tablets", opt=needs(Right.MANAGE_TABLETS), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False
)
async def add(request: Req) -> Response[Any]:
    """Write a tablet down and show the code that enrols it; the same page sent again is the same tablet."""
    form, now = await posted(request), request.app.state.now()
    label = form.text("label")
    if not 0 < len(label) <= LABEL_CHARACTERS_MAX:
        raise Problem("bad_request", fields=["label"])
    scope, team = scope_of(request), form.id("team_id")
    async with transaction(scope) as tx:
        if team is not None and team not in {one for one, _ in await list_teams(tx)}:
            raise Problem("bad_request", fields=["team_id"])
        tablet_id = TabletId(uuid5(form.id("form_id") or new_id(), label))
        code = await code_for(tx, tablet_id, label, TeamId(team) if team else None, now)
        if code is None:
            return Redirect("/tablets", status_code=303)
        await journal(tx, "tablet_added", "tablet", [tablet_id], at=now)
        say = await speaker_of(tx, request)
    address = _address(request, {"territory": str(scope.territory_id), "code": code})
    return page(
        request,
        "tablets/code.html",
        WORDS,
        say=say,
        label=label,
        code=code,
        territory_id=scope.territory_id,
        ends_at=now + CODE_LASTS,
        picture=Markup(segno.make(address, error="m").svg_inline(scale=5, border=2)),  # noqa: S704 - our own picture
    )


@post(
    "/tablets/revoke",
    opt=needs(Right.MANAGE_TABLETS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def revoke_one(request: Req) -> Response[Any]:
    """Let a lost tablet hand in and receive nothing from now on."""
    form, now = await posted(request), request.app.state.now()
    tablet_id = form.id("tablet_id")
    if tablet_id is None:
        raise Problem("bad_request", fields=["tablet_id"])
    async with transaction(scope_of(request)) as tx:
        if not await revoke(tx, TabletId(tablet_id)):
            raise Problem("not_found")
        await journal(tx, "tablet_revoked", "tablet", [tablet_id], at=now)
    return Redirect("/tablets", status_code=303)


@post(
    "/tablets/team",
    opt=needs(Right.MANAGE_TABLETS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def give_one(request: Req) -> Response[Any]:
    """Let a tablet carry another team's round, as when two teams have swapped theirs."""
    form, now = await posted(request), request.app.state.now()
    tablet_id, team_id = form.id("tablet_id"), form.id("team_id")
    team = TeamId(team_id) if team_id else None
    if tablet_id is None or (team is None and form.text("team_id")):
        raise Problem("bad_request", fields=["tablet_id", "team_id"])
    async with transaction(scope_of(request)) as tx:
        if team is not None and not await is_team(tx, team):
            raise Problem("bad_request", fields=["team_id"])
        if not await give_to_team(tx, TabletId(tablet_id), team):
            raise Problem("not_found")
        await journal(tx, "tablet_given", "tablet", [tablet_id], f"team: {team_id or ''}", at=now)
    return Redirect(f"/tablets/{tablet_id}", status_code=303)


@post(
    "/tablets/unlock-code",
    opt=needs(Right.MANAGE_TABLETS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def read_code_out(request: Req) -> Response[str]:
    """Show the code of a number once, for somebody who says why: it is read out to a team without a network."""
    form, now = await posted(request), request.app.state.now()
    tablet_id, number, reason = form.id("tablet_id"), form.text("number"), form.text("reason")
    if tablet_id is None or not number.isdecimal() or not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        raise Problem("bad_request", fields=["tablet_id", "number", "reason"])
    async with transaction(scope_of(request)) as tx:
        code = await speak(tx, accounts_in(request).box, TabletId(tablet_id), int(number[:6]), reason, now)
        if code is None:
            raise Problem("not_found")
        await journal(tx, "tablet_code_spoken", "tablet", [tablet_id], reason, at=now)
        say = await speaker_of(tx, request)
        label = next((one.label for one in await list_tablets(tx) if one.id == tablet_id), "")
    return page(request, "tablets/spoken.html", WORDS, say=say, label=label, code=code)


@post(
    "/tablets/wipe",
    opt=needs(Right.MANAGE_TABLETS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def wipe_one(request: Req) -> Response[Any]:
    """Order a tablet to hand in what it can and wipe itself."""
    form, now = await posted(request), request.app.state.now()
    tablet_id, reason = form.id("tablet_id"), form.text("reason")
    if tablet_id is None or not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        raise Problem("bad_request", fields=["tablet_id", "reason"])
    async with transaction(scope_of(request)) as tx:
        if not await order_wipe(tx, TabletId(tablet_id), now):
            raise Problem("not_found")
        await journal(tx, "tablet_wipe_ordered", "tablet", [tablet_id], reason, at=now)
    return Redirect("/tablets", status_code=303)


@get(
    "/tablets/{tablet_id:uuid}", opt=needs(Right.MANAGE_TABLETS), exception_handlers=ON_PROBLEM, include_in_schema=False
)
async def show_held(
    request: Req, tablet_id: Annotated[UUID, Parameter(description="The tablet's id.")]
) -> Response[str]:
    """Show which places a tablet holds the people of, so that a loss can be told; from here it is opened or wiped."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        tablet = next((one for one in await list_tablets(tx) if one.id == tablet_id), None)
        if tablet is None:
            raise Problem("not_found")
        held, teams = await held_by(tx, TabletId(tablet_id)), await list_teams(tx)
        await journal(tx, "tablet_content_read", "place", [one.place_id for one in held], at=request.app.state.now())
    return page(request, "tablets/held.html", WORDS, say=say, tablet=tablet, held=held, teams=teams)


def _address(request: Req, facts: dict[str, str]) -> str:
    """Return what the QR code holds: the app's address with territory and code behind `#`, which no server logs."""
    settings: Settings = request.app.state.settings
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/tablet/#{urlencode(facts)}"


routes = [show_tablets, add, revoke_one, give_one, read_code_out, wipe_one, show_held]
