"""What the tablet decides at the door, it decides as the server: boxes, questions and vials answer the same vectors."""

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Site
from tests.vectors.care import FILE

RUNNER = (FILE.parent / "answer_care.js").read_text("utf-8").split("\n", 2)[2].strip().removesuffix(";")


@pytest.mark.browser
def test_screens_answer_every_vector_of_care(site: Site, browser: Browser) -> None:
    vectors = json.loads(FILE.read_text("utf-8"))
    found = answer(site, browser, vectors)
    assert found["differing"] == {}
    assert found["asked"] > 500
    vectors["boxes"][0]["says"]["lot_number"] = "AB13"
    vectors["vials"][0]["standing"] = "ended"
    assert set(answer(site, browser, vectors)["differing"]) == {"boxes", "vials"}


def answer(site: Site, browser: Browser, vectors: dict[str, Any]) -> Any:
    """Let the version of the app that the server has now answer."""
    version = re.findall(r'"version":"([0-9a-f]{16})"', httpx.get(f"{site.url}/tablet/sw.js").text)[0]
    page = browser.new_page(base_url=site.url)
    page.goto("/tablet/sw.js")  # any answer of our server: its policy says which modules may run
    try:
        return page.evaluate(RUNNER, {"app": f"/tablet/v/{version}", "vectors": vectors})
    finally:
        page.close()
