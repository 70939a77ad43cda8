"""Name the tablet that sends a request, by the signature of its installation's key.

A revoked tablet is still known: it may hand in what it holds; the routes that give something ask `require_active`, or read it
with what they give (`tablet_now.py`).

The key of an installation never changes, so a process that has read it once need not read it again. What the installation
may do is read at each request: here, or in the route's own transaction with what it reads anyway (`STATE_READ_LATER`).
"""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection

from backend.access import Scope
from backend.clock import Clock
from backend.db.transaction import transaction
from backend.ids import InstallationId, TerritoryId
from backend.problems import Problem
from backend.tablets.signature import (
    AT_MS_MAX,
    INSTALLATION_HEADER,
    SIGNATURE_HEADER,
    Claim,
    is_signed,
    read_claim,
    text_to_sign,
)

# In the `opt` of a route that reads in its own transaction whether the installation is still there, and what it may do.
STATE_READ_LATER = "state_read_later"
KEYS_MOST = 4096
_KEYS: dict[tuple[UUID, UUID], bytes] = {}  # by territory and installation, of those that have signed here


async def tablet_scope_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Scope | None:
    """Return the scope of the installation that signed this request, or None; raises `tablet_clock` if `at` is far off."""
    claim = read_claim(connection.headers.get(INSTALLATION_HEADER, ""), connection.headers.get(SIGNATURE_HEADER, ""))
    if claim is None or not isinstance(connection, Request):
        return None
    now: Clock = connection.app.state.now
    now_ms = int(now().timestamp() * 1000)
    if abs(now_ms - claim.at_ms) > AT_MS_MAX:
        raise Problem("tablet_clock", server_at=now_ms)
    scope = Scope(TerritoryId(claim.territory_id), None, InstallationId(claim.installation_id))
    known = (claim.territory_id, claim.installation_id)
    public_key, state = _KEYS.get(known), ""
    if public_key is None or not connection.route_handler.opt.get(STATE_READ_LATER):
        public_key, state = await _installation(scope, claim)
    if public_key is None:
        return None
    path = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
    text = text_to_sign(connection.method, path, claim.at_ms, await connection.body())
    if not is_signed(public_key, text, claim.signature):
        return None
    _remember(known, public_key)
    connection.scope["state"]["tablet_state"] = state
    return scope


def require_active(request: Request[Any, Any, Any]) -> None:
    """Raise `tablet_deposit_only` for a tablet that may hand in and receives nothing (S6)."""
    if request.scope["state"].get("tablet_state") != "active":
        raise Problem("tablet_deposit_only")


def _remember(known: tuple[UUID, UUID], public_key: bytes) -> None:
    if known not in _KEYS and len(_KEYS) >= KEYS_MOST:
        del _KEYS[next(iter(_KEYS))]
    _KEYS[known] = public_key


async def _installation(scope: Scope, claim: Claim) -> tuple[bytes | None, str]:
    async with transaction(scope) as tx:
        row = await tx.fetch_row(
            "SELECT public_key, state FROM installation WHERE territory_id = $1 AND id = $2 AND public_key IS NOT NULL",
            scope.territory_id,
            claim.installation_id,
        )
    return (None, "") if row is None else (row["public_key"], row["state"])
