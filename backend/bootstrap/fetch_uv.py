"""This file fetches the one installer program for a Python that has neither pip nor ensurepip.

The wheel must be one that `installer.lock` knows by its hash; it is looked for on the indexes that are configured.
`installers.py` has the order of the installers, and this is its last.
"""

import base64
import hashlib
import html
import json
import os
import platform
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from backend.bootstrap.indexes import Indexes

ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
FETCH_SECONDS_MAX: Final = 60.0
LINK: Final = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?([^"'>\s]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Pin:
    """A version and the hashes of its files, as a lock names them."""

    version: str
    sha256: frozenset[str]


@dataclass(frozen=True)
class NotFetched:
    """No acceptable wheel was found; the sentence says where it was looked for."""

    sentence: str


def read_pin(lock: str) -> Pin:
    """Return the pin that the one-package lock holds.

    >>> read_pin("uv==0.13.9 --hash=sha256:" + "a" * 64).version
    '0.13.9'
    """
    version = re.search(r"^uv==(\S+)", lock, re.MULTILINE)
    hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    if version is None or not hashes:
        raise ValueError("installer.lock names no version or no hash")
    return Pin(version[1], hashes)


def fetch_uv(pin: Pin, indexes: Indexes, target: Path) -> Path | NotFetched:
    """Fetch the wheel of this platform, check its hash, and put its program at `target`."""
    tried: list[str] = []
    for page in _pages(indexes):
        try:
            links = read_links(page)
        except (OSError, ValueError) as error:
            tried.append(f"{_without_password(page)}: {error}")
            continue
        for link in wheels_for(pin.version, links, platform.machine()):
            try:
                content = _read(link)
            except OSError as error:
                tried.append(f"{_without_password(link)}: {error}")
                continue
            if hashlib.sha256(content).hexdigest() not in pin.sha256:
                tried.append(f"{_without_password(link)}: not the file that the lock names")
                continue
            return _unpack(content, target)
        tried.append(f"{_without_password(page)}: no wheel of uv {pin.version} for {platform.machine()}")
    return NotFetched("; ".join(tried) or "no package index is configured")


def wheels_for(version: str, links: Iterable[str], machine: str, system: str = sys.platform) -> list[str]:
    """Return the links to wheels that this platform can run, those for the usual C library first.

    >>> wheels_for("1.0", ["f/uv-1.0-py3-none-win_amd64.whl", "f/uv-1.0-py3-none-musllinux_1_1_x86_64.whl"], "x86_64")
    ['f/uv-1.0-py3-none-musllinux_1_1_x86_64.whl']
    """
    words = ("manylinux", "musllinux") if system.startswith("linux") else ("macosx",)
    fitting: list[tuple[int, str]] = []
    for link in links:
        name = urllib.parse.unquote(urllib.parse.urlsplit(link).path).rsplit("/", 1)[-1]
        if not name.startswith(f"uv-{version}-") or not name.endswith(f"{machine}.whl"):
            continue
        rank = next((rank for rank, word in enumerate(words) if word in name), None)
        if rank is not None:
            fitting.append((rank, link))
    # The musl build is linked statically and runs everywhere; the other is what most people run.
    return [link for _, link in sorted(fitting)]


def read_links(page: str) -> list[str]:
    """Return the links of a page of an index (JSON or HTML), or the files of a folder, as absolute addresses."""
    folder = Path(urllib.parse.unquote(urllib.parse.urlsplit(page).path)) if page.startswith("file:") else None
    if folder is not None and folder.is_dir():
        listing = folder / "index.html"
        if not listing.exists():
            return [file.as_uri() for file in sorted(folder.iterdir())]
        page = listing.as_uri()
    content = _read(page)
    if content.lstrip().startswith(b"{"):
        found: Sequence[str] = [str(file["url"]) for file in json.loads(content).get("files", [])]
    else:
        found = [html.unescape(link) for link in LINK.findall(content.decode("utf-8", "replace"))]
    return [urllib.parse.urljoin(page, link) for link in found]


def _pages(indexes: Indexes) -> Iterable[str]:
    for place in indexes.find_links:
        yield place if "://" in place else Path(place).absolute().as_uri()
    for address in indexes.addresses:
        yield f"{address.rstrip('/')}/uv/"


def _read(address: str) -> bytes:
    """Read a file or page; a name and password in the address are sent as they should be."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in {"http", "https", "file"}:
        raise urllib.error.URLError(f"{parts.scheme} is no way to fetch a package")
    headers = {"Accept": ACCEPT}
    if parts.username is not None:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    request = urllib.request.Request(urllib.parse.urlunsplit(parts), headers=headers)  # noqa: S310 — checked above
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE") or None)
    with urllib.request.urlopen(request, timeout=FETCH_SECONDS_MAX, context=context) as answer:  # noqa: S310
        content: bytes = answer.read()
        return content


def _unpack(wheel: bytes, target: Path) -> Path | NotFetched:
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        program = next((name for name in archive.namelist() if name.endswith(".data/scripts/uv")), None)
        if program is None:
            return NotFetched("the wheel of uv holds no program")
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f"{target.name}.{os.getpid()}.new")
        aside.write_bytes(archive.read(program))
    aside.chmod(0o755)
    aside.replace(target)
    return target


def _without_password(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
