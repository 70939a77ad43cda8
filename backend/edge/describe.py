"""This file adds to the description of the interface the problems that each route may answer.

Litestar describes what a route returns; what guards, decoders and the database answer instead stands in
backend/problems.py. tests/trust/test_description.py sends machine-made requests and accepts no other status.
"""

from litestar import Litestar
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.routes import HTTPRoute

from backend.access import Right
from backend.accounts.reading import is_reading

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PROVES_SOMETHING = frozenset({Right.ANYBODY, Right.SIGNING_IN, Right.SIGNED_IN})
_WORDS = {
    400: "The request does not have the expected form.",
    401: "Nobody who is known asks, or a proof does not fit.",
    403: "Who asks may not, or a proof is missing.",
    404: "There is no such thing in this territory.",
    409: "What is asked does not fit what is there now.",
    413: "The request is too large.",
    415: "This content type is not read here.",
    429: "Too many attempts.",
    503: "The database does not answer now.",
}


def describe_problems(app: Litestar) -> None:
    """Name in the description of every route the problems that it may answer, beside what it returns."""
    described = app.openapi_schema.paths or {}
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            item = described.get(str(route.path_format))
            for method in handler.http_methods:
                operation = getattr(item, method.lower(), None)
                if operation is None or operation.responses is None:
                    continue
                right = handler.opt.get("right")
                for status in statuses_of(right, method, named="{" in route.path):
                    operation.responses.setdefault(str(status), _response(status))


def statuses_of(right: object, method: str, *, named: bool) -> list[int]:
    """Return the statuses of problems for a route of this right; `named` if its path holds an id.

    >>> statuses_of(Right.ANYBODY, "GET", named=False)
    [503]
    """
    found = {503}
    if right is not Right.ANYBODY:
        found |= {400, 401, 403}
    if is_reading(right, method):
        found.add(429)
    if right is not Right.ANYBODY or named:
        found.add(404)
    if method in _UNSAFE:
        found |= {400, 401, 403, 404, 413, 415}
        found |= {429} if right in _PROVES_SOMETHING else {409}
    return sorted(found)


def _response(status: int) -> OpenAPIResponse | Reference:
    fields = {
        "type": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": Schema(type=OpenAPIType.STRING),
        "code": Schema(type=OpenAPIType.STRING),
        "request_id": Schema(type=OpenAPIType.STRING),
        "details": Schema(type=OpenAPIType.OBJECT),
    }
    required = [name for name in fields if name != "details"]
    body = Schema(type=OpenAPIType.OBJECT, properties=dict(fields), required=required)
    return OpenAPIResponse(_WORDS[status], content={"application/problem+json": OpenAPIMediaType(schema=body)})
