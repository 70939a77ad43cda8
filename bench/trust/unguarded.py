"""Serve the product without its protections, to measure what they cost. It exists in this bench alone.

The product has no switch for this: names of its modules are replaced in this process before the application is made.
The database is reached as a role that row-level security does not bind. Run by bench/trust/__main__.py.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from backend import app
from backend.access import Scope
from backend.accounts import authenticate
from backend.accounts.sessions import Signed
from backend.db import transaction as transactions
from backend.db.transaction import Transaction
from backend.edge import middleware
from backend.ids import InstallationId, TerritoryId, UserId
from backend.journal import store as journal
from backend.log import append
from backend.piccolo_conf import DB
from backend.serve.commands import serve_demo
from backend.settings import read_settings
from backend.tablets.signature import INSTALLATION_HEADER, SIGNATURE_HEADER, read_claim

_find_signed = authenticate.find_signed
_signed: dict[str, Signed] = {}


async def tablet_of_the_header(connection: ASGIConnection[Any, Any, Any, Any]) -> Scope | None:
    """Believe what a request says of itself: no signature, no look at the installation's row."""
    claim = read_claim(connection.headers.get(INSTALLATION_HEADER, ""), connection.headers.get(SIGNATURE_HEADER, ""))
    if claim is None or not isinstance(connection, Request):
        return None
    connection.scope["state"]["tablet_state"] = "active"
    return Scope(TerritoryId(claim.territory_id), None, InstallationId(claim.installation_id))


async def signed_of_the_first_time(connection: ASGIConnection[Any, Any, Any, Any]) -> Signed | None:
    """Read a session once and believe it for ever: neither its end nor a change of roles would be seen."""
    cookie = connection.headers.get("cookie", "")
    if cookie not in _signed:
        found = await _find_signed(connection)
        if found is None or found.session.second_factor_at is None:
            return found
        _signed[cookie] = found
    return _signed[cookie]


@contextlib.asynccontextmanager
async def bare_transaction(scope: Scope | None, *_settings: str) -> AsyncIterator[Transaction]:
    """Open a transaction that says nothing of itself: no role, no territory, no user."""
    async with DB.transaction(allow_nested=False) as inner:
        opened = Transaction(inner.connection, scope)
        yield opened
    for act in opened._after_commit:  # noqa: SLF001 - as backend/db/transaction.py does
        await act()


async def nothing(*_: object, **__: object) -> None:
    """Do nothing: in the place of the journal, of the check of forms, of naming the user."""


async def sleep_for_ever(*_: object) -> None:
    """Seal nothing."""
    await asyncio.Event().wait()


async def everybody_may(*_: object) -> Any:
    """Let every author write everything."""
    return lambda _op, _state: None


async def user_unnamed(_self: Transaction, _user_id: UserId) -> None:
    """Leave the transaction as it is: there is no row-level security to tell."""


def take_protections_away() -> None:
    """Replace every protection that a push or a page passes."""
    record = journal.record
    for module in [one for name, one in sys.modules.items() if name.startswith(("backend.", "admin."))]:
        for name in [name for name, value in vars(module).items() if value is record]:
            setattr(module, name, nothing)
    replaced: tuple[tuple[Any, str, Any], ...] = (
        (app, "tablet_scope_of", tablet_of_the_header),
        (app, "seal_for_ever", sleep_for_ever),
        (authenticate, "find_signed", signed_of_the_first_time),
        (authenticate, "_check_own_page", nothing),
        (append, "authority_of", everybody_may),
        (transactions, "_open", bare_transaction),
        (Transaction, "go_on_as", user_unnamed),
        (middleware, "HEADERS", {}),
    )
    for owner, name, instead in replaced:
        if not hasattr(owner, name):
            message = f"{name} is not there any more: this bench would measure nothing of it."
            raise RuntimeError(message)
        setattr(owner, name, instead)


if __name__ == "__main__":
    take_protections_away()
    sys.exit(serve_demo(read_settings()))
