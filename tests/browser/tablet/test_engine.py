"""The app's engine answers every vector as the server's Python does, in the browser that runs it."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.vectors.generate import FOLDER

pytestmark = pytest.mark.browser
RUNNER = (FOLDER / "answer.js").read_text("utf-8").split("\n", 2)[2].strip().removesuffix(";")
FILES = ("merge.json", "canonical.json", "chain.json", "clock.json", "names.json", "pull.json")


def vectors() -> dict[str, Any]:
    found = {name: json.loads((Path(FOLDER) / name).read_text("utf-8")) for name in FILES}
    refused = found["canonical.json"]["refused"]
    refused.remove({"value": [[2.0]], "word": "number"})  # JavaScript has one kind of number: to it this is a whole one
    return found


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    page = browser.new_page(base_url=site.url)
    page.goto("/tablet/sw.js")  # any answer of our server: its policy says which modules may run
    return page


def answer(site: Site, page: Page, asked: dict[str, Any]) -> Any:
    """Let the engine of the version that the server has now answer vectors."""
    worker = httpx.get(f"{site.url}/tablet/sw.js").text
    version = re.findall(r'"version":"([0-9a-f]{16})"', worker)[0]
    return page.evaluate(RUNNER, {"engine": f"/tablet/v/{version}/engine", "vectors": asked})


def test_engine_answers_every_vector_byte_for_byte(site: Site, page: Page) -> None:
    found = answer(site, page, vectors())
    assert found["differing"] == {}
    assert found["asked"] > 400


def test_runner_says_which_vector_differs(site: Site, page: Page) -> None:
    wrong = vectors()
    wrong["merge.json"][0]["encoded"] = wrong["merge.json"][1]["encoded"]
    wrong["names.json"][0][2] = "different"
    wrong["pull.json"]["steps"][0]["asked"]["claim"] = "0" * 16
    found = answer(site, page, wrong)["differing"]
    assert set(found) == {"merge.json", "names.json", "pull.json"}
