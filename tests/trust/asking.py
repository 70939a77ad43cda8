"""This file says what an entry of the table of routes holds: the right, and how somebody asks for something real.

The entries are in routes.py, and beside it by area: routes_of_accounts.py.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import httpx

from backend.access import Right
from backend.ids import new_id
from tests.trust.town import Territory, Town


@dataclass(frozen=True)
class Call:
    """One request: `id` is the id in it that belongs to a territory, `shows` what only an answer with the row holds.

    An id that is no UUID comes with `nothing`, an id of its form that nobody has.
    """

    path: str
    json: dict[str, Any] | None = None
    form: dict[str, Any] | None = None
    raw: bytes | None = None
    id: UUID | str | None = None
    shows: str = ""
    nothing: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def about_nothing(self) -> "Call":
        """Return the same request about an id that nobody has."""
        return self.about(self.nothing or uuid5(new_id(), "nothing"))

    def about(self, other: UUID | str) -> "Call":
        """Return the same request about another id."""
        asked = str(self.id)
        return Call(
            self.path.replace(asked, str(other)),
            None if self.json is None else json.loads(json.dumps(self.json).replace(asked, str(other))),
            None if self.form is None else {name: _replaced(one, asked, str(other)) for name, one in self.form.items()},
            None if self.raw is None else self.raw.replace(asked.encode(), str(other).encode()),
            other,
            self.shows,
            self.nothing,
            self.headers,
        )


Ask = Callable[[Town, Territory, UUID | None], Awaitable[Call]]


@dataclass(frozen=True)
class Entry:
    """What a route needs and how it is asked; `act` is the journal's word for it where a look or a change is noted.

    Whoever may gets what `Call.shows` says, or leaves an entry `act`, or an op or job (`writes`): a control that shows
    nothing would pass on an empty page too. Where only a proof would open the door, `proved` names the test that has it.
    """

    right: Right
    ask: Ask
    passed: int = 200
    scoped: bool = False
    page: bool = False
    act: str = ""
    deposit: bool = False  # a revoked tablet may still ask it
    endless: bool = False  # it streams until the reader leaves: only refusals are asked for
    inside: bool = False  # signed in is not enough: it needs a territory
    members: bool = False  # it names the territory itself: to others there is none
    each: bool = False  # it answers 200 and leaves out, or refuses one by one, what is not of the territory
    reauthenticated: bool = False  # a code must have been given lately
    writes: bool = False  # an op or a job is written with it
    proved: str = ""  # the test, `file::name`, in which somebody does get through
    also: int = 0  # another status of who may: a page leads on whoever stands at another step


def _replaced(value: str | list[str], asked: str, other: str) -> str | list[str]:
    return value.replace(asked, other) if isinstance(value, str) else [one.replace(asked, other) for one in value]


def plain(path: str, body: dict[str, Any] | None = None, form: dict[str, str] | None = None, shows: str = "") -> Ask:
    """Ask the same of everybody: the path, and a body or a form."""

    async def ask(_town: Town, _where: Territory, _user: UUID | None) -> Call:
        return Call(path, body, form, shows=shows)

    return ask


def in_parts(form: dict[str, str], name: str, content: bytes) -> dict[str, Any]:
    """Return the body, and its header, of a form that hands a file in beside these fields."""
    asked = httpx.Request("POST", "http://x", data=form, files={name: ("file.txt", content)})
    return {"raw": asked.read(), "headers": {"Content-Type": asked.headers["content-type"]}}


def own(path: str) -> Ask:
    """Ask for a page that holds nobody's rows: its header names whoever asks, and nobody else's answer does."""

    async def ask(_town: Town, _where: Territory, user: UUID | None) -> Call:
        return Call(path, shows=user.hex[-8:] if user else "")

    return ask
