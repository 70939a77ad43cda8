"""This file ends a tablet's browser at a random moment while it records, and counts what it had called saved and what is there.

`python -m bench.tablet_kills` does it 200 times; test_kills.py a few times in each run.
"""

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import ConsoleMessage

from tests.browser.tablet.conftest import PIN, Handset

LONGEST_MS = 1500
_RECORD_ON = """(round) => {
  const record = async () => {
    for (let at = 0; ; at += 1) {
      const said = await window.tablet.record({ kind: 'person', set: { alias: `${round}.${at}` } });
      console.log(`saved ${said.saved} ${said.record_id}`);
    }
  };
  void record();
}"""


@dataclass
class Kills:
    """How many entries were called saved before a kill, and how many of them were there after it."""

    moments: int = 0
    saved: int = 0
    found: int = 0


def _note(said: list[str], message: ConsoleMessage) -> None:
    said.append(message.text)


def log_of(profile: Path) -> Path:
    """Return the log that the browser's store was last written to."""
    logs = (profile / "Default/IndexedDB").glob("*.leveldb/*.log")
    return max(logs, key=lambda one: one.stat().st_mtime_ns)


def tear(profile: Path) -> None:
    """Leave what a kill between two writes leaves: the head of an entry that announces 200 bytes, and none of them."""
    with log_of(profile).open("ab") as log:
        log.write(bytes(4) + (200).to_bytes(2, "little") + b"\x01")


def spoil(profile: Path) -> None:
    """Change one byte within the log, as a worn disk does."""
    log = log_of(profile)
    content = bytearray(log.read_bytes())
    content[20] ^= 255
    log.write_bytes(bytes(content))


def kill_at_random_moments(handset: Handset, author: str, moments: int, chance: random.Random) -> Kills:
    """Kill the browser at so many moments; whatever the page was told is saved must be there at the next start."""
    counted = Kills()
    for round_ in range(moments):
        assert handset.page is not None
        said: list[str] = []
        handset.page.on("console", partial(_note, said))
        handset.page.evaluate(_RECORD_ON, round_)
        handset.page.wait_for_timeout(chance.uniform(1, LONGEST_MS))
        handset.kill()
        told = {text.rsplit(" ", 1)[1] for text in said if text.startswith("saved true")}
        handset.start()
        said_at_door = handset.call("unlock", author, PIN)
        assert said_at_door == {"done": True, "reason": ""}, (
            said_at_door,
            counted,
            handset.state,
            handset.do("document.cookie"),
        )
        there = set(handset.do("tablet.outbox().map((one) => one.record_id)"))
        counted.moments += 1
        counted.saved += len(told)
        counted.found += len(told & there)
    return counted
