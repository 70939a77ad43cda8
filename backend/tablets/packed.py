"""This file packs what a tablet fetches, if the tablet reads that."""

import zlib
from typing import Any, Final

from litestar import Request, Response

_LEVEL: Final = 1  # a sixth more bytes than level 5 (62 of 469 a record instead of 53), for a quarter of the time


def packed(request: Request[Any, Any, Any], content: bytes, media_type: str) -> Response[bytes]:
    """Return an answer with this content, gzipped where the request allows it."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, media_type=media_type)
    packer = zlib.compressobj(level=_LEVEL, wbits=31)
    body = packer.compress(content) + packer.flush()
    return Response(body, media_type=media_type, headers={"Content-Encoding": "gzip"})
