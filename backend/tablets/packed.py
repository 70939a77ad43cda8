"""This file packs what a tablet fetches, if the tablet reads that."""

from collections.abc import Iterable
from typing import Any, Final

from isal import isal_zlib
from litestar import Request, Response

# 61 bytes a record of 469 in 0.4 ms a thousand; zlib's own level 1 takes 1.8 ms for 66 bytes, its level 5 seven for 53.
_LEVEL: Final = 1


def packed(request: Request[Any, Any, Any], content: bytes, media_type: str) -> Response[bytes]:
    """Return an answer with this content, gzipped where the request allows it."""
    return answered(request, gzipped([content]) if reads_gzip(request) else content, media_type)


def answered(request: Request[Any, Any, Any], body: bytes, media_type: str) -> Response[bytes]:
    """Return an answer whose body is gzipped already where the request allows it."""
    headers = {"Content-Encoding": "gzip"} if reads_gzip(request) else {}
    return Response(body, media_type=media_type, headers=headers)


def reads_gzip(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the request allows gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


def gzipped(parts: Iterable[bytes]) -> bytes:
    """Return in gzip's format what these parts hold one after the other.

    >>> import gzip
    >>> gzip.decompress(gzipped([b"pa", b"ge"]))
    b'page'
    """
    packer = isal_zlib.compressobj(level=_LEVEL, wbits=31)
    found: list[bytes] = [packer.compress(part) for part in parts]
    return b"".join([*found, packer.flush()])
