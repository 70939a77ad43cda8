"""What was refused or held waits for a supervisor, and comes out once: replayed as their own act, or dismissed (S5)."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.ids import InstallationId, TabletId, TerritoryId, UserId, new_id
from backend.quarantine import api
from backend.settings import Settings
from backend.tablets import enrol
from backend.tablets.push import take_push
from sync.client import Act, Clocks, push_body, record
from sync.decode import envelope
from sync.ids import OpId
from sync.ops import Op
from sync.store import Identity, MemoryStore
from sync.wire import PushAnswer
from tests.backend.accounts.house import House, house_of
from tests.conftest import Database

REASON = {"reason": "Heard at the desk: it is true."}


class Ward:
    """A territory with a supervisor, a nurse and her tablet."""

    def __init__(self, house: House, territory_id: TerritoryId, nurse: UserId) -> None:
        self.house = house
        self.territory_id = territory_id
        self.nurse = nurse
        self.tablet_id = TabletId(new_id())
        self.installation_id = InstallationId(new_id())
        self.store = MemoryStore(Identity("", 0))

    async def enrol(self) -> None:
        point = (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )
        async with transaction(Scope(self.territory_id)) as tx:
            self.tablet_id = await enrol.add_tablet(tx, "T1", None, self.house.time())
            code = await enrol.make_code(tx, self.tablet_id, self.house.time())
            enrolled = await enrol.enrol(tx, code, point, self.house.time())
        assert enrolled is not None
        self.installation_id = enrolled.installation_id
        self.store = MemoryStore(Identity(str(enrolled.installation_id), enrolled.actor, epoch=enrolled.epoch))

    async def revoke(self) -> None:
        async with transaction(Scope(self.territory_id)) as tx:
            assert await enrol.revoke(tx, self.tablet_id)

    def record(self, kind: str, fields: dict[str, str | int | bool | None], record_id: UUID | None = None) -> Op:
        act = Act(str(record_id or new_id()), kind, fields)
        done = record(self.store, act, OpId(new_id().hex), str(self.nurse), self.clocks())
        assert isinstance(done, Op)
        return done

    async def push(self, body: bytes | None = None) -> PushAnswer:
        scope = Scope(self.territory_id, None, self.installation_id)
        return await take_push(scope, body or push_body(self.store, self.clocks()) or b"", self.house.time())

    def clocks(self) -> Clocks:
        return Clocks(int(self.house.time().timestamp() * 1000), 1, "boot")


@pytest.fixture
async def ward(database: Database, settings: Settings) -> AsyncIterator[Ward]:
    async with house_of(database, settings, *api.routes) as house:
        house.app.state.now = house.time
        territory_id = await house.territory("t1")
        await house.user("selma", "t1", Role.CLINICAL_SUPERVISOR)
        await house.user("dora", "t1", Role.DISPATCHER)
        made = Ward(house, territory_id, await house.user("nina", "t1", Role.FIELD_TEAM))
        await made.enrol()
        yield made


async def listed(browser: httpx.AsyncClient) -> list[dict[str, object]]:
    answer = await browser.get("/api/quarantine")
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["count"] == len(content["waiting"])
    return list(content["waiting"])


def path_of(one: dict[str, object], act: str) -> str:
    return f"/api/quarantine/{one['actor']}/{one['n']}/{act}"


async def test_held_op_of_a_revoked_tablet_is_replayed_as_the_supervisors_own_and_points_back(ward: Ward) -> None:
    op = ward.record("place", {"kind": "hotel", "name": "Hôtel du Nord"})
    await ward.revoke()
    assert [(one.word, one.code) for one in (await ward.push()).verdicts] == [("review", "revoked_tablet")]
    selma = await ward.house.signed_in("selma")
    (one,) = await listed(selma)
    assert (one["op_id"], one["code"], one["from_label"], one["replayable"]) == (
        str(UUID(op.id)), "revoked_tablet", "T1", True,
    )  # fmt: skip
    assert "Hôtel du Nord" in str(one["content"])
    answer = await selma.post(path_of(one, "replay"), json=REASON)
    assert answer.status_code == 201, answer.text
    rows = await ward.house.as_owner(
        "SELECT d.op_id, r.id, r.verdict, r.record_id, convert_from(r.body, 'UTF8') AS body, p.name "
        "FROM quarantine_decision d JOIN op r ON r.actor = d.replayed_actor AND r.n = d.replayed_n "
        "JOIN place p ON p.id = r.record_id",
        territory_id=ward.territory_id,
    )
    (row,) = rows
    assert (row["op_id"], str(row["id"]), row["verdict"]) == (UUID(op.id), answer.json()["op_id"], "stored")
    assert (str(row["record_id"]), row["name"]) == (op.record, "Hôtel du Nord")
    assert msgspec.json.decode(row["body"])["author"] != str(ward.nurse)
    assert await listed(selma) == []
    acts = await ward.house.as_owner("SELECT act, reason FROM journal ORDER BY seq", territory_id=ward.territory_id)
    assert ("quarantine_replayed", REASON["reason"]) in [tuple(entry) for entry in acts]


async def test_op_is_decided_once_whoever_comes_second(ward: Ward) -> None:
    ward.record("place", {"kind": "hotel"})
    await ward.revoke()
    await ward.push()
    selma = await ward.house.signed_in("selma")
    (one,) = await listed(selma)
    assert (await selma.post(path_of(one, "dismiss"), json=REASON)).status_code == 201
    assert (await selma.post(path_of(one, "replay"), json=REASON)).status_code == 404
    assert await ward.house.as_owner("SELECT 1 FROM place", territory_id=ward.territory_id) == []


async def test_unreadable_op_is_shown_as_it_came_and_can_only_be_dismissed_with_a_reason(ward: Ward) -> None:
    op = ward.record("place", {"kind": "hotel"})
    head = (push_body(ward.store, ward.clocks()) or b"").split(b"\n")[0]
    torn = envelope(op.id, 1, "0" * 64, b'{"alias":')
    assert [one.word for one in (await ward.push(head + b"\n" + torn + b"\n")).verdicts] == ["refused"]
    selma = await ward.house.signed_in("selma")
    (one,) = await listed(selma)
    assert (one["content"], one["replayable"]) == ('{"alias":', False)
    refused = await selma.post(path_of(one, "replay"), json=REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "replay_refused")
    assert (await selma.post(path_of(one, "dismiss"), json={"reason": ""})).status_code == 400
    assert len(await listed(selma)) == 1
    assert (await selma.post(path_of(one, "dismiss"), json=REASON)).status_code == 201
    assert await listed(selma) == []


async def test_op_refused_again_on_replay_changes_nothing_and_stays(ward: Ward) -> None:
    ward.record("person", {"alias": "A", "place_id": str(new_id())})
    assert [one.code for one in (await ward.push()).verdicts] == ["reference_unknown"]
    selma = await ward.house.signed_in("selma")
    (one,) = await listed(selma)
    before = await ward.house.as_owner("SELECT count(*) AS n FROM op", territory_id=ward.territory_id)
    refused = await selma.post(path_of(one, "replay"), json=REASON)
    assert refused.json()["details"]["codes"] == ["reference_unknown"]
    assert await ward.house.as_owner("SELECT count(*) AS n FROM op", territory_id=ward.territory_id) == before
    assert len(await listed(selma)) == 1


async def test_quarantine_is_closed_to_those_who_may_not_settle_clinical_matters(ward: Ward) -> None:
    dora = await ward.house.signed_in("dora")
    assert (await dora.get("/api/quarantine")).status_code == 403
    assert (await dora.post("/api/quarantine/1/1/dismiss", json=REASON)).status_code == 403


async def test_another_territory_has_its_own_quarantine(ward: Ward) -> None:
    ward.record("place", {"kind": "hotel"})
    await ward.revoke()
    await ward.push()
    await ward.house.territory("t2")
    await ward.house.user("olga", "t2", Role.CLINICAL_SUPERVISOR)
    olga = await ward.house.signed_in("olga")
    assert await listed(olga) == []
