"""This file reads the filters of the backlog from an address, and writes them into one: table and map have the same."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request

from backend.visits.store import Filters

_PAGE_MOST = 10_000


def filters_of(request: Request[Any, Any, Any]) -> Filters:
    """Return the filters of the address; where one cannot be read, none counts."""
    given = {name: value for name, value in request.query_params.items() if name in Filters.__struct_fields__ and value}
    try:
        filters = msgspec.convert(given, Filters, strict=False)
    except msgspec.ValidationError:
        return Filters()
    return msgspec.structs.replace(filters, page=max(1, min(filters.page, _PAGE_MOST)))


def address_of(filters: Filters, path: str = "/requests", **more: Any) -> str:
    """Return the address of these filters, without those that say nothing.

    >>> address_of(Filters(zone="75114-3"), page=2)
    '/requests?zone=75114-3&page=2'
    """
    kept = {**msgspec.structs.asdict(filters), **more}
    usual = msgspec.structs.asdict(Filters())
    return f"{path}?" + urlencode({name: value for name, value in kept.items() if value != usual[name]})
