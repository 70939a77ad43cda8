"""Measure what the pages of the desk cost on the full demo territory, and with --full on one ten times as large.

`maraude bench pages` fills a throw-away server with the demo territory (6,000 people known, 400 open requests), has
its morning planned for sixteen teams and published, and asks every page of a desk in turns, signed in, without a network
between; then it changes a draft by hand again and again. With --browser it opens every page in Chromium, too, with nothing
kept from a page before, and tells when it could be used; then it moves the map of the requests and counts its frames. Lines
are sorted by their slowest answers; what is over its limit is marked.
"""

import argparse
import asyncio
import gc
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from typing import Final

import httpx
import pyotp
from litestar import Litestar

from backend import embedded
from backend.access import Scope
from backend.accounts.csrf import HEADER
from backend.accounts.demo_user import add_demo_user
from backend.accounts.user_changes import NewUser, Obstacle
from backend.app import create_app
from backend.bootstrap import places
from backend.bootstrap.bring_libraries import bring, libraries_dir
from backend.clock import day_in, now
from backend.db.migrate import migrate
from backend.db.transaction import transaction
from backend.edge.logs import set_up
from backend.ids import UserId
from backend.serve.processes import child, environment_of, wait_until_ready
from backend.settings import Settings
from backend.territory.generate import SLUG
from bench import pages_browser, pages_map
from bench.pages_addresses import WHO, more_addresses, page_paths
from bench.pages_asked import ANSWER_SECONDS_MOST, ask_pages, change_by_hand, tell
from bench.pages_browser import USABLE_SECONDS_MOST, chromium_path, forget_reading, measure
from bench.pages_town import COPIES, Town, accept_requests, enlarge, fill, plan_tomorrow

BROWSER_ROUNDS: Final = 3
READY_SECONDS_MAX: Final = 120
PASSPHRASE: Final = secrets.token_urlsafe(24)


async def sign_in(app: Litestar) -> tuple[UserId, httpx.AsyncClient]:
    """Return somebody who holds every role of a desk, and their browser, both factors given."""
    secret = pyotp.random_base32()
    user_id = await add_demo_user(
        app.state.accounts, SLUG, NewUser("bench", "Bench", frozenset(WHO)), PASSPHRASE, secret, now()
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    browser = httpx.AsyncClient(transport=transport, base_url="http://maraude.test", headers={HEADER: "1"}, timeout=120)
    await browser.post("/api/sign-in", json={"login": "bench", "passphrase": PASSPHRASE})
    answer = await browser.post("/api/sign-in/code", json={"code": pyotp.TOTP(secret).at(now())})
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(answer.text)
    if isinstance(user_id, Obstacle):
        raise RuntimeError(user_id.value)  # noqa: TRY004 - an outcome, not a type
    return user_id, browser


async def run(
    urls: embedded.Urls, home: Path, people: int, rounds: int, *, full: bool, in_browser: bool, only: tuple[str, ...]
) -> int:
    """Fill, measure, and with `full` enlarge and measure again; return how many answers are over their limit."""
    await migrate(urls.owner_url, now())
    settings = Settings(
        database_url=urls.app_url, database_owner_url=urls.owner_url, redis_url=urls.redis_url, home=home, port=_free_port(),
        secret_key="00" * 32, secure_cookies=False, libraries=_libraries() if in_browser else Path(),
    )  # fmt: skip
    app = create_app(settings)
    set_up("warning")
    today, over = day_in("Europe/Paris", now()), 0
    async with app.lifespan():
        territory_id = await fill(urls.owner_url, people, today)
        user_id, browser = await sign_in(app)
        town = Town(urls.owner_url, Scope(territory_id, user_id), browser, today)
        await accept_requests(town)
        draft = await plan_tomorrow(town)
        for times in (1, COPIES + 1) if full else (1,):
            if times > 1:
                await enlarge(urls.owner_url, territory_id)
            gc.collect()
            gc.freeze()  # as the web process does when it starts: it has not filled a town before
            print(
                f"{await _size(town)}; {rounds} rounds; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
                flush=True,
            )
            every = [*page_paths(app), *await more_addresses(town, draft)]
            addresses = [one for one in every if one.startswith(only)] if only else every
            over += tell(await ask_pages(town, addresses, rounds), print)
            if times == 1:
                over += tell(await change_by_hand(town, draft, rounds), print)
            if in_browser:
                over += await _in_browser(urls, settings, town, addresses)
    print(f"{over} over {ANSWER_SECONDS_MOST * 1000:.0f} ms, or over {USABLE_SECONDS_MOST:.0f} s in the browser")
    return over


async def _in_browser(urls: embedded.Urls, settings: Settings, town: Town, addresses: list[str]) -> int:
    """Serve the same database by a process of its own, as in production, and open every page of it in Chromium."""
    pages = [one for one in addresses if await _is_read(town, one)]
    url, log = f"http://127.0.0.1:{settings.port}", settings.home / "web.log"
    with child(["serve-demo"], environment_of(settings, urls), log) as web:
        if not await asyncio.to_thread(wait_until_ready, url, web, READY_SECONDS_MAX):
            raise RuntimeError(log.read_text("utf-8"))
        cookies = {one.name: one.value or "" for one in town.browser.cookies.jar}
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        over = pages_browser.tell(await measure(url, cookies, pages, BROWSER_ROUNDS, town.owner_url), print)
        await forget_reading(town.owner_url)
        pages_map.tell(await pages_map.measure(url, cookies, "/requests?state=all"), print)
        return over


async def _is_read(town: Town, address: str) -> bool:
    """Tell whether an address gives a page to be read, and no download or part of one."""
    if " " in address:
        return False
    answer = await town.browser.get(address)
    return answer.headers["content-type"].startswith("text/html") and "<main" in answer.text


def _libraries() -> Path:
    """Return where the pages' libraries lie, brought now if they can be."""
    own = places.home(os.environ)
    if not isinstance(own, Path):
        raise TypeError(own)
    folder = libraries_dir(own, os.environ)
    bring(folder, os.environ, Path.home(), print)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _size(town: Town) -> str:
    async with transaction(town.scope) as tx:
        row = await tx.fetch_row(
            "SELECT (SELECT count(*) FROM person WHERE territory_id = $1) AS people, (SELECT count(*) FROM request "
            "WHERE territory_id = $1 AND state IN ('open', 'on_hold', 'accepted')) AS requests, "
            "(SELECT count(*) FROM dose WHERE territory_id = $1) AS doses, "
            "(SELECT count(*) FROM stop WHERE territory_id = $1) AS stops",
            town.scope.territory_id,
        )
    return (
        f"{row['people']} people known, {row['requests']} open requests, {row['doses']} doses, {row['stops']} stops"
        if row
        else ""
    )


def main(words: list[str]) -> int:
    """Run the bench on a server of its own; 1 if an answer is over the limit."""
    parser = argparse.ArgumentParser(prog="maraude bench pages", description=__doc__)
    parser.add_argument("--people", type=int, default=6000, help="people known (default 6000)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is asked (default 20)")
    parser.add_argument("--full", action="store_true", help="ten times as large, too")
    parser.add_argument(
        "--only", action="append", default=[], help="ask the addresses that begin so alone; may be repeated"
    )
    parser.add_argument("--browser", action="store_true", help="open every page in Chromium, too: when can it be used?")
    asked = parser.parse_args(words)
    if asked.browser and chromium_path() is None:
        parser.error("no Chromium: install it, or name it in CHROMIUM")
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            return int(
                asyncio.run(
                    run(
                        urls,
                        Path(folder),
                        asked.people,
                        asked.rounds,
                        full=asked.full,
                        in_browser=asked.browser,
                        only=tuple(asked.only),
                    )
                )
                > 0
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
