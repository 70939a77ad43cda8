"""This file tells the administration of reference tables, a process of its own, who asks it: the same sign-in as here.

It sends on the session's cookie and is told who holds it and until when they may change something; that somebody may is
this route's right, read at each request.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get
from msgspec import Struct

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.accounts.sessions import REAUTHENTICATED_FOR

Req = Request[Any, Any, Any]
PATH: Final = "/api/reference-pass"


class PassAnswer(Struct, frozen=True):
    """Who may pass; without a code lately there is no `may_change_until`."""

    user_id: UUID
    login: str
    territory_id: UUID
    may_change_until: datetime | None


@get(PATH, opt=needs(Right.MANAGE_REFERENCE), tags=["accounts"])
async def tell_pass(request: Req) -> PassAnswer:
    """Tell who holds this session, for whom reference tables are open."""
    signed, scope = signed_of(request), scope_of(request)
    given = signed.session.reauthenticated_at
    return PassAnswer(
        signed.user_id, signed.login, scope.territory_id, given + REAUTHENTICATED_FOR if given is not None else None
    )


routes = [tell_pass]
