"""This file serves the tablet's app: every file of `sync/tablet`, read once at the start, as one version.

The version is a sum over all files and stands in every address, so that a page can never be put together from two versions:
`/tablet/v/<version>/…`. `/tablet/` names the present one, and `/tablet/sw.js` carries it with the sum of each file, by
which the browser keeps the app whole or not at all. What Python decides and the app must know is written as a module
(backend/tablets/made.py). Nothing here is of a territory: anybody may read the app.
"""

import gzip
import hashlib
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.params import Parameter
from litestar.response import Redirect

import sync
from backend.access import Right
from backend.accounts.authenticate import needs
from backend.problems import Problem
from backend.tablets.made import made_modules
from backend.tablets.preload import links_to, modules_of

_FOLDER: Final = Path(sync.__file__).parent / "tablet"
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_AGAIN: Final = {"Cache-Control": "no-cache"}
_PAGE, _WORKER, _ENTRY = "index.html", "sw.js", "app.js"
_PRELOADS: Final = b"<!-- modulepreload -->"


class ShellFile(msgspec.Struct, frozen=True):
    """A file of the app, as it is and packed."""

    content: bytes
    packed: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        """Return the sum that the worker checks."""
        return hashlib.sha256(self.content).hexdigest()


class Shell(msgspec.Struct, frozen=True):
    """One version of the app: files by their path below `/tablet/v/<version>/`, its page and its worker."""

    version: str
    files: dict[str, ShellFile]
    page: ShellFile
    worker: ShellFile


def build_shell(contents: dict[str, bytes]) -> Shell:
    """Return the version that these files make; `index.html` names its files as `"./…"`.

    >>> one = build_shell({"index.html": b'<script src="./app.js">', "sw.js": b"", "app.js": b"1"})
    >>> one.page.content.decode() == f'<script src="/tablet/v/{one.version}/app.js">'
    True
    """
    files = {path: _file(path, content) for path, content in contents.items() if path not in (_PAGE, _WORKER)}
    sums = {path: file.sha256 for path, file in sorted(files.items())}
    whole_page = contents[_PAGE].replace(_PRELOADS, links_to(modules_of(_ENTRY, contents)).encode())
    everything = msgspec.json.encode([sums, whole_page.decode(), contents[_WORKER].decode()])
    version = hashlib.sha256(everything).hexdigest()[:16]
    page = _file(_PAGE, whole_page.replace(b'"./', f'"/tablet/v/{version}/'.encode()))
    listed = {"/tablet/": page.sha256} | {f"/tablet/v/{version}/{path}": one for path, one in sums.items()}
    head = b"const SHELL = " + msgspec.json.encode({"version": version, "files": listed}) + b";\n"
    return Shell(version, files, page, _file(_WORKER, head + contents[_WORKER]))


def read_contents(folder: Path = _FOLDER) -> dict[str, bytes]:
    """Return every file of the app by its path, with the modules made from Python."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES
    }
    return found | made_modules()


def _file(path: str, content: bytes) -> ShellFile:
    return ShellFile(content, gzip.compress(content, 9, mtime=0), _TYPES[Path(path).suffix])


SHELL: Final = build_shell(read_contents())


@get("/tablet", opt=needs(Right.ANYBODY), include_in_schema=False)
async def give_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give the app's page, of the present version, at an address that lies in its worker's scope."""
    if not request.scope["raw_path"].endswith(b"/"):  # the router takes both for one
        return Redirect("/tablet/", status_code=307)
    return _answer(request, SHELL.page, _ASK_AGAIN)


@get("/tablet/sw.js", opt=needs(Right.ANYBODY), include_in_schema=False)
async def give_worker(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the service worker, which names the version and the sum of each of its files."""
    return _answer(request, SHELL.worker, _ASK_AGAIN)


@get("/tablet/v/{version:str}/{path:path}", opt=needs(Right.ANYBODY), include_in_schema=False)
async def give_file(
    request: Request[Any, Any, Any],
    version: Annotated[str, Parameter(description="The version's sum.", max_length=16)],
    path: Annotated[str, Parameter(description="The file's path.", max_length=120)],
) -> Response[bytes]:
    """Give a file of the present version; of any other there is none, so that no page mixes two."""
    file = SHELL.files.get(path.lstrip("/")) if version == SHELL.version else None
    if file is None:
        raise Problem("not_found")
    return _answer(request, file, _FOR_EVER)


def _answer(request: Request[Any, Any, Any], file: ShellFile, headers: dict[str, str]) -> Response[bytes]:
    etag = f'"{file.sha256[:16]}"'
    headers = {**headers, "ETag": etag, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


routes = [give_page, give_worker, give_file]
