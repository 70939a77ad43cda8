"""Be several tablets in one process, a thread each: `python -m bench.chaos.tablets WISH.json work|settle`.

`work` records and syncs over the bad network until it is told to stop; the process may be killed at any moment and is
then started again on the same folders. `settle` brings every tablet home over a good network, clones included.
"""

import random
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx
import msgspec

from backend.reference_tablet.link import Link
from backend.reference_tablet.tablet import Tablet, key_in
from bench.chaos.ledger import WatchedStore
from sync.client import Act, NotRecorded
from sync.clock import instant_of

BATCH_MOST = 14
WAITING_MOST = 300  # a person who works, while the network is away, does not record more than that
PURGED_EVERY = 12
CLONED_AT, CLONED_EVERY = 4, 150
CLONED_ACTS = 10
SETTLE_SECONDS_MAX = 120.0


class TabletWish(msgspec.Struct, frozen=True):
    """One tablet: its code and whom it sees."""

    code: str
    person_ids: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True):
    """What the run asks of this process: `url` is the bad network, `straight_urls` are the servers themselves."""

    name: str
    folder: str
    territory_id: str
    author: str
    url: str
    straight_urls: tuple[str, ...]
    tablets: tuple[TabletWish, ...]
    seed: int

    @property
    def root(self) -> Path:
        """The folder that all tablets of the run share."""
        return Path(self.folder)


def main(words: list[str]) -> int:
    """Run one phase; 0 if every tablet came to its end."""
    path, phase = words
    wish = msgspec.json.decode(Path(path).read_bytes(), type=Wish)
    if phase == "settle":
        return _settle(wish)
    lives = [_Life(wish, number, one) for number, one in enumerate(wish.tablets)]
    return _together([life.live for life in lives])


def _together(works: list[Callable[[], None]]) -> int:
    """Run each in a thread; 1 if one of them broke."""
    broken: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            broken.append(error)
            raise

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1 if broken else 0


def open_tablet(folder: Path, url: str) -> Tablet:
    """Return the tablet of a folder; each request has its own connection, so that each may have its own fault."""
    store = WatchedStore(folder)
    http = httpx.Client(base_url=url, timeout=20, headers={"Connection": "close"})
    return Tablet(folder, url, Link(url, key_in(folder), http), store)


class _Life:
    """One tablet at work."""

    def __init__(self, wish: Wish, number: int, own: TabletWish) -> None:
        self.wish = wish
        self.own = own
        self.folder = wish.root / f"{wish.name}-{number}"
        self.clones = 0
        # A process that starts again after a kill must not draw the same record ids again.
        self.chance = random.Random(f"{wish.seed} {wish.name} {number} {time.monotonic_ns()}")

    def live(self) -> None:
        """Enrol, then record and sync until told to stop."""
        tablet = open_tablet(self.folder, self.wish.url)
        self._enrol()
        stop = self.wish.root / "stop"
        rounds = 0
        while not stop.exists():
            rounds += 1
            if sum(not one.word for one in tablet.store.ops()) < WAITING_MOST:
                for _ in range(self.chance.randint(1, BATCH_MOST)):
                    record(tablet, self._act(), self.wish.author)
            if not tablet.sync().complete:
                time.sleep(self.chance.uniform(0, 0.15))
            if rounds % PURGED_EVERY == 0:
                tablet.purge(tablet.store.identity().next_n)
            if rounds % CLONED_EVERY == CLONED_AT:
                self._clone(tablet)
        tablet.close()

    def _enrol(self) -> None:
        """Enrol straight: a code works once, and one whose answer is lost is a matter for the person at the desk."""
        straight = open_tablet(self.folder, self.chance.choice(self.wish.straight_urls))
        while not straight.store.enrolled():
            if not straight.enrol(self.wish.territory_id, self.own.code):
                time.sleep(0.2)
        straight.close()

    def _act(self, *, known_records: bool = False) -> Act:
        """Return an edit of somebody whom another tablet edits too, or at times a new test."""
        person = self.chance.choice(self.own.person_ids)
        if not known_records and self.chance.random() < 0.04:
            new = str(UUID(int=self.chance.getrandbits(128), version=4))
            at = instant_of(time.time_ns() // 1_000_000)
            return Act(
                new, "screening", {"person_id": person, "test_type": "pcr", "pathogen": "flu", "collected_at": at}
            )
        field = self.chance.choice(("room", "phone"))
        return Act(person, "person", {field: str(self.chance.randrange(10**9))})

    def _clone(self, tablet: Tablet) -> None:
        """Let two copies of this tablet, both behind it, hand in the same ops at the same moment.

        Both find that their numbers were used, become new installations, and issue the same ops again: each must
        count once (S2).
        """
        self.clones += 1
        aside = self.wish.root / "aside"  # what a kill leaves there half copied is nobody's tablet
        behind = aside / f"{self.folder.name}-{self.clones}-{self.chance.randrange(10**9)}"
        copies = [self.wish.root / f"{behind.name}-{letter}" for letter in "ab"]
        shutil.copytree(self.folder, behind)
        record(tablet, self._act(), self.wish.author)
        ends = time.monotonic() + 10
        while any(not one.word for one in tablet.store.ops()) and time.monotonic() < ends:
            tablet.sync()
        one = open_tablet(behind, self.wish.url)
        for _ in range(CLONED_ACTS):
            record(one, self._act(known_records=True), self.wish.author)
        one.close()
        for copy in copies:
            shutil.copytree(behind, aside / copy.name)
        for copy in copies:
            (aside / copy.name).rename(copy)
        shutil.rmtree(behind)
        together = threading.Barrier(2)
        threads = [
            threading.Thread(target=_bring_home, args=(copy, url, together))
            for copy, url in zip(copies, _two(self.wish.straight_urls), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def record(tablet: Tablet, act: Act, author: str) -> None:
    """Record an act; raises OverflowError if no push could carry it."""
    done = tablet.record(act, author)
    if isinstance(done, NotRecorded):
        raise OverflowError(done.reason)


def _bring_home(folder: Path, url: str, together: threading.Barrier) -> None:
    tablet = open_tablet(folder, url)
    together.wait()
    tablet.sync_until_complete(6.0, random.Random(1))
    tablet.close()


def _two(urls: tuple[str, ...]) -> tuple[str, str]:
    return urls[0], urls[-1]


def _settle(wish: Wish) -> int:
    """Bring home every tablet of the run whose name begins with this process's; 1 if one cannot be brought home."""
    status = 0
    for folder in sorted(wish.root.glob(f"{wish.name}-*")):
        if not (folder / "territory").exists():
            continue
        tablet = open_tablet(folder, wish.straight_urls[0])
        done = tablet.sync_until_complete(SETTLE_SECONDS_MAX, random.Random(wish.seed))
        receipt = tablet.receipt()
        tablet.close()
        if not done.complete or receipt != "confirmed":
            print(f"{folder.name}: {done.reason or 'complete'}, receipt {receipt}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
