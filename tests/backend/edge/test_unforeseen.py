"""An error that nobody foresaw tells a stranger nothing."""

import httpx
import pytest
from litestar import get

from backend import app as wiring
from backend.access import Right
from backend.accounts.authenticate import needs
from backend.edge import logs
from backend.settings import Settings
from tests.backend.edge.test_answers import CANARIES, is_dressed


async def test_body_is_generic_when_something_unforeseen_breaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception's message may hold a name; neither the answer nor the log repeats it."""

    @get("/break", opt=needs(Right.ANYBODY))
    async def breaks() -> str:
        raise ValueError(f"born {CANARIES[0]}")

    monkeypatch.setattr(wiring.health, "routes", [*wiring.health.routes, breaks])

    logs.set_up("info")
    app = wiring.create_app(settings)
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
