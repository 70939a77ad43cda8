"""This file serves our own style sheet and scripts, read once when the server starts: nothing comes from elsewhere.

An address that names the content's sum may be kept for ever; any other is asked again, and answered `304` if unchanged.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.params import Parameter
from msgspec import Struct

from backend.access import Right
from backend.accounts.authenticate import needs
from backend.problems import Problem

_FOLDER: Final = Path(__file__).parent.parent / "static"
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


class _File(Struct, frozen=True):
    content: bytes
    media_type: str
    etag: str


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])


_FILES: Final = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}


def static_address(name: str) -> str:
    """Return the address of a file of ours, with the sum of its content."""
    return f"/static/{name}?v={_FILES[name].etag}"


@get("/static/{name:str}", opt=needs(Right.ANYBODY), include_in_schema=False)
async def give_file(
    request: Request[Any, Any, Any], name: Annotated[str, Parameter(description="The file's name.", max_length=80)]
) -> Response[bytes]:
    """Give a file of ours by its name; there are no folders to climb."""
    file = _FILES.get(name)
    if file is None:
        raise Problem("not_found")
    named = request.query_params.get("v") == file.etag
    headers = {"ETag": f'"{file.etag}"', "Cache-Control": _FOR_EVER if named else _ASK_AGAIN}
    if f'"{file.etag}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


routes = [give_file]
