"""Measure in a real Chromium when a page of the desk can be used, asked cold: nothing kept from a page before.

A page can be used when its document is read, its scripts have run, its own mark is there (for a map: the marks drawn; for a
plan: a stop that can be dragged; else the first control of the main part, or its heading where it has none) and a frame with
it has been drawn. The processor of the browser is slowed down where asked, by the browser itself; the server is not. How long
the page's own thread worked is told in processor time, which does not depend on what else the machine does.
"""

import json
import os
import shutil
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from playwright.async_api import Browser, async_playwright

USABLE_SECONDS_MOST: Final = 2.0
SLOWER: Final = 4
SETTLED: Final = 30_000  # milliseconds after which a page is told as never usable
CONTROL: Final = "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'])"
OWN_MARKS: Final = {
    "/requests": ["#backlog-map[data-marks]", CONTROL],
    "/plan": ["#map[data-stops]", ".lanes .chip[draggable=true], #copy, .lane[data-out]"],
}
_LOOK: Final = """
([own, control]) => {
  let read = false;
  addEventListener("DOMContentLoaded", () => { read = true; });
  const there = (selector) => document.querySelector(selector)?.getClientRects().length;
  const look = () => {
    const first = document.querySelector(control) ? control : "main h1";
    if (read && (own[location.pathname] ?? [first]).every(there)) {
      requestAnimationFrame(() => { window.usableAfter = performance.now(); });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
_ASK: Final = """
(most) => new Promise((done) => {
  const look = () => window.usableAfter || performance.now() > most ? done(window.usableAfter ?? null) : setTimeout(look, 10);
  look();
})
"""


@dataclass(frozen=True)
class Usable:
    """After how many milliseconds a page could be used, asked several times, at full speed and slowed down.

    `worked` is the least processor time of the page's thread at full speed, in milliseconds.
    """

    address: str
    at_once: tuple[float, ...]
    slowed: tuple[float, ...]
    worked: float


def chromium_path() -> str | None:
    """Return where Chromium is: the one that CHROMIUM names, or the one on the path."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


async def measure(url: str, cookies: dict[str, str], addresses: list[str], rounds: int, owner_url: str) -> list[Usable]:
    """Open each page in turns, each time in a browser's context of its own, with the sign-in alone brought along."""
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {
        (one, rate): [] for one in addresses for rate in (1, SLOWER)
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for _ in range(rounds):
            await forget_reading(owner_url)
            for (address, rate), seen in taken.items():
                seen.append(await _usable_after(browser, f"{url}{address}", cookies, rate))
        await browser.close()
    return [
        Usable(
            one,
            tuple(after for after, _ in taken[one, 1]),
            tuple(after for after, _ in taken[one, SLOWER]),
            min(worked for _, worked in taken[one, 1]),
        )
        for one in addresses
    ]


async def _usable_after(browser: Browser, address: str, cookies: dict[str, str], rate: int) -> tuple[float, float]:
    """Return the milliseconds from the click to the page that can be used, endless if it never could, and those worked."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="fr-FR")
    try:
        await context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        await context.add_init_script(f"({_LOOK})({json.dumps([OWN_MARKS, CONTROL])})")
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        if rate != 1:
            await devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        await page.goto(address, wait_until="commit")
        found: Any = await page.evaluate(_ASK, SETTLED)
        counted = (await devtools.send("Performance.getMetrics"))["metrics"]
        worked = next(one["value"] for one in counted if one["name"] == "TaskDuration")
        return float("inf") if found is None else float(found), worked * 1000
    finally:
        await context.close()


async def forget_reading(owner_url: str) -> None:
    """Take away what was counted of this reader, who would be slowed down as somebody who reads everything."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute("DELETE FROM throttle")
    await connection.close()


def tell(found: list[Usable], say: Callable[[str], None]) -> int:
    """Print a line for each page, the slowest first; return how many are over the limit at full speed."""
    say(
        f"  usable in Chromium, cold: median and worst at full speed; with a processor {SLOWER} times as slow; page's own work"
    )
    for one in sorted(found, key=lambda one: -statistics.median(one.at_once)):
        at_once, slowed = statistics.median(one.at_once), statistics.median(one.slowed)
        mark = (
            "over"
            if at_once > USABLE_SECONDS_MOST * 1000
            else "slow"
            if slowed > USABLE_SECONDS_MOST * 1000
            else "    "
        )
        told = f"{at_once:6.0f} ms, worst {max(one.at_once):6.0f}; slowed {slowed:6.0f}, worst {max(one.slowed):6.0f}"
        say(f"  {mark} {told}; work {one.worked:4.0f}  {one.address}")
    return sum(statistics.median(one.at_once) > USABLE_SECONDS_MOST * 1000 for one in found)
