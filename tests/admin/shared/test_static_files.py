"""Our own files are served once and kept, and nothing else is served under their address."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from admin.shared import static_files
from admin.shared.static_files import static_address
from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.conftest import Database

FOLDER = Path(static_files.__file__).parent.parent / "static"


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *static_files.routes) as made:
        yield made


async def test_file_is_kept_for_ever_when_its_sum_is_named_and_asked_again_when_not(house: House) -> None:
    browser = house.browser()
    for path in FOLDER.iterdir():
        named = await browser.get(static_address(path.name))
        assert named.status_code == 200
        assert named.content == path.read_bytes()
        assert "immutable" in named.headers["cache-control"]
        plain = await browser.get(f"/static/{path.name}")
        assert plain.headers["cache-control"] == "no-cache"
        again = await browser.get(f"/static/{path.name}", headers={"if-none-match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["..%2f..%2fpyproject.toml", "../sign_in/words.py", "nothing.css", "app.css%00.js", "."]
)
async def test_nothing_else_is_served(house: House, name: str) -> None:
    assert (await house.browser().get(f"/static/{name}")).status_code in {404, 405}


SINKS = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "parseFromString")
ELSEWHERE = ("http://", "https://")


def test_scripts_use_no_sink_that_trusted_types_guard_and_no_outside_address() -> None:
    """A page that wrote text as markup would be refused by the browser, or worse, would not be."""
    for path in FOLDER.glob("*.js"):
        text = path.read_text("utf-8")
        assert [word for word in (*SINKS, *ELSEWHERE) if word in text] == [], path.name
