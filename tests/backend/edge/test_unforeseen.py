"""An error that nobody foresaw tells a stranger nothing."""

import asyncpg
import httpx
import pytest
from litestar import get

from backend.access import Right
from backend.accounts.authenticate import needs
from backend.app import create_app
from backend.edge import logs
from backend.health import api as health
from backend.settings import Settings
from tests.backend.edge.test_answers import CANARIES, is_dressed


async def test_body_is_generic_when_something_unforeseen_breaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception's message may hold a name; neither the answer nor the log repeats it."""

    @get("/break", opt=needs(Right.ANYBODY))
    async def breaks() -> str:
        raise ValueError(f"born {CANARIES[0]}")

    monkeypatch.setattr(health, "routes", [*health.routes, breaks])

    logs.set_up("info")
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://maraude.test") as browser:  # type: ignore[arg-type]
        answer = await browser.get("/break")
    app.state.accounts.close()
    app.state.redis.close()
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert CANARIES[0] not in answer.text
    is_dressed(answer)
    logged = capfd.readouterr().err
    assert "request.broke" in logged
    assert CANARIES[0] not in logged


async def test_browser_gets_a_page_when_something_unforeseen_breaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person reads a sentence and finds the way back; the interface answers its own form whoever asks."""

    @get(["/break", "/api/break"], opt=needs(Right.ANYBODY))
    async def breaks() -> str:
        raise ValueError(f"born {CANARIES[0]}")

    @get("/cut", opt=needs(Right.ANYBODY))
    async def cut() -> str:
        raise asyncpg.InternalClientError("got a message in the middle of another")

    monkeypatch.setattr(health, "routes", [*health.routes, breaks, cut])
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://maraude.test") as browser:  # type: ignore[arg-type]
        as_page = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}
        broken, away, lost, api = [
            await browser.get(path, headers=as_page) for path in ("/break", "/cut", "/nothing/here", "/api/break")
        ]
    app.state.accounts.close()
    app.state.redis.close()
    for answer, status, said in (
        (broken, 500, "An unforeseen error happened."),
        (away, 503, "The database does not answer."),
        (lost, 404, "</html>"),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert said in answer.text
        assert answer.headers["x-request-id"] in answer.text
        assert CANARIES[0] not in answer.text
        is_dressed(answer)
    assert int(away.headers["retry-after"]) > 0
    assert (api.status_code, api.json()["code"]) == (500, "internal")
