"""Be a person at a desk: sign in with passphrase and code, and use the interface like a browser would."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx
import pyotp

from backend.accounts.csrf import HEADER
from backend.demo.users import DemoUser


class DeskError(Exception):
    """The server did not answer as the story needs; the text has its code and nothing else."""


class Desk:
    """A signed-in person."""

    def __init__(self, url: str, user: DemoUser) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, headers={HEADER: "1"})
        self._sign_in(user)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """Post and return the answer's content."""
        return _content(self._http.post(path, json=content))

    def send_form(self, path: str, fields: dict[str, str]) -> None:
        """Send a form of a page, which leads on when it was taken."""
        answer = self._http.post(path, data=fields)
        if not answer.is_redirect:
            message = f"POST {path}: {answer.status_code}"
            raise DeskError(message)

    def get(self, path: str) -> Any:
        """Get and return the answer's content."""
        return _content(self._http.get(path))

    def watch(self, job_id: str, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Follow a job's server-sent events to its end and return its last state."""
        last: dict[str, Any] = {}
        with self._http.stream("GET", f"/api/jobs/{job_id}/events", timeout=300) as response:
            for last in _events(response):
                tell(last)
        return last

    def _sign_in(self, user: DemoUser) -> None:
        self.post("/api/sign-in", {"login": user.login, "passphrase": user.passphrase})
        self.post("/api/sign-in/code", {"code": pyotp.TOTP(user.totp_secret).now()})


def _events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in response.iter_lines():
        if line.startswith("data:"):
            yield json.loads(line[5:])


def _content(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    code = response.json().get("code", "") if "json" in response.headers.get("content-type", "") else ""
    message = f"{response.request.method} {response.request.url.path}: {response.status_code} {code}"
    raise DeskError(message)
