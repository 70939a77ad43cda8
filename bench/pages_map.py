"""Measure in a real Chromium whether the map beside the backlog moves smoothly: frames while it is dragged and zoomed.

A map of many marks is smooth when drawing it takes less than a frame of a screen: the time between two frames is told, and
the processor time of the page's thread for each, which does not depend on what else the machine does.
"""

import asyncio
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import CDPSession, Page, async_playwright

from bench.pages_browser import SLOWER, chromium_path

MAP: Final = "#backlog-map"
MOVES: Final = 90
STEP_PX: Final = 4
ZOOMS: Final = 6
ZOOM_SECONDS: Final = 0.3
_COUNT_FRAMES: Final = """
() => {
  const running = window.frames_at;
  window.frames_at = [];
  const note = (at) => { window.frames_at.push(at); requestAnimationFrame(note); };
  if (!running) requestAnimationFrame(note);
}
"""


@dataclass(frozen=True)
class Moved:
    """A map of so many marks, moved: milliseconds between its frames, and those its page's thread worked for each."""

    act: str
    slower: int
    marks: int
    between: tuple[float, ...]
    worked: float


async def measure(url: str, cookies: dict[str, str], address: str) -> list[Moved]:
    """Open the backlog at full speed and slowed down, drag its map to and fro, and turn the wheel over it."""
    found: list[Moved] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for slower in (1, SLOWER):
            context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="fr-FR")
            await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
            page = await context.new_page()
            devtools = await context.new_cdp_session(page)
            await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
            await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            await page.goto(f"{url}{address}")
            await page.locator(f"{MAP}[data-marks]").wait_for()
            await page.locator(MAP).scroll_into_view_if_needed()
            found += [await _moved(page, devtools, act, slower) for act in (_drag, _zoom)]
            await context.close()
        await browser.close()
    return found


async def _moved(page: Page, devtools: CDPSession, act: Callable[[Page], Any], slower: int) -> Moved:
    await page.evaluate(_COUNT_FRAMES)
    before = await _worked(devtools)
    await act(page)
    frames: list[float] = await page.evaluate("() => window.frames_at")
    worked = (await _worked(devtools) - before) / max(1, len(frames))
    marks = int(await page.locator(MAP).get_attribute("data-marks") or 0)
    between = tuple(later - earlier for earlier, later in itertools.pairwise(frames))
    return Moved(act.__name__.removeprefix("_"), slower, marks, between, worked)


async def _worked(devtools: CDPSession) -> float:
    counted = (await devtools.send("Performance.getMetrics"))["metrics"]
    return float(next(one["value"] for one in counted if one["name"] == "TaskDuration")) * 1000


async def _middle(page: Page) -> tuple[float, float]:
    box = await page.locator(MAP).bounding_box()
    if box is None:
        raise RuntimeError(MAP)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def _drag(page: Page) -> None:
    x, y = await _middle(page)
    await page.mouse.move(x, y)
    await page.mouse.down()
    for move in range(MOVES):
        away = STEP_PX * (move if move < MOVES / 2 else MOVES - move)
        await page.mouse.move(x + away, y + away / 4)
    await page.mouse.up()


async def _zoom(page: Page) -> None:
    x, y = await _middle(page)
    await page.mouse.move(x, y)
    for turn in range(ZOOMS):
        await page.mouse.wheel(0, -240 if turn < ZOOMS / 2 else 240)
        await asyncio.sleep(ZOOM_SECONDS)  # how long a hand takes; what is counted are the frames meanwhile


def tell(found: list[Moved], say: Callable[[str], None]) -> None:
    """Print a line for each way the map was moved."""
    say("  the map beside the requests: milliseconds between frames, median, at 95 %, worst; worked for a frame")
    for one in found:
        slow = statistics.quantiles(one.between, n=20, method="inclusive")[-1]
        say(
            f"       {statistics.median(one.between):6.1f}, {slow:6.1f}, {max(one.between):6.1f}; {one.worked:5.1f}  "
            f"{one.act}, {one.marks} marks, {len(one.between)} frames, processor {one.slower} times as slow"
        )
