"""Measure what a tablet's day costs: bytes of app and day pack, the first screen, a morning on a slow network, a search.

`python -m bench.tablet` makes a round of 40 stops, one of them a hotel of 60, on a throw-away server, and drives a real Chromium
(CHROMIUM, or the one on the path). Bytes are those on the wire, compressed. The slow network is 750 kbit/s down, 250 kbit/s
up, 100 ms of latency, said to the browser; the slow processor is four times slower than this machine's.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import CDPSession, Page, sync_playwright

from backend import embedded
from backend.ids import new_id
from backend.log.desk import Act
from backend.tablets.shell import SHELL
from sync.ops import Scalar
from tests.browser.tablet.conftest import Handset, Ward, make_ward
from tests.conftest import prepared

STOPS, HOTEL_PEOPLE, SEARCH_PEOPLE = 40, 60, 5_000
STARTS = 7
SLOW_NETWORK = {"offline": False, "latency": 100, "downloadThroughput": 750_000 // 8, "uploadThroughput": 250_000 // 8}
SLOWER = 4
SEARCH = """
async ([people, base]) => {
  const { search } = await import(`${base}/engine/search.js`);
  const given = ["Aïssata", "Mohamed", "Jeanne", "Fatoumata", "Philippe", "Khadija", "Zoé", "Thierry", "Mamadou", "Irène"];
  const family = ["Diallo", "Ouattara", "Lefèvre", "Martin", "Renaud", "Amrani", "Traoré", "Petit", "Bernard", "Dupont"];
  const all = Array.from({ length: people }, (_, at) => ({
    id: String(at), kind: "person", disputed: {}, others: {},
    values: { given_name: given[at % 10] + (at % 83), family_name: family[(at * 7) % 10] + (at % 71), room: String(at % 300) },
  }));
  const taken = [];
  for (const typed of ["f", "fa", "fat", "fatumata", "wattara 3", "mohamed ben", "zo", "dupond"]) {
    const began = performance.now();
    search(all, typed);
    taken.push(performance.now() - began);
  }
  return taken;
}
"""


def main(words: list[str]) -> int:
    """Measure and print; 0."""
    argparse.ArgumentParser("maraude bench tablet", description=__doc__).parse_args(words)
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("no Chromium: install it, or name it in CHROMIUM")
        return 1
    _print_shell()
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as found:
            home = Path(folder) / "home"
            home.mkdir()
            ward = make_ward(prepared(found), home)
            people = _fill(ward)
            ward.start()
            try:
                with sync_playwright() as playwright:
                    _measure(Handset(ward, Path(folder) / "profile", playwright, browser), people)
            finally:
                ward.stop()
    return 0


def _print_shell() -> None:
    packed = sum(len(file.packed) for file in SHELL.files.values()) + len(SHELL.page.packed) + len(SHELL.worker.packed)
    whole = sum(len(file.content) for file in SHELL.files.values())
    print(f"app: {len(SHELL.files)} files, {packed / 1000:.0f} kB compressed, {whole / 1000:.0f} kB as they are")


def _fill(ward: Ward) -> int:
    """Write the round: homes with one person each, and one hotel; each with a visit and a dose of last year."""
    round_id = ward.rows("SELECT id FROM round WHERE territory_id = $1")[0]["id"]
    acts: list[Act] = []
    for position in range(10, 9 + STOPS):
        _place(acts, round_id, position, "home", 1)
    _place(acts, round_id, 9, "hotel", HOTEL_PEOPLE)
    for begun in range(0, len(acts), 500):
        ward.write("dora", acts[begun : begun + 500])
    return STOPS - 1 + HOTEL_PEOPLE


def _place(acts: list[Act], round_id: UUID, position: int, kind: str, people: int) -> None:
    place_id, visit_id = new_id(), new_id()
    where: dict[str, Scalar] = {
        "kind": kind, "name": f"Lieu {position}", "address": f"{position} rue de l'Essai, 75013 Paris", "access_code": "12A45",
        "lon_e7": 23_500_000 + 7_919 * position, "lat_e7": 488_300_000 + 5_113 * (position % 7), "floor": position % 6,
    }  # fmt: skip
    acts.append(Act("place", place_id, where))
    for number in range(people):
        person_id = new_id()
        known: dict[str, Scalar] = {
            "given_name": f"Prénom{position}x{number}", "family_name": f"Nom{number % 17}", "language": "fr",
            "born_on": f"19{30 + number % 60}-05-06", "born_precision": "day", "room": str(100 + number // 3),
            "population_group": "homeless_hotel" if kind == "hotel" else "housebound_elderly", "place_id": str(place_id),
        }  # fmt: skip
        acts.append(Act("person", person_id, known))
        dose: dict[str, Scalar] = {
            "person_id": str(person_id),
            "status": "given",
            "given_on": "2025-10-20",
            "source": "card",
        }
        acts.append(Act("dose", new_id(), dose, {"antigens": ["influenza"]}))
    visit: dict[str, Scalar] = {"place_id": str(place_id), "service_minutes": 20, "priority": 2, "state": "planned"}
    acts.append(Act("visit", visit_id, visit, {"acts": ["vaccinate"]}))
    stop: dict[str, Scalar] = {
        "round_id": str(round_id),
        "place_id": str(place_id),
        "position": position,
        "state": "planned",
    }
    acts.append(Act("stop", new_id(), stop, {"visit_ids": [str(visit_id)]}))


def _measure(handset: Handset, people: int) -> None:
    page = _page_of(handset.start())
    handset.do("navigator.serviceWorker.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    received = _counted(devtools)
    devtools.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    handset.call("enrol", handset.ward.code("Banc"))
    began = time.perf_counter()
    handset.call("signIn", handset.ward.proof("nina"))
    done = handset.call("sync")
    whole = time.perf_counter() - began
    page.locator("#stops li").nth(STOPS - 1).wait_for()
    usable = time.perf_counter() - began
    pack = sum(size for path, size in received.items() if path in ("/sync/pull", "/sync/forecasts"))
    print(
        f"day pack: {STOPS} stops and a hotel of {HOTEL_PEOPLE}, {people} people: {pack / 1000:.0f} kB compressed "
        f"{received}"
    )
    print(
        f"on the slow network: complete {done['complete']} after {whole:.1f} s, its round on the screen after {usable:.1f} s"
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    starts = sorted(_first_screen(page) for _ in range(STARTS))
    print(
        f"{STARTS} cold starts at {SLOWER}x slower: first screen after {statistics.median(starts):.0f} ms "
        f"({starts[0]:.0f} to {starts[-1]:.0f})"
    )
    base = page.evaluate("new URL('.', document.querySelector('script[type=module]').src).href.replace(/\\/$/, '')")
    taken = page.evaluate(SEARCH, [SEARCH_PEOPLE, base])
    print(
        f"search among {SEARCH_PEOPLE}, {SLOWER}x slower: first {taken[0]:.0f} ms, then at most {max(taken[1:]):.0f} ms"
    )
    handset.close()


def _page_of(handset: Handset) -> Page:
    if handset.page is None:
        message = "the browser did not start"
        raise RuntimeError(message)
    return handset.page


def _counted(devtools: CDPSession) -> dict[str, int]:
    """Add up the bytes on the wire by path."""
    paths: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def answered(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = "/" + event["response"]["url"].split("/", 3)[3]

    def finished(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "")
        if path.startswith("/sync/"):
            sizes[path] = sizes.get(path, 0) + int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", finished)
    devtools.send("Network.enable")
    return sizes


def _first_screen(page: Page) -> float:
    """Start the app again from what the worker keeps, and return when its first screen stood, in milliseconds."""
    page.reload()
    page.locator("main h1").wait_for()
    return float(page.evaluate("performance.now()"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
