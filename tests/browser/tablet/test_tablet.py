"""A tablet's working day in a real Chromium: it is killed, its server is dead, its network lies, and nothing is lost."""

import re
import shutil
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Route, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.tablet.conftest import PIN, Handset, Handsets, Ward

pytestmark = pytest.mark.browser
PLANTED = ("Zébulonette", "Quintuplard", "Ysoldette")


def person(ward: Ward, name: str, **more: str) -> dict[str, Any]:
    return {
        "kind": "person",
        "set": {"given_name": name, "family_name": PLANTED[1], "place_id": ward.place_ids[0], **more},
    }


def stored(ward: Ward, name: str) -> int:
    return int(ward.rows("SELECT count(*) AS n FROM person WHERE territory_id = $1 AND given_name = $2", name)[0]["n"])


def unlocked(handset: Handset, login: str = "nina") -> Handset:
    author = str(handset.ward.users[login].id)
    assert handset.call("unlock", author, PIN) == {"done": True, "reason": ""}
    return handset


def test_day_without_a_server_survives_a_dead_battery(ward: Ward, handsets: Handsets) -> None:
    """Enrol and pull; the port is dead; record; kill -9; cold start from the cache; capture while locked; all arrives once."""
    handset = handsets.new()
    handset.enrol("day")
    assert handset.state["last_sync"]["complete"]
    assert handset.call("lights") == {"ready_for_field": True, "safe_to_hand_in": True, "reasons": []}
    handset.do("navigator.serviceWorker.ready.then(() => true)")
    ward.stop()
    handset.record(**person(ward, PLANTED[0]))
    handset.call("keepDraft", "dose", {"note": PLANTED[2]})
    handset.kill()
    handset.start()  # the worker answers: there is no server
    assert handset.state["locked"]
    author = str(ward.users["nina"].id)
    assert handset.call("unlock", author, PIN) == {"done": False, "reason": "no_network"}
    captured = {"record_id": str(new_id()), **person(ward, PLANTED[2]), "author": author}
    handset.record(**captured)
    assert handset.state["sealed"] == 1
    assert handset.call("all", "person") == []
    handset.kill()
    ward.start()
    handset.start()
    unlocked(handset)
    assert handset.call("draft", "dose") == {"note": PLANTED[2]}
    assert [handset.state[one] for one in ("waiting", "sealed")] == [2, 0]
    assert "waiting" in handset.call("lights")["reasons"]
    assert handset.call("sync")["complete"]
    assert (stored(ward, PLANTED[0]), stored(ward, PLANTED[2])) == (1, 1)
    assert handset.call("view", captured["record_id"])["status"] == "arrived"
    assert handset.call("lights")["safe_to_hand_in"]
    handset.close()
    content = b"".join(one.read_bytes() for one in handset.profile.rglob("*") if one.is_file())
    assert len(content) > 100_000
    found = {name for name in PLANTED for form in ("utf-8", "utf-16-le") if name.encode(form) in content}
    assert found == set()
    assert ward.users["nina"].login.encode() in content or b"maraude" in content  # the scan does read the store


def test_sync_with_nothing_to_do_is_one_small_request(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("quiet", "omar")
    assert handset.call("sync")["requests"] <= 2
    assert handset.call("sync") == {"complete": True, "reason": "", "requests": 1}


def test_pin_is_not_enough_and_the_fifth_wrong_one_destroys_the_share(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("pin", "omar")
    author = str(ward.users["omar"].id)
    handset.call("lock")
    assert handset.call("unlock", author, "111222") == {
        "done": False,
        "reason": "pin",
        "left": 4,
    }  # the share in memory
    assert handset.call("unlock", author, PIN)["done"]
    handset.close()
    handset.start()
    said = [handset.call("unlock", author, "111222") for _ in range(5)]
    assert [one["reason"] for one in said] == ["pin_refused"] * 4 + ["pin_locked"]
    assert handset.call("unlock", author, PIN)["reason"] == "pin_locked"
    assert handset.call("signIn", ward.proof("omar", "739104")) == {"done": True, "reason": ""}
    assert handset.call("all", "person") != []


def test_spoken_code_opens_once_without_a_network(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("code", "omar")
    (number,) = handset.state["rescue_numbers"]
    handset.do("navigator.serviceWorker.ready.then(() => true)")
    tablet_id = ward.rows("SELECT id FROM tablet WHERE territory_id = $1 AND label = 'code'")[0]["id"]
    handset.close()
    code = ward.speak(tablet_id, number)
    assert code is not None
    assert len(code.replace("-", "")) * 5 >= 80
    assert ward.speak(tablet_id, number) is None
    ward.stop()
    handset.start()
    author = str(ward.users["omar"].id)
    assert handset.call("unlockByCode", author, PIN, "AAAA-BBBB-CCCC-DDDD-EEEE")["reason"] == "code"
    assert handset.call("unlockByCode", author, "111222", code)["reason"] == "pin"
    assert handset.call("unlockByCode", author, PIN, code.lower()) == {"done": True, "reason": ""}
    assert handset.call("all", "person") != []
    assert handset.state["rescue_numbers"] == []
    ward.start()
    handset.close()
    for _ in range(2):  # the first takes the next share over, the second opens with it alone
        handset.start()
        unlocked(handset, "omar")
        assert handset.call("sync")["complete"]
        assert handset.state["rescue_numbers"] == [number + 1]
        handset.close()
    kept = ward.rows("SELECT next_share FROM tablet_person WHERE territory_id = $1 AND tablet_id = $2", tablet_id)
    assert [row["next_share"] for row in kept] == [None]


def _answer_with(answer: dict[str, Any], route: Route) -> None:
    route.fulfill(**answer)


def test_captive_portal_is_not_taken_for_an_answer(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("portal", "omar")
    handset.record(**person(ward, "Portail"))
    portals = (
        {"status": 200, "content_type": "text/html", "body": "<html>Wi-Fi gratuit</html>"},
        {"status": 200, "content_type": "application/json", "body": "<html>Wi-Fi gratuit</html>"},
        {"status": 200, "content_type": "application/json", "body": '{"ok": true}'},
        {"status": 302, "headers": {"Location": f"{ward.url}/health"}, "body": ""},
    )
    assert handset.context is not None
    for answer in portals:
        handset.context.route("**/sync/**", partial(_answer_with, answer))
        assert not handset.call("sync")["complete"]
        assert handset.state["waiting"] == 1
        assert not handset.call("lights")["safe_to_hand_in"]
        handset.context.unroute("**/sync/**")
    assert handset.call("sync")["complete"]
    assert stored(ward, "Portail") == 1


def test_revoked_tablet_hands_in_fifty_entries_and_receives_nothing(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("revoked", "omar")
    handset.do(
        "(async () => { for (let i = 0; i < 50; i += 1) await tablet.record({kind: 'person', set: {...a, alias: `R${i}`}}); })()",
        {"given_name": "Rendue", "place_id": ward.place_ids[0]},
    )
    tablet_id = ward.revoke("revoked")
    ward.write("dora", ward.rename(ward.place_ids[0], "Nouveau nom"))
    said = handset.call("sync")
    assert (said["complete"], said["reason"]) == (False, "tablet_deposit_only")
    assert handset.state["deposit_only"]
    assert handset.state["waiting"] == 0
    assert handset.call("lights")["safe_to_hand_in"]
    held = ward.rows(
        "SELECT count(*) AS n FROM op o JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor "
        "WHERE o.territory_id = $1 AND i.tablet_id = $2",
        tablet_id,
    )
    assert held[0]["n"] == 50
    assert handset.call("view", ward.place_ids[0])["values"].get("name") != "Nouveau nom"


def test_wipe_order_hands_in_first_and_leaves_nothing(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("wipe", "omar")
    handset.record(**person(ward, "Derniere"))
    tablet_id = ward.order_wipe("wipe")
    assert handset.call("sync")["reason"] == "wiped"
    assert handset.state["enrolled"] is False
    assert handset.do("indexedDB.databases().then((all) => all.map((one) => one.name))") == ["maraude"]
    state = ward.rows("SELECT state FROM tablet WHERE territory_id = $1 AND id = $2", tablet_id)[0]["state"]
    assert state == "wiped"
    kept = ward.rows(
        "SELECT count(*) AS n FROM op WHERE territory_id = $1 AND convert_from(body, 'UTF8') LIKE '%Derniere%'"
    )
    assert kept[0]["n"] == 1


def test_full_disk_is_told_before_typing_and_loses_nothing(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("full", "omar")
    used = handset.state["storage"]["used_bytes"]
    handset.close()
    handset.launch()  # the browser remembers for a while how much room there was: it is told before it looks
    devtools = handset.devtools()
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": ward.url, "quotaSize": used + 14_000_000})
    handset.open()
    unlocked(handset, "omar")
    saved = handset.do(
        """(async () => {
          const draft = () => Array.from(crypto.getRandomValues(new Uint8Array(60000)), (one) => one.toString(16)).join('');
          const fits = (at) => tablet.keepDraft(`filling ${at}`, { note: draft() }).then(() => true, () => false);
          for (let at = 0; at < 300 && (await fits(at)); at += 1); // drafts leave the reserve alone
          let saved = 0;
          for (let at = 0; at < 1000 && tablet.state.storage.level !== 'full'; at += 1) {
            const note = Array.from(crypto.getRandomValues(new Uint8Array(900)), (one) => one.toString(16)).join('');
            saved += (await tablet.record({ kind: 'temperature', set: { ...a, note } })).saved ? 1 : 0;
          }
          return saved;
        })()""",
        {"team_id": ward.team_id, "read_at": "2026-11-22T08:00:00.000Z", "celsius_tenths": 45},
    )
    assert handset.state["storage"]["level"] == "full"
    assert saved > 1  # the one that found no room was saved in the reserve
    assert handset.state["waiting"] == saved
    said = handset.call("record", person(ward, "Trop"))
    assert (said["saved"], said["reason"]) == (False, "storage_full")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": ward.url})
    assert handset.call("sync")["complete"]
    assert handset.state["storage"]["level"] == "good"
    assert handset.state["waiting"] == 0
    assert stored(ward, "Trop") == 0


def test_store_that_the_browser_threw_away_is_told_and_pulled_again(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("evicted", "omar")
    handset.do("navigator.serviceWorker.ready.then(() => true)")
    ward.stop()
    for name in ("Une", "Deux"):
        handset.record(**person(ward, name))
    assert handset.page is not None
    devtools = handset.devtools()
    handset.page.goto("about:blank")
    devtools.send("Storage.clearDataForOrigin", {"origin": ward.url, "storageTypes": "indexeddb"})
    handset.open()
    state = handset.state
    assert state["enrolled"] is False
    assert state["storage"]["lost"]["ops"] == 2
    assert state["storage"]["lost"]["at"].endswith("Z")
    ward.start()
    handset.enrol("evicted again", "omar")
    assert handset.call("all", "person") != []


def test_copied_profile_becomes_a_new_installation_and_loses_nothing(ward: Ward, handsets: Handsets) -> None:
    one = handsets.new()
    one.enrol("cloned", "omar")
    one.close()
    copy = handsets.folder / "clone"
    shutil.copytree(one.profile, copy)
    one.start()
    unlocked(one, "omar").record(**person(ward, "Originale"))
    assert one.call("sync")["complete"]
    one.close()
    other = handsets.new(copy)
    unlocked(other, "omar").record(**person(ward, "Copie"))
    assert other.call("sync")["complete"]
    assert (stored(ward, "Originale"), stored(ward, "Copie")) == (1, 1)
    other.close()


def test_phone_that_did_not_win_can_be_called_all_the_same(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("phones", "omar")
    known = handset.call("all", "person")[0]["id"]
    handset.record(record_id=known, kind="person", set={"phone": "0611111111"})
    ward.write("dora", [Act("person", UUID(known), {"phone": "0622222222"})])  # neither had seen the other's
    assert handset.call("sync")["complete"]
    view = handset.call("view", known)
    assert {view["values"]["phone"], *view["others"]["phone"]} == {"0611111111", "0622222222"}
    assert handset.page is not None
    handset.page.goto(f"{ward.url}/tablet/#/person/{known}")
    other = handset.page.get_by_role("link", name=re.compile("l'autre numéro"))
    expect(other).to_have_attribute("href", f"tel:{view['others']['phone'][0]}")
    handset.close()


def test_damaged_record_is_found_by_sums_and_fetched_alone(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("bitflip", "omar")
    before = len(handset.call("all", "person"))
    handset.close()
    handset.start()
    damaged = handset.do(
        """new Promise((resolve, reject) => {
          const opening = indexedDB.open('maraude');
          opening.onsuccess = () => {
            const change = opening.result.transaction('records', 'readwrite');
            const cursor = change.objectStore('records').openCursor();
            cursor.onsuccess = () => {
              const { value } = cursor.result;
              value.body[7] ^= 1;
              cursor.result.update(value);
            };
            change.oncomplete = () => { opening.result.close(); resolve(true); };
            change.onabort = reject;
          };
        })"""
    )
    assert damaged
    unlocked(handset, "omar")
    assert handset.call("sync")["complete"]
    assert len(handset.call("all", "person")) == before


def test_second_window_says_that_the_tablet_is_elsewhere(ward: Ward, handsets: Handsets) -> None:
    handset = handsets.new()
    handset.enrol("windows", "omar")
    assert handset.context is not None
    second = handset.context.new_page()
    second.goto("/tablet/")
    elsewhere = second.evaluate(
        """async () => {
          const script = document.querySelector('script[type=module]').src;
          const { openTablet } = await import(new URL('./tablet.js', script).href);
          const tablet = await openTablet();
          return [tablet.state.elsewhere, (await tablet.record({kind: 'person', set: {given_name: 'x'}})).saved];
        }"""
    )
    assert elsewhere == [True, False]


def test_search_finds_by_sound_in_time(ward: Ward, handsets: Handsets) -> None:
    """5,000 invented names beside those of the pack: found as typed, and as heard; 300 ms is told, twice that fails."""
    handset = handsets.new()
    handset.enrol("search", "omar")
    found = handset.do(
        """(async () => {
          const script = document.querySelector('script[type=module]').src;
          const { search } = await import(new URL('./engine/search.js', script).href);
          const first = ['Fatoumata', 'Mamadou', 'Marie', 'Jean', 'Awa', 'Khadija', 'Philippe', 'Nguyen', 'Ousmane'];
          const last = ['Ouattara', 'Traoré', 'Lefèvre', 'Martin', 'Diop', 'Amrani', 'Renaud', 'Thi Lan', 'Benali'];
          const named = (id, given_name, family_name) =>
            ({ id, kind: 'person', disputed: {}, others: {}, values: { given_name, family_name } });
          const people = Array.from({ length: 5000 }, (_, at) =>
            named(String(at), first[at % 9] + (at % 7 ? '' : ' Rose'), last[(at / 9 | 0) % 9] + (at / 81 | 0)));
          people.push(named('wanted', 'Fatoumata', 'Ouattara'));
          search(people, 'warm');
          const times = [];
          let heard = [];
          for (const text of ['f', 'fa', 'fatum', 'wattara fatumata', 'trao', 'zoe petit']) {
            const started = performance.now();
            const said = search(people, text);
            times.push(performance.now() - started);
            if (text === 'wattara fatumata') heard = said.map((one) => [one.person.id, one.how]);
          }
          return { worst: Math.max(...times), heard };
        })()"""
    )
    assert found["heard"][0] == ["wanted", "same"]
    assert found["worst"] < 5_000, found  # the figure is the bench's; here only something hopeless fails
    mine = handset.call("all", "person")[0]["values"]
    names = [one["person"]["values"]["family_name"] for one in handset.call("search", mine["family_name"][:4])]
    assert mine["family_name"] in names
