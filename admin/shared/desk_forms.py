"""This file reads what a form of the desk posted, marks a field at fault, and says in which language and time a page speaks."""

from datetime import date
from typing import Any
from unicodedata import normalize
from uuid import UUID

from litestar import Request
from markupsafe import Markup

from admin.shared.speaker import Speaker
from backend.accounts.authenticate import form_of, signed_of
from backend.db.transaction import Transaction
from backend.edge.locale import locale_of
from backend.ids import InstallationId
from backend.log.desk import installation_for
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone
from sync.fields import is_day

Req = Request[Any, Any, Any]
_AT_FAULT = Markup(' autofocus aria-invalid="true" aria-describedby="fault"')


class Posted:
    """The texts of a form, by name; a name that was not sent is empty."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """Return the one value of a field, without the blanks around it."""
        found = self._values.get(name)
        return found[0].strip() if found else default

    def names(self) -> list[str]:
        """Return the names of the fields that were sent."""
        return list(self._values)

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be given several times."""
        return [value.strip() for value in self._values.get(name, []) if value.strip()]

    def id(self, name: str) -> UUID | None:
        """Return a record's id, or None if the field holds none."""
        return uuid_or_none(self.text(name))


async def posted(request: Req) -> Posted:
    """Return what the form of a request holds; files are not taken here, nor is a text that nobody can have typed."""
    form = await form_of(request)
    for name, values in form.texts.items():
        if any("\0" in value for value in values):
            raise Problem("bad_request", fields=[name])
    # The log holds NFC text alone.
    return Posted({name: [normalize("NFC", value) for value in values] for name, values in form.texts.items()})


def uuid_or_none(text: str) -> UUID | None:
    """Return the id that a text holds.

    >>> uuid_or_none("no id") is None
    True
    """
    try:
        return UUID(text)
    except ValueError:
        return None


def day_or_none(text: str) -> date | None:
    """Return the day that a text names; the log holds those of the years 1900 to 2100 alone.

    >>> day_or_none("2026-11-23"), day_or_none("0001-01-01"), day_or_none("9999-12-31")
    (datetime.date(2026, 11, 23), None, None)
    """
    return date.fromisoformat(text) if is_day(text) else None


async def speaker_of(tx: Transaction, request: Req) -> Speaker:
    """Return who speaks: the page's language, the territory's time zone."""
    return Speaker(locale_of(request), await read_time_zone(tx))


async def desk_installation(tx: Transaction, request: Req) -> InstallationId:
    """Return the installation under which this sign-in session writes."""
    return await installation_for(tx, "desk", request.app.state.now(), signed_of(request).session.id)


def mark(field: str, fault: str) -> Markup:
    """Return the attributes of a field: where it is at fault, typing begins there and the sentence belongs to it."""
    return _AT_FAULT if field == fault else Markup("")
