"""This file asks the pages of a desk in turns, changes a plan by hand again and again, and tells how long the answers took."""

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

import httpx

from backend.dispatch import store
from bench.pages_browser import forget_reading
from bench.pages_town import Town

WARM_UP_ROUNDS: Final = 3
ANSWER_SECONDS_MOST: Final = 0.3  # what was promised, of a machine that does nothing else meanwhile


async def ask_pages(town: Town, addresses: list[str], rounds: int) -> dict[str, list[float]]:
    """Ask each address in turns and return the seconds of each; what is no page to these users is left out, and told."""
    taken: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds + WARM_UP_ROUNDS):
        await forget_reading(town.owner_url)
        for address in list(addresses):
            began = time.perf_counter()
            answer = await _ask(town.browser, address)
            seconds = time.perf_counter() - began
            if answer.status_code != httpx.codes.OK:
                print(f"  not measured: {address.partition('?')[0]} answers {answer.status_code}")
                addresses.remove(address)
            elif turn >= WARM_UP_ROUNDS:
                taken[address].append(seconds)
    return taken


async def _ask(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """Ask for a page; what stands after a blank is typed into its form."""
    path, _, typed = address.partition(" ")
    return await browser.post(path, data=dict([typed.split("=", 1)])) if typed else await browser.get(path)


async def change_by_hand(town: Town, draft: store.StoredPlan, rounds: int) -> dict[str, list[float]]:
    """Lock and unlock a stop of the draft in turns: each time it is loaded, timed, looked at by the referee and kept."""
    visit = draft.body["plan"]["routes"][0]["stops"][0]["visit"]
    taken: dict[str, list[float]] = {"POST /plan/change": [], "POST /plan/change, and the page after it": []}
    for turn in range(rounds + WARM_UP_ROUNDS):
        form = {
            "plan_id": str(draft.id), "version": str(draft.version + turn), "visits": visit,
            "code": "unlock" if turn % 2 else "lock",
        }  # fmt: skip
        began = time.perf_counter()
        answer = await town.browser.post("/plan/change", data=form)
        changed = time.perf_counter() - began
        if answer.status_code != httpx.codes.SEE_OTHER:
            said = re.findall(r"role=\"alert\"[^>]*>(.*?)</section>", answer.text, re.DOTALL)
            raise RuntimeError(f"{visit}: {said}")
        await town.browser.get(answer.headers["location"])
        if turn >= WARM_UP_ROUNDS:
            for name, seconds in zip(taken, (changed, time.perf_counter() - began), strict=True):
                taken[name].append(seconds)
    return taken


def tell(taken: dict[str, list[float]], say: Callable[[str], None]) -> int:
    """Print a line for each address, the slowest first; return how many are over the limit."""
    lines = sorted(
        (
            (statistics.quantiles(one, n=20, method="inclusive")[-1], statistics.median(one), name)
            for name, one in taken.items()
        ),
        reverse=True,
    )
    for slow, median, name in lines:
        mark = "over" if slow > ANSWER_SECONDS_MOST else "    "
        say(f"  {mark} {slow * 1000:6.0f} ms at 95 %, median {median * 1000:6.0f} ms  {name}")
    return sum(slow > ANSWER_SECONDS_MOST for slow, _, _ in lines)
