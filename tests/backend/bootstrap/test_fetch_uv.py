"""The installer program is taken only when its hash is in the lock, wherever it was found."""

import base64
import hashlib
import json
import platform
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest

from backend.bootstrap.fetch_uv import NotFetched, Pin, fetch_uv, read_pin, wheels_for
from backend.bootstrap.indexes import Indexes
from backend.bootstrap.installers import UV_LOCK

NAME = f"uv-1.0-py3-none-manylinux_2_17_{platform.machine()}.whl"


def made_wheel(program: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-1.0.data/scripts/uv", program)
    return content.getvalue()


WHEEL = made_wheel(b"#!/bin/sh\n")
PIN = Pin("1.0", frozenset({hashlib.sha256(WHEEL).hexdigest()}))


class Registry(BaseHTTPRequestHandler):
    """A small package index on the loopback, which wants a name and a password."""

    kind: ClassVar[str] = "html"

    def do_GET(self) -> None:
        """Answer with a page or a file."""
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"us@er:secret").decode():
            self.send_error(401)
            return
        html = f'<html><a class="x" href="../../files/{NAME}#sha256=0">uv</a></html>'
        listing = html if self.kind == "html" else json.dumps({"files": [{"url": f"../../files/{NAME}"}]})
        pages = {"/simple/uv/": listing.encode(), f"/files/{NAME}": WHEEL}
        if (content := pages.get(self.path)) is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name in the base class
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_lock_of_the_installer_is_readable_when_shipped() -> None:
    pin = read_pin(UV_LOCK.read_text())
    assert pin.version[0].isdigit()
    assert len(pin.sha256) > 5
    with pytest.raises(ValueError, match="no hash"):
        read_pin("uv==1.0\n")


def test_program_is_fetched_when_a_folder_holds_the_wheel(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / NAME).write_bytes(WHEEL)
    target = tmp_path / "tools/uv"
    assert fetch_uv(PIN, Indexes(find_links=(str(tmp_path / "wheels"),)), target) == target
    assert target.read_bytes() == b"#!/bin/sh\n"
    assert target.stat().st_mode & 0o111


@pytest.mark.parametrize("kind", ["html", "json"])
def test_program_is_fetched_when_an_index_asks_for_a_password(tmp_path: Path, registry: int, kind: str) -> None:
    Registry.kind = kind
    secret = Indexes(default=f"http://us%40er:secret@127.0.0.1:{registry}/simple")
    assert fetch_uv(PIN, secret, tmp_path / "uv") == tmp_path / "uv"


def test_password_is_not_repeated_when_an_index_refuses(tmp_path: Path, registry: int) -> None:
    outcome = fetch_uv(PIN, Indexes(default=f"http://us%40er:wrong@127.0.0.1:{registry}/simple"), tmp_path / "uv")
    assert isinstance(outcome, NotFetched)
    assert "401" in outcome.sentence
    assert "wrong" not in outcome.sentence


def test_another_file_is_refused_when_its_hash_is_not_in_the_lock(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(made_wheel(b"#!/bin/sh\nanother\n"))
    outcome = fetch_uv(PIN, Indexes(find_links=(str(tmp_path),)), tmp_path / "uv")
    assert isinstance(outcome, NotFetched)
    assert "not the file that the lock names" in outcome.sentence
    assert not (tmp_path / "uv").exists()


def test_sentence_says_so_when_nothing_is_configured(tmp_path: Path) -> None:
    assert fetch_uv(PIN, Indexes(), tmp_path / "uv") == NotFetched("no package index is configured")


def test_wheels_of_other_platforms_are_passed_over_when_listed() -> None:
    names = [
        "uv-1.0.tar.gz",
        "uv-1.0-py3-none-manylinux_2_17_aarch64.whl",
        "uv-1.0-py3-none-musllinux_1_1_x86_64.whl",
        "uv-1.0-py3-none-manylinux_2_17_x86_64.whl",
        "uv-1.0.1-py3-none-manylinux_2_17_x86_64.whl",
        "uv-1.0-py3-none-macosx_11_0_arm64.whl",
    ]
    assert wheels_for("1.0", names, "x86_64", "linux") == [names[3], names[2]]
    assert wheels_for("1.0", names, "arm64", "darwin") == [names[5]]
