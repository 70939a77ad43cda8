"""The protocol over HTTP: the reference tablet against a real server process."""

import gzip
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.access import Role
from backend.db.transaction import transaction
from backend.ids import TabletId, TeamId, new_id
from backend.log.desk import Act
from backend.reference_tablet.link import Answer, Link, NoNetwork, Outcome, Refused
from backend.reference_tablet.tablet import Tablet
from backend.tablets import enrol
from sync import client
from sync.client import Act as TabletAct
from sync.ops import Op
from sync.store import Change
from sync.wire import PushAnswer
from tests.backend.ground import make_ground, person
from tests.backend.log.whole import faults
from tests.backend.running import Served

IDLE_BODY_BYTES_MAX = 250


def _dose(served: Served, who: str = "ada") -> TabletAct:
    given = {"person_id": str(served.ground.ids[who]), "status": "given", "given_on": "2026-11-20", "source": "own"}
    return TabletAct(str(new_id()), "dose", {**given}, add={"antigens": ["influenza"]})


def _record(tablet: Tablet, served: Served, act: TabletAct) -> Op:
    op = tablet.record(act, str(served.ground.users[Role.FIELD_TEAM]))
    assert isinstance(op, Op)
    return op


async def _verdicts(served: Served, *ops: Op) -> list[str]:
    rows = await served.ground.fetch(
        "SELECT id, verdict FROM op WHERE territory_id = $1 AND id = ANY($2::uuid[])", [op.id for op in ops]
    )
    found = {row["id"].hex: row["verdict"] for row in rows}
    return [found.get(op.id, "missing") for op in ops]


async def test_code_enrols_once_when_it_is_used_twice(served: Served, tmp_path: Path) -> None:
    _, code = await served.ground.enrolment_code()
    territory = str(served.ground.territory_id)
    assert served.open(tmp_path / "first").enrol(territory, code)
    second = served.open(tmp_path / "second")
    assert not second.enrol(territory, code)
    assert not second.store.enrolled()
    assert not second.enrol(str(new_id()), code)


async def test_request_is_refused_when_its_signature_is_of_another_key(served: Served, tmp_path: Path) -> None:
    tablet, other = await served.tablet(tmp_path / "one"), await served.tablet(tmp_path / "two")
    me = f"{served.ground.territory_id}/{tablet.store.identity().installation}"
    assert other.link.post("/sync/receipt", b"{}", me) == Refused("tablet_unknown")
    assert isinstance(tablet.link.post("/sync/receipt", b"{}", me), Answer)


async def test_request_is_refused_when_it_names_another_territory(served: Served, tmp_path: Path) -> None:
    """The installation exists, the key fits, the territory is not its own: as unknown as any other."""
    other = await make_ground(served.ground.database, is_demo=True)
    tablet = await served.tablet(tmp_path / "one")
    me = f"{other.territory_id}/{tablet.store.identity().installation}"
    for path, body in (("/sync/receipt", b"{}"), ("/sync/push", b"x"), ("/sync/pull", b'{"protocol":1,"cursors":{}}')):
        assert tablet.link.post(path, body, me) == Refused("tablet_unknown")


async def test_body_is_bound_by_the_signature_when_it_is_changed_on_the_way(served: Served, tmp_path: Path) -> None:
    tablet = await served.tablet(tmp_path / "one")
    sent: list[httpx.Request] = []
    tablet.link._http.event_hooks["request"].append(sent.append)
    tablet.receipt()
    (request,) = sent
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    answer = served.ask("POST", "/sync/receipt", content=b'{"more":1}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "tablet_unknown")
    answer = served.ask("POST", "/sync/head", content=request.content, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("days", [-5, 400])
async def test_wrong_clock_costs_one_request_more_when_it_is_days_off(
    served: Served, tmp_path: Path, days: int
) -> None:
    """S10: the refusal tells the server's time; from then on the tablet reckons with it."""
    tablet = await served.tablet(tmp_path / "one")
    tablet.link.clock_offset_ms = days * 86_400_000
    before = tablet.link.requests
    assert tablet.receipt() == "confirmed"
    assert tablet.link.requests - before == 2
    assert tablet.receipt() == "confirmed"
    assert tablet.link.requests - before == 3


async def test_push_is_read_when_it_comes_compressed(served: Served, tmp_path: Path) -> None:
    tablet = await served.tablet(tmp_path / "one")
    ops = [_record(tablet, served, _dose(served)) for _ in range(3)]
    body = client.push_body(tablet.store, tablet.clocks())
    assert body is not None
    answer = _signed(tablet, served, "/sync/push", gzip.compress(body), {"content-encoding": "gzip"})
    verdicts = msgspec.json.decode(answer.content, type=PushAnswer).verdicts
    assert [one.id for one in verdicts] == [op.id for op in ops]
    for broken in (b"", b"\x1f\x8b", b"no gzip at all", gzip.compress(b"")):
        assert _signed(tablet, served, "/sync/push", broken, {"content-encoding": "gzip"}).status_code == 400
    bomb = _signed(tablet, served, "/sync/push", gzip.compress(bytes(50_000_000)), {"content-encoding": "gzip"})
    assert msgspec.json.decode(bomb.content, type=PushAnswer).too_large


def _signed(tablet: Tablet, served: Served, path: str, body: bytes, more: dict[str, str]) -> httpx.Response:
    """Send a request as the tablet's link signs it, with more headers."""
    sent: list[httpx.Response] = []
    hooks = tablet.link._http.event_hooks
    before = {name: list(found) for name, found in hooks.items()}

    def add(request: httpx.Request) -> None:
        request.headers.update(more)

    tablet.link._http.event_hooks = {"request": [add], "response": [sent.append]}
    tablet.link.post(path, body, f"{served.ground.territory_id}/{tablet.store.identity().installation}")
    tablet.link._http.event_hooks = before
    sent[-1].read()
    return sent[-1]


async def test_one_small_request_is_enough_when_nothing_changed(served: Served, tmp_path: Path) -> None:
    """DESIGN section 5: one request, bodies of at most 250 bytes together, whatever the tablet holds."""
    await served.ground.give_round("team", "hotel", "shelter")
    tablet = await served.tablet(tmp_path / "one")
    assert tablet.sync().complete
    held = sum(len(records) for records in tablet.store.buckets().values())
    assert held > 5
    sizes: list[int] = []

    def measure(response: httpx.Response) -> None:
        response.read()
        sizes.append(len(response.request.content) + len(response.content))

    tablet.link._http.event_hooks = {"response": [measure]}
    done = tablet.sync()
    assert (done.complete, done.requests, len(sizes)) == (True, 1, 1)
    assert sizes[0] <= IDLE_BODY_BYTES_MAX


async def test_tablet_shows_the_server_s_records_with_its_own_ops_over_them_when_it_has_synced(
    served: Served, tmp_path: Path
) -> None:
    """S7, and the receipt that lets a tablet purge."""
    await served.ground.give_round("team", "hotel")
    tablet = await served.tablet(tmp_path / "one")
    assert tablet.sync().complete
    ada = str(served.ground.ids["ada"])
    op = _record(tablet, served, TabletAct(ada, "person", {"room": "212"}))
    shown = tablet.shown(ada)
    assert shown is not None
    assert any(entry.values.get("room") == "212" for entry in shown.entries.values())
    assert tablet.sync().complete
    assert await _verdicts(served, op) == ["stored"]
    assert tablet.receipt() == "confirmed"
    body = await served.ground.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", ada)
    assert '"room":"212"' in body


async def test_nothing_is_lost_or_twice_when_a_tablet_is_restored_from_an_older_copy(
    served: Served, tmp_path: Path
) -> None:
    """S1 and S2: the copy uses numbers that the server knows as other ops; it takes a new installation and goes on."""
    tablet = await served.tablet(tmp_path / "one")
    early = [_record(tablet, served, _dose(served)) for _ in range(2)]
    served.close_tablets()
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    tablet = served.open(tmp_path / "one")
    late = [_record(tablet, served, _dose(served, "bob")) for _ in range(2)]
    assert tablet.sync().complete
    before = tablet.store.identity().installation
    restored = served.open(tmp_path / "copy")
    after_restore = [_record(restored, served, _dose(served)) for _ in range(3)]
    assert restored.sync().complete
    assert restored.store.identity().installation != before
    assert restored.receipt() == tablet.receipt() == "confirmed"
    ops = [*early, *late, *after_restore]
    counted = await served.ground.fetch(
        "SELECT id FROM op WHERE territory_id = $1 AND verdict = 'stored' AND id = ANY($2::uuid[])",
        [op.id for op in ops],
    )
    assert sorted(row["id"].hex for row in counted) == sorted(op.id for op in ops)
    assert await served.ground.value(
        "SELECT count(*) FROM dose WHERE territory_id = $1 AND id = ANY($2::uuid[])", [op.record for op in ops]
    ) == len(ops)


async def test_revoked_tablet_hands_in_and_receives_nothing_when_it_syncs(served: Served, tmp_path: Path) -> None:
    """A lost tablet gives what it holds, and gets nobody's address."""
    tablet = await served.tablet(tmp_path / "one")
    installation = tablet.store.identity().installation
    op = _record(tablet, served, _dose(served))
    ground = served.ground
    tablet_id = await ground.value(
        "SELECT tablet_id FROM installation WHERE territory_id = $1 AND id = $2", installation
    )
    async with transaction(ground.scope) as tx:
        assert await enrol.revoke(tx, tablet_id)
    done = tablet.sync()
    assert (done.complete, done.reason) == (False, "tablet_deposit_only")
    assert await _verdicts(served, op) == ["review"]
    assert tablet.store.buckets() == {}
    me = f"{ground.territory_id}/{installation}"
    for path, body in _GIVING.items():
        assert tablet.link.post(path, body, me) == Refused("tablet_deposit_only"), path
    assert tablet.receipt() == "confirmed"


async def test_key_that_the_server_remembers_lets_nobody_in_who_was_revoked_or_taken_away(
    served: Served, tmp_path: Path
) -> None:
    """A push reads what its installation may do in its own transaction: the key alone proves only who it is."""
    tablet = await served.tablet(tmp_path / "one")
    installation = tablet.store.identity().installation
    first = _record(tablet, served, _dose(served))
    tablet.sync()
    ground = served.ground
    async with transaction(ground.scope) as tx:
        tablet_id = await tx.fetch_value("SELECT tablet_id FROM installation WHERE id = $1", installation)
        assert await enrol.revoke(tx, tablet_id)
    second = _record(tablet, served, _dose(served))
    tablet.sync()
    assert await _verdicts(served, first, second) == ["stored", "review"]
    other = await served.tablet(tmp_path / "two")
    me = f"{ground.territory_id}/{installation}"
    body = client.push_body(tablet.store, tablet.clocks()) or b""
    assert other.link.post("/sync/push", body, me) == Refused("tablet_unknown"), "another key, while this one is known"
    held = other.store.identity().installation
    _record(other, served, _dose(served))
    assert other.sync().complete
    await ground.as_owner("DELETE FROM held_bucket WHERE territory_id = $1 AND installation_id = $2", UUID(held))
    await ground.as_owner("DELETE FROM installation WHERE territory_id = $1 AND id = $2", UUID(held))
    _record(other, served, _dose(served))
    assert other.sync().reason == "tablet_unknown"


_GIVING = {
    "/sync/head": b'{"protocol":1,"head":""}',
    "/sync/pull": b'{"protocol":1,"cursors":{}}',
    "/sync/sums": b'{"bucket":"reference:all"}',
}


async def test_revoked_clone_hands_in_under_a_new_installation_that_receives_nothing(
    served: Served, tmp_path: Path
) -> None:
    """S1: a clone cannot go on under the numbers of its twin; revoked or not, what it recorded must arrive."""
    tablet = await served.tablet(tmp_path / "one")
    first = _record(tablet, served, _dose(served))
    assert tablet.sync().complete
    shutil.copytree(tmp_path / "one", tmp_path / "clone")
    twin = _record(tablet, served, _dose(served))
    assert tablet.sync().complete
    clone = served.open(tmp_path / "clone")
    late = _record(clone, served, _dose(served))
    async with transaction(served.ground.scope) as tx:
        tablet_id = await tx.fetch_value(
            "SELECT tablet_id FROM installation WHERE territory_id = $1 AND id = $2",
            served.ground.territory_id,
            tablet.store.identity().installation,
        )
        assert await enrol.revoke(tx, tablet_id)
    assert clone.sync().reason == "tablet_deposit_only"
    assert clone.store.identity().installation != tablet.store.identity().installation
    assert await _verdicts(served, twin, late) == ["stored", "review"]
    counts = "SELECT count(*) FROM op WHERE territory_id = $1 AND id = $2 AND verdict = 'stored'"
    assert await served.ground.value(counts, first.id) == 1  # the clone issued it again
    states = await served.ground.fetch(
        "SELECT DISTINCT state FROM installation WHERE territory_id = $1 AND tablet_id = $2", tablet_id
    )
    assert [row["state"] for row in states] == ["deposit_only"]
    me = f"{served.ground.territory_id}/{clone.store.identity().installation}"
    for path, body in _GIVING.items():
        assert clone.link.post(path, body, me) == Refused("tablet_deposit_only"), path


async def test_revoked_tablet_hears_of_a_restored_server_by_an_empty_push(served: Served, tmp_path: Path) -> None:
    """It may ask nothing else, and must offer again what the backup had not (S1)."""
    tablet = await served.tablet(tmp_path / "one")
    _record(tablet, served, _dose(served))
    assert tablet.sync().complete
    async with transaction(served.ground.scope) as tx:
        tablet_id = await tx.fetch_value(
            "SELECT tablet_id FROM installation WHERE territory_id = $1 AND id = $2",
            served.ground.territory_id,
            tablet.store.identity().installation,
        )
        assert await enrol.revoke(tx, tablet_id)
    await served.ground.as_owner("UPDATE server_epoch SET epoch = epoch + 1 WHERE $1::uuid IS NOT NULL")
    epoch = (await served.ground.as_owner("SELECT epoch FROM server_epoch WHERE $1::uuid IS NOT NULL"))[0][0]
    assert tablet.store.identity().epoch == epoch - 1
    assert tablet.sync().reason == "tablet_deposit_only"
    assert tablet.store.identity().epoch == epoch


async def test_places_leave_the_tablet_when_its_round_is_withdrawn(served: Served, tmp_path: Path) -> None:
    """S6: after the own ops are answered, what left the scope leaves the tablet, and the server knows it did."""
    ground = served.ground
    round_id = await ground.give_round("other_team", "centre")
    tablet = await served.tablet(tmp_path / "one", "other_team")
    assert tablet.sync().complete
    bucket = f"place:{ground.ids['centre']}"
    assert bucket in tablet.store.buckets()
    op = _record(tablet, served, _dose(served))
    assert await ground.desk([Act("round", round_id, {"state": "withdrawn"})]) == []
    assert tablet.sync().complete
    assert bucket not in tablet.store.buckets()
    assert (await _verdicts(served, op))[0] in ("stored", "review")
    held = await ground.fetch(
        "SELECT bucket_id FROM held_bucket WHERE territory_id = $1 AND installation_id = $2",
        tablet.store.identity().installation,
    )
    assert bucket not in {row["bucket_id"] for row in held}


async def test_late_op_waits_for_a_human_when_its_person_went_to_another_team(served: Served, tmp_path: Path) -> None:
    """Never a silent refusal: what a former team recorded is stored and put up for review."""
    ground = served.ground
    round_id = await ground.give_round("team", "shelter")
    somebody = new_id()
    assert await ground.desk([person(somebody, ground.ids["shelter"], "Lia", "1955-05-05")]) == []
    tablet = await served.tablet(tmp_path / "one")
    assert tablet.sync().complete
    op = _record(tablet, served, TabletAct(str(somebody), "person", {"room": "9"}))
    rounds = await ground.fetch("SELECT id FROM round WHERE territory_id = $1 AND team_id = $2", ground.ids["team"])
    assert round_id in {row["id"] for row in rounds}
    assert await ground.desk([Act("round", row["id"], {"state": "withdrawn"}) for row in rounds]) == []
    assert tablet.sync().complete
    (row,) = await ground.fetch("SELECT verdict, code FROM op WHERE territory_id = $1 AND id = $2", op.id)
    assert tuple(row) == ("review", "former_team")
    assert await ground.value("SELECT room FROM person WHERE territory_id = $1 AND id = $2", somebody) == "9"


async def test_two_teams_swap_their_tablets_at_noon(served: Served, tmp_path: Path) -> None:
    """S1, S6: each tablet holds the other team's places afterwards; what was still on it is stored, and a human looks at it."""
    ground = served.ground
    await ground.give_round("team", "shelter")
    await ground.give_round("other_team", "centre")
    here, there = (f"place:{ground.ids[name]}" for name in ("shelter", "centre"))
    somebody = new_id()
    assert await ground.desk([person(somebody, ground.ids["shelter"], "Ida", "1950-05-05")]) == []
    one, two = await served.tablet(tmp_path / "one", "team"), await served.tablet(tmp_path / "two", "other_team")
    assert one.sync().complete
    assert two.sync().complete
    assert here in one.store.buckets()
    assert there in two.store.buckets()
    late = _record(one, served, TabletAct(str(somebody), "person", {"room": "12"}))
    async with transaction(ground.scope) as tx:
        for tablet, team in ((one, "other_team"), (two, "team")):
            installation = tablet.store.identity().installation
            id_ = await tx.fetch_value(
                "SELECT tablet_id FROM installation WHERE territory_id = $1 AND id = $2",
                ground.territory_id,
                installation,
            )
            assert await enrol.give_to_team(tx, TabletId(id_), TeamId(ground.ids[team]))
    assert one.sync().complete
    assert two.sync().complete
    assert (here in one.store.buckets(), there in one.store.buckets()) == (False, True)
    assert (here in two.store.buckets(), there in two.store.buckets()) == (True, False)
    assert await _verdicts(served, late) == ["review"]
    assert await ground.value("SELECT room FROM person WHERE territory_id = $1 AND id = $2", somebody) == "12"


class _CutLink(Link):
    """A link whose answers to a pull break off in the middle, until it is mended."""

    cuts_left = 2

    def send(self, method: str, path: str, body: bytes, who: str = "", more: dict[str, str] | None = None) -> Outcome:
        """Send, and cut the answer."""
        outcome = super().send(method, path, body, who, more)
        if path == "/sync/pull" and isinstance(outcome, Answer) and self.cuts_left:
            self.cuts_left -= 1
            half = outcome.body[: len(outcome.body) // 2]
            return replace(outcome, body=half) if self.cuts_left else NoNetwork("cut")
        return outcome


async def test_pull_goes_on_when_it_was_cut(served: Served, tmp_path: Path) -> None:
    """S9: a page is kept whole or not at all, and the next sync ends what the last one began."""
    ground = served.ground
    await ground.give_round("team", "hotel", "shelter", "centre")
    crowd = [person(new_id(), ground.ids["centre"], f"Nom{n}", "1980-01-01") for n in range(300)]
    assert await ground.desk(crowd) == []
    tablet = await served.tablet(tmp_path / "one")
    key: Any = tablet.link._key
    tablet.link.close()
    tablet.link = _CutLink(served.url, key)
    first, second, third = tablet.sync(), tablet.sync(), tablet.sync()
    assert [first.complete, second.complete, third.complete] == [False, False, True]
    assert first.reason == "cut"
    held = tablet.store.buckets()[f"place:{ground.ids['centre']}"]
    assert {str(act.record_id) for act in crowd} <= held.keys()


async def test_damaged_records_are_repaired_alone_when_sums_differ(served: Served, tmp_path: Path) -> None:
    """The drill-down finds the records that differ; the rest is not sent again."""
    await served.ground.give_round("team", "centre")
    tablet = await served.tablet(tmp_path / "one")
    assert tablet.sync().complete
    bucket = f"place:{served.ground.ids['centre']}"
    held = tablet.store.buckets()[bucket]
    lost = min(held)
    tablet.store.save(Change(records={(bucket, lost): None}))
    sent: list[bytes] = []
    tablet.link._http.event_hooks = {"response": [lambda response: sent.append(response.read())]}
    assert tablet.sync().complete
    assert tablet.store.buckets()[bucket].keys() == held.keys()
    assert sum(page.count(b"\n[") for page in sent) < len(held) + 2


async def test_log_is_whole_when_the_tablets_have_gone_home(served: Served) -> None:
    """After all of the above, records, typed tables, feed and sums still say the same."""
    assert await faults(served.ground) == []
