"""Count what a tablet called saved and still holds after its browser was ended by kill -9, at 200 random moments.

Run it as `python -m bench.tablet_kills [--moments 200] [--seed 1]`. It needs Chromium and starts servers of its own.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from backend import embedded
from tests.browser.tablet.conftest import Handsets, make_ward
from tests.browser.tablet.kills import kill_at_random_moments
from tests.conftest import prepared


def main() -> int:
    """Kill, count and print; the status is 0 only if nothing was missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("No Chromium: install it, or name it in CHROMIUM.")
        return 2
    with tempfile.TemporaryDirectory(prefix="mk", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded.servers(Path(folder) / "data", durable=False) as found:
            ward = make_ward(prepared(found), Path(folder) / "home")
            ward.start()
            with sync_playwright() as playwright:
                handset = Handsets(ward, playwright, chromium, Path(folder)).new()
                handset.enrol("bench")
                author = str(ward.users["nina"].id)
                counted = kill_at_random_moments(handset, author, asked.moments, random.Random(asked.seed))
                handset.close()
            ward.stop()
    print(f"{counted.moments} kills, seed {asked.seed}: {counted.saved} entries called saved, {counted.found} found")
    return 0 if counted.saved == counted.found else 1


if __name__ == "__main__":
    sys.exit(main())
