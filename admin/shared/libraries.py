"""This file serves the browser's libraries that were brought at set-up, read once when the server starts.

Which ones, and by which hash: backend/bootstrap/libraries.toml. A library that is not there has no address, and a page
then does without it and says so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.params import Parameter

from backend.access import Right
from backend.accounts.authenticate import needs
from backend.bootstrap.bring_libraries import LOCK, is_there, read_lock
from backend.problems import Problem

Libraries = Mapping[str, bytes]
_TYPES: Final = {".css": "text/css", ".js": "text/javascript"}


def read_libraries(folder: Path) -> Libraries:
    """Return the files of the libraries that lie in a folder, by their address below /static/lib/."""
    return {
        f"{library.folder}/{name}": (folder / library.folder / name).read_bytes()
        for library in read_lock(LOCK.read_text("utf-8"))
        if is_there(folder, library)
        for name in library.files
    }


def library_address(libraries: Libraries, file: str) -> str:
    """Return the address of a library's file, given as `leaflet/dist/leaflet.js`; empty if it was not brought.

    >>> library_address({"leaflet-2.0-ab12/dist/leaflet.js": b""}, "leaflet/dist/leaflet.js")
    '/static/lib/leaflet-2.0-ab12/dist/leaflet.js'
    """
    name, _, path = file.partition("/")
    found = (one for one in libraries if one.startswith(f"{name}-") and one.endswith(f"/{path}"))
    return next((f"/static/lib/{one}" for one in found), "")


@get("/static/lib/{address:path}", opt=needs(Right.ANYBODY), include_in_schema=False)
async def give_library(
    request: Request[Any, Any, Any],
    address: Annotated[str, Parameter(description="Library and file.", max_length=200)],
) -> Response[bytes]:
    """Give a file of a library; its folder names its hash, so it may be kept for ever."""
    found: Libraries = request.app.state.libraries
    name = str(address).lstrip("/")
    if name not in found:
        raise Problem("not_found")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found[name], headers=headers, media_type=_TYPES[Path(name).suffix])


routes = [give_library]
