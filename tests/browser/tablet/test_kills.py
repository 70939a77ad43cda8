"""What was called saved is there after kill -9, and a newer app changes over under a thousand waiting entries."""

import random
import shutil
import sys
from pathlib import Path

import pytest

from tests.browser.tablet.conftest import CHECKOUT, PIN, Handset, Handsets, Ward
from tests.browser.tablet.kills import kill_at_random_moments, spoil, tear

pytestmark = pytest.mark.browser
MOMENTS = 4
WAITING = 1000


def test_whatever_was_called_saved_is_there_after_a_kill(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("killed")
    counted = kill_at_random_moments(handset, str(ward.users["nina"].id), MOMENTS, random.Random(5))
    sys.stdout.write(f"{counted.moments} kills: {counted.saved} entries called saved, {counted.found} found\n")
    assert counted.saved > 0
    assert counted.found == counted.saved
    outbox = handset.do("tablet.outbox().map((one) => one.n)")
    assert sorted(outbox) == list(range(1, len(outbox) + 1))  # the chain has no hole
    assert handset.call("sync")["complete"]
    handset.close()


def test_store_outlives_a_kill_in_the_middle_of_a_write(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("torn", "omar")
    author = str(ward.users["omar"].id)
    recorded = [handset.record(kind="person", set={"alias": "Avant"})["record_id"]]
    handset.kill()
    tear(handset.profile)
    handset.start()  # goes on behind the torn end; without turning the log over, the next start would find nothing
    assert handset.call("unlock", author, PIN) == {"done": True, "reason": ""}
    recorded.append(handset.record(kind="person", set={"alias": "Après"})["record_id"])
    handset.kill()
    handset.start()
    assert handset.state["storage"]["lost"] is None
    assert handset.call("unlock", author, PIN) == {"done": True, "reason": ""}
    assert set(handset.do("tablet.outbox().map((one) => one.record_id)")) == set(recorded)
    handset.close()


def test_store_that_the_browser_found_damaged_is_told_before_anything_else(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("spoiled", "omar")
    handset.record(kind="person", set={"alias": "Perdue"})
    assert handset.context is not None
    handset.context.clear_cookies()  # the mark is gone too: only the browser itself still tells
    handset.close()
    spoil(handset.profile)
    handset.start()
    assert handset.state["enrolled"] is False
    assert handset.state["storage"]["lost"] == {"ops": None, "at": None}
    assert handset.page is not None
    assert "est perdu" in handset.page.locator("main").inner_text()
    handset.close()


def newer_app(folder: Path) -> Path:
    """Return a tree of the product whose app is newer by one file; the rest is this one's."""
    shutil.copytree(CHECKOUT / "sync", folder / "sync")
    changed = folder / "sync/tablet/engine/clock.js"
    changed.write_text(changed.read_text("utf-8") + "// newer\n", "utf-8")
    return folder


def version(handset: Handset) -> str:
    return str(handset.do("document.querySelector('script[type=module]').src.match(/v\\/(\\w+)\\//)[1]"))


def test_newer_app_changes_over_with_a_thousand_entries_waiting(ward: Ward, handsets: Handsets, tmp_path: Path) -> None:
    handset = handsets.new()
    handset.enrol("updated", "omar")
    handset.do("navigator.serviceWorker.ready.then(() => true)")
    author, former = str(ward.users["omar"].id), version(handset)
    ward.stop()
    handset.do(
        "(async () => { for (let at = 0; at < a; at += 1) await tablet.record({kind: 'person', set: {alias: `W${at}`}}); })()",
        WAITING,
    )
    ward.start(newer_app(tmp_path))
    assert handset.page is not None
    handset.page.evaluate(
        "() => { void navigator.serviceWorker.getRegistration('/tablet/').then((one) => one.update()); }"
    )
    handset.kill()  # while the newer app is being fetched
    handset.start()
    assert version(handset) == former
    handset.do("navigator.serviceWorker.getRegistration('/tablet/').then((one) => one.update()).then(() => true)")
    handset.page.wait_for_function("() => window.tablet.state.update_waiting")
    assert version(handset) == former  # whole beside the former one, which still runs
    with handset.page.expect_navigation():
        handset.do("void tablet.update()")
    handset.kill()  # while it changes over
    handset.start()
    assert version(handset) != former
    assert handset.call("unlock", author, PIN) == {"done": True, "reason": ""}
    assert handset.state["waiting"] == WAITING
    handset.page.evaluate("() => { void window.tablet.sync(); }")
    handset.page.wait_for_function("(all) => window.tablet.state.waiting < all", arg=WAITING)
    handset.kill()  # while it hands in
    handset.start()
    assert handset.call("unlock", author, PIN) == {"done": True, "reason": ""}
    assert handset.call("sync")["complete"]
    assert handset.state["waiting"] == 0
    arrived = ward.rows("SELECT count(*) AS n FROM person WHERE territory_id = $1 AND alias LIKE 'W%'")
    assert arrived[0]["n"] == WAITING
    ward.stop()
    ward.start()
