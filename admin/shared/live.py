"""This file tells open pages that something changed in their territory, never what: each page then reads again.

Who may read what is decided by the page that is read again. How news travels between processes is in backend/live.py.
"""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, get
from litestar.response import ServerSentEvent

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.live import Live


@get("/live", opt=needs(Right.SIGNED_IN), include_in_schema=False)
async def tell_changes(request: Request[Any, Any, Any]) -> ServerSentEvent:
    """Send a server-sent event `changed` at the start and whenever something of the territory may have changed."""
    live: Live = request.app.state.live
    topic = f"territory:{scope_of(request).territory_id}"

    async def events() -> AsyncIterator[dict[str, str]]:
        async for _ in live.changes(topic):
            yield {"event": "changed", "data": "1"}

    return ServerSentEvent(events())


routes = [tell_changes]
