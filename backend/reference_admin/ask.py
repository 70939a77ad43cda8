"""This file asks the web server, at each request, who holds a session and whether they may administer reference tables.

The web server alone reads sessions: this process has no right on them, and keeps nothing that it is told.
"""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from uuid import UUID

import httpx

from backend.reference_admin.door import Pass

PATH: Final = "/api/reference-pass"
ANSWER_SECONDS_MAX: Final = 5.0


@dataclass(frozen=True)
class Refused:
    """Somebody who may not: the code of backend/problems.py that the web server answered."""

    code: str


@dataclass(frozen=True)
class Away:
    """The web server did not answer."""


class WebServer:
    """The web server of this installation, as this process sees it."""

    def __init__(self, url: str, cookie_name: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS_MAX, trust_env=False)
        self._cookie_name = cookie_name

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def whose(self, token: str) -> Pass | Refused | Away:
        """Return whose session this token is, if they may pass now."""
        if not token:
            return Refused("not_signed_in")
        try:
            answer = await self._client.get(PATH, headers={"Cookie": f"{self._cookie_name}={token}"})
        except httpx.HTTPError:
            return Away()
        if answer.status_code == httpx.codes.OK:
            return _read(answer.json())
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            return Refused(str(answer.json().get("code", "forbidden")))
        return Away()


def _read(told: dict[str, str | None]) -> Pass:
    until = told["may_change_until"]
    return Pass(
        UUID(told["user_id"]),
        str(told["login"]),
        UUID(told["territory_id"]),
        datetime.fromisoformat(until) if until else None,
    )
