"""This file answers `/people-and-rights`: who signs in to the territory, with which roles, and what may be changed of it.

Every change asks for a code given lately. What an administrator may change is decided in backend/accounts/administer.py.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.people.words import ROLES, WORDS
from admin.shared.desk_forms import Posted, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right, Role
from backend.accounts import people_changes as changes
from backend.accounts import people_store
from backend.accounts.administer import Why
from backend.accounts.authenticate import accounts_in, needs, scope_of, signed_of
from backend.accounts.people_changes import Code, Nobody
from backend.accounts.user_changes import NewUser, Obstacle
from backend.db.transaction import transaction
from backend.ids import UserId
from backend.journal.store import record as journal
from backend.problems import Problem

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The user's id.")]
_HOME: Final = "/people-and-rights"
_SENSITIVE = needs(Right.MANAGE_PEOPLE_AND_RIGHTS, reauthenticated=True, asked_from=_HOME)
_SUBJECT_MAX: Final = 255


@get(_HOME, opt=needs(Right.MANAGE_PEOPLE_AND_RIGHTS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_people(request: Req) -> Response[str]:
    """List who signs in to the territory."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        found = await people_store.colleagues(tx, now)
        await journal(tx, "users_read", "user", [one.id for one in found], at=now)
    return page(
        request,
        "people/people.html",
        WORDS,
        say=say,
        people=found,
        roles=ROLES,
        done=request.query_params.get("done", ""),
    )


@get(
    f"{_HOME}/{{user_id:uuid}}",
    opt=needs(Right.MANAGE_PEOPLE_AND_RIGHTS),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_one(request: Req, user_id: Id) -> Response[str]:
    """Show one user and what may be done."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        found = await people_store.colleague(tx, UserId(user_id), now)
        await journal(tx, "users_read", "user", [user_id] if found else [], at=now)
    if found is None:
        raise Problem("not_found")
    provider = accounts_in(request).identity_provider
    return page(request, "people/one.html", WORDS, say=say, one=found, roles=ROLES, with_identity=provider is not None)


@post(_HOME, opt=_SENSITIVE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def add(request: Req) -> Response[Any]:
    """Add somebody with roles and show the one-time code."""
    form = await posted(request)
    new = NewUser(form.text("login"), form.text("full_name"), _roles(form))
    if not new.roles:
        raise Problem("bad_request", fields=["roles"])
    done = await changes.add(signed_of(request), scope_of(request), new, request.app.state.now())
    if isinstance(done, Why):
        raise Problem("not_yours_to_change", why=done.value)
    if isinstance(done, Obstacle):
        raise Problem("bad_request", why=done.value)
    return _code_page(request, new.full_name, done.set_up_code) if done.set_up_code else _done("known")


@post(
    f"{_HOME}/{{user_id:uuid}}/roles",
    opt=_SENSITIVE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def set_roles(request: Req, user_id: Id) -> Response[Any]:
    """Give and take roles."""
    wanted = _roles(await posted(request))
    done = await changes.set_roles(
        signed_of(request), scope_of(request), UserId(user_id), wanted, request.app.state.now()
    )
    return _answer(done)


@post(
    f"{_HOME}/{{user_id:uuid}}/sessions",
    opt=_SENSITIVE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def end_sessions(request: Req, user_id: Id) -> Response[Any]:
    """End every open session of a user."""
    return _answer(await changes.end_sessions(scope_of(request), UserId(user_id), request.app.state.now()))


@post(
    f"{_HOME}/{{user_id:uuid}}/standing",
    opt=_SENSITIVE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def set_standing(request: Req, user_id: Id) -> Response[Any]:
    """Disable a user, or let them sign in again."""
    wanted = (await posted(request)).text("standing")
    if wanted not in {"disabled", "enabled"}:
        raise Problem("bad_request", fields=["standing"])
    act = changes.disable if wanted == "disabled" else changes.enable
    return _answer(await act(signed_of(request), scope_of(request), UserId(user_id), request.app.state.now()))


@post(
    f"{_HOME}/{{user_id:uuid}}/reset",
    opt=_SENSITIVE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def reset(request: Req, user_id: Id) -> Response[Any]:
    """Take a passphrase away, and the second factor if it is lost, and show the code with which another is chosen."""
    what = (await posted(request)).text("what")
    if what not in {"passphrase", "second_factor"}:
        raise Problem("bad_request", fields=["what"])
    done = await changes.reset(
        signed_of(request),
        scope_of(request),
        UserId(user_id),
        request.app.state.now(),
        second_factor=what == "second_factor",
    )
    return _code_page(request, "", done.code) if isinstance(done, Code) else _answer(done)


@post(
    f"{_HOME}/{{user_id:uuid}}/identity",
    opt=_SENSITIVE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def link_identity(request: Req, user_id: Id) -> Response[Any]:
    """Link a provider's subject to a user, or take the link away."""
    provider, subject = accounts_in(request).identity_provider, (await posted(request)).text("subject")
    if provider is None:
        raise Problem("not_found")
    if len(subject) > _SUBJECT_MAX or not subject.isprintable():
        raise Problem("bad_request", fields=["subject"])
    done = await changes.link_identity(
        signed_of(request),
        scope_of(request),
        UserId(user_id),
        request.app.state.now(),
        issuer=provider.issuer,
        subject=subject,
    )
    if done is None:
        raise Problem("identity_taken")
    return _answer(done)


def _roles(form: Posted) -> frozenset[Role]:
    chosen = form.texts("roles")
    if not set(chosen) <= set(Role):
        raise Problem("bad_request", fields=["roles"])
    return frozenset(map(Role, chosen))


def _answer(done: object) -> Response[Any]:
    if isinstance(done, Nobody):
        raise Problem("not_found")
    if isinstance(done, Why):
        raise Problem("not_yours_to_change", why=done.value)
    return _done("1")


def _done(word: str) -> Response[Any]:
    return Redirect(f"{_HOME}?done={word}", status_code=303)


def _code_page(request: Req, name: str, code: str) -> Response[str]:
    settings = accounts_in(request).settings
    address = f"{settings.public_url.rstrip('/') or str(request.base_url).rstrip('/')}/set-up"
    return page(request, "people/code.html", WORDS, name=name, code=code, address=address)


routes = [show_people, show_one, add, set_roles, end_sessions, set_standing, reset, link_identity]
