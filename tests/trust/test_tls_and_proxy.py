"""What stands between a browser and us: TLS of the server itself, and the proxy that the documentation gives."""

import asyncio
import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.trust.town import Town
from tests.trust.web import AMBIGUOUS, Proof, make_proof, served_at

DOCUMENT = Path(__file__).parents[2] / "docs/operations/tls-and-proxy.md"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SECONDS_MAX = 20.0


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return make_proof(tmp_path_factory.mktemp("proof"))


@dataclass
class Behind:
    """A proxy in front of the town: its port, the paths that came to us, and the log of what it passed on."""

    port: int
    proof: Proof
    came: list[str]
    log: Path

    def passed_on(self) -> list[str]:
        """Return the paths of the requests that the proxy asked us, as it understood them."""
        lines = (line.split() for line in self.log.read_text("utf-8").splitlines())
        return [path for path, status in lines if status != "-"]

    async def until_told(self, requests: int) -> None:
        """Wait until the proxy has written down that many requests: it does so after it has answered."""
        ends = time.monotonic() + SECONDS_MAX
        while len(self.passed_on()) < requests and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the log is a file of another process: nothing tells us


@pytest.fixture
async def behind(town: Town, proof: Proof, tmp_path: Path) -> AsyncIterator[Behind]:
    """Run nginx with the configuration of the documentation, word for word but for addresses and files."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    came: list[str] = []

    async def told(scope: Any, receive: Any, send: Any) -> None:
        came.append(scope["path"])
        await town.app(scope, receive, send)

    async with served_at(told, town.settings) as ours:
        port = _free_port()
        (tmp_path / "logs").mkdir()
        (tmp_path / "nginx.conf").write_text(_configuration(tmp_path, proof, ours, port))
        words = (NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "logs/error.log"))
        nginx = await asyncio.create_subprocess_exec(*words)
        try:
            await _until_it_listens(port, nginx)
            yield Behind(port, proof, came, tmp_path / "logs/access.log")
        finally:
            with contextlib.suppress(ProcessLookupError):
                nginx.terminate()
            await nginx.wait()


def _configuration(folder: Path, proof: Proof, ours: int, port: int) -> str:
    block = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert block, "the documentation gives no configuration for nginx"
    told = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/maraude/cert.pem": str(proof.certificate),
        "/etc/maraude/key.pem": str(proof.key),
        "http://127.0.0.1:8765": f"http://127.0.0.1:{ours}",
    }
    text = block[1]
    for before, after in told.items():
        assert before in text, before
        text = text.replace(before, after)
    text = text.replace("  http2 on;\n", "" if _is_old() else "  http2 on;\n")
    kept = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    log = f"log_format told '$uri $upstream_status'; access_log {folder}/logs/access.log told;"
    return f"daemon off; pid {folder}/pid; worker_processes 1; events {{}} http {{ {log} {kept}\n{text} }}"


def _is_old() -> bool:
    """Tell an nginx before 1.25.1, which knows `http2` as a word of `listen` only."""
    said = subprocess.run([str(NGINX), "-v"], check=True, capture_output=True, text=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    return found is not None and tuple(map(int, found.groups())) < (1, 25, 1)


@pytest.mark.proxy
async def test_request_of_two_ends_does_not_pass_the_proxy_of_the_documentation(behind: Behind) -> None:
    """Whatever nginx makes of it, we see the requests that it saw, and not one more."""
    for lengths in AMBIGUOUS:
        before = len(behind.came)
        said = await _said(behind, b"POST /health/live HTTP/1.1\r\nHost: localhost\r\n" + lengths + SMUGGLED)
        assert said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), (lengths, said[:200])
        assert len(behind.came) - before <= said.count(b"HTTP/1.1 "), lengths
        await behind.until_told(len(behind.came))
        assert behind.came == behind.passed_on(), lengths


@pytest.mark.proxy
async def test_honest_requests_on_one_connection_pass_the_proxy_one_after_the_other(behind: Behind) -> None:
    """The control: had the second request been taken for one, it would have been seen."""
    first = b"POST /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab"
    said = await _said(behind, first + SMUGGLED)
    await behind.until_told(2)
    assert behind.came == ["/health/live", "/smuggled"] == behind.passed_on()
    assert said.count(b"HTTP/1.1 ") == 2


@pytest.mark.proxy
async def test_words_of_a_stranger_reach_nobody_through_the_proxy(behind: Behind) -> None:
    async with httpx.AsyncClient(verify=_context(behind.proof), base_url=f"https://127.0.0.1:{behind.port}") as browser:
        answer = await browser.get("/sign-in", headers={"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"})
    assert answer.status_code == 200
    assert "evil.test" not in answer.text + str(answer.headers)
    assert answer.headers["cache-control"] == "no-store"


async def test_server_speaks_tls_and_nothing_older_or_plain(town: Town, proof: Proof) -> None:
    """`serve --tls-cert`: a browser that trusts the certificate gets in, by TLS 1.2 at least; plain HTTP gets no answer."""
    async with served_at(town.app, town.settings, proof) as port:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            async with httpx.AsyncClient(
                verify=_context(proof, version), base_url=f"https://127.0.0.1:{port}"
            ) as browser:
                answer = await browser.get("/health/live")
            assert answer.json() == {"state": "alive"}
            assert "max-age=31536000" in answer.headers["strict-transport-security"]
        async with httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}") as stranger:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get("/health/live")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await _tls(port, _old_context())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as plain:
            with pytest.raises(httpx.RemoteProtocolError):
                await plain.get("/health/live")


def _context(proof: Proof, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(proof.certificate))
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def _old_context() -> ssl.SSLContext:
    """Offer what browsers gave up: TLS 1.1, with ciphers of its time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


async def _tls(port: int, context: ssl.SSLContext) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.close()
    return await reader.read()


async def _said(behind: Behind, content: bytes) -> bytes:
    """Send bytes over TLS and return all that came until the proxy closed."""
    context = _context(behind.proof)
    reader, writer = await asyncio.open_connection("127.0.0.1", behind.port, ssl=context)
    said = b""
    try:
        async with asyncio.timeout(SECONDS_MAX):
            with contextlib.suppress(ConnectionError):
                writer.write(content)
                await writer.drain()
                said = await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
    return said


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def _until_it_listens(port: int, nginx: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            assert nginx.returncode is None, "nginx ended: see its words above"
            with contextlib.suppress(ConnectionError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.02)  # the log is a file of another process: nothing tells us
