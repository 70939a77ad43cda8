"""A tablet and a server together lose nothing, show the same, and find each other again after every mishap."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from sync.client import (
    Act,
    NotRecorded,
    head_request,
    pull_request,
    purge,
    push_body,
    put_away,
    record,
    record_sums,
    repair,
    start_anew,
    state,
    take_head_answer,
    take_page,
    take_push_answer,
)
from sync.ids import OpId
from sync.integrity import difference
from sync.ledger import Installation
from sync.store import Change, Identity, MemoryStore
from sync.view import view
from sync.wire import PushAnswer, Receipt, SumsRequest
from tests.sync.making import AUTHOR, START, clocks, op_id, uuid
from tests.sync.server import BUCKET, Server, rebuilt

NOW = START + 3_600_000


class World:
    """One server and its tablets; every op gets the next id."""

    def __init__(self) -> None:
        self.server = Server()
        self.ids = self._ids()
        self.seconds = 0

    @staticmethod
    def _ids() -> Iterator[OpId]:
        number = 0
        while True:
            number += 1
            yield OpId(op_id(number))

    def tablet(self) -> MemoryStore:
        """Enrol a tablet."""
        installation = str(UUID(int=100 + len(self.server.installations)))
        return MemoryStore(Identity(installation, self.server.enrol(installation)))

    def act(self, store: MemoryStore, number: int, kind: str = "person", **fields: str | int) -> None:
        """Let a tablet record."""
        self.seconds += 1
        record(store, Act(uuid(number), kind, dict(fields)), next(self.ids), AUTHOR, clocks(self.seconds))

    def hand_in(self, store: MemoryStore) -> str:
        """Push until every op has its verdict, or a new installation is asked for."""
        outcome = "go_on"
        for _ in range(20):
            sent = push_body(store, clocks(self.seconds))
            if sent is None or outcome != "go_on":
                return outcome
            outcome = take_push_answer(store, self.server.push(sent, NOW))
        raise AssertionError("the outbox never empties")

    def pull(self, store: MemoryStore) -> None:
        """Pull every page."""
        while take_page(store, self.server.pull(pull_request(store), NOW)) == "more":
            pass

    def sync(self, store: MemoryStore) -> None:
        """Hand in, then pull."""
        assert self.hand_in(store) == "go_on"
        self.pull(store)


@pytest.fixture
def world() -> World:
    return World()


def waiting(store: MemoryStore) -> int:
    return sum(not one.word for one in store.ops())


def test_two_tablets_show_the_same_after_a_complete_sync(world: World) -> None:
    one, other = world.tablet(), world.tablet()
    world.act(one, 1, given_name="Awa", room="12")
    world.sync(one)
    world.sync(other)
    world.act(one, 1, room="14")
    world.act(other, 1, born_on="1950-01-02")
    for store in (one, other, one):
        world.sync(store)
    shown = [view(kept) for store in (one, other) if (kept := state(store, uuid(1)))]
    assert shown[0] == shown[1]
    assert shown[0].values == {"given_name": "Awa", "room": "14", "born_on": "1950-01-02"}
    assert world.server.head(head_request(one), NOW).same


def test_tablet_shows_its_own_waiting_op_over_a_newer_pull(world: World) -> None:
    one, other = world.tablet(), world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    world.sync(other)
    world.act(one, 1, room="14")
    world.act(other, 1, phone="06")
    world.sync(other)
    world.pull(one)
    shown = state(one, uuid(1))
    assert shown is not None
    assert view(shown).values == {"room": "14", "phone": "06"}


def test_lost_answer_leaves_no_duplicate(world: World) -> None:
    one = world.tablet()
    record(one, Act(uuid(1), "vial", {"lot_id": uuid(3), "doses_nominal": 10}), next(world.ids), AUTHOR, clocks(1))
    record(one, Act(uuid(1), "vial", inc={"doses_wasted": 2}), next(world.ids), AUTHOR, clocks(2))
    sent = push_body(one, clocks(3))
    assert sent is not None
    for _ in range(3):
        world.server.push(sent, NOW)  # the answers are lost
    world.sync(one)
    assert view(world.server.records[uuid(1)]).values["doses_wasted"] == 2
    assert waiting(one) == 0


def test_refused_op_does_not_block_and_is_shown_as_refused(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, born_on="soon")
    world.act(one, 2, room="12")
    world.sync(one)
    assert [(kept.word, kept.code) for kept in one.ops()] == [("refused", "day"), ("stored", "")]
    assert state(one, uuid(1)) is None


def test_restored_server_gets_again_what_it_forgot(world: World) -> None:
    """S1: what a server acknowledged and lost with its disk comes back from the tablets, to the same digits."""
    one, other = world.tablet(), world.tablet()
    world.act(one, 1, room="12", phone="06")
    world.sync(one)
    world.sync(other)
    world.act(other, 1, room="14")
    world.sync(other)
    world.act(one, 2, room="1")
    world.sync(one)
    lost = world.server
    for restores, (first, second) in enumerate(((one, other), (other, one)), start=1):
        world.server = lost.restored(0)
        world.server.epoch = lost.epoch + (restores if restores > 1 else -1)
        for store in (first, second, first, second):
            if take_head_answer(store, world.server.head(head_request(store), NOW)) == "offer_again":
                asked = push_body(store, clocks(world.seconds), ask=True)
                assert asked is not None
                take_push_answer(store, world.server.push(asked, NOW))
            world.hand_in(store)
        assert world.server.record_sums().keys() == lost.record_sums().keys()
        again = {key: view(kept) for key, kept in world.server.records.items()}
        assert again == {key: view(kept) for key, kept in lost.records.items()}


def test_cloned_tablet_starts_anew_and_loses_nothing(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    clone = MemoryStore(one.identity())
    clone.save(Change(ops={(kept.op.actor, kept.op.n): kept for kept in one.ops()}))
    world.act(one, 2, room="20")
    world.act(clone, 3, room="30")
    world.act(clone, 3, room="31")
    world.sync(one)
    assert world.hand_in(clone) == "new_installation"
    fresh = str(UUID(int=999))
    assert start_anew(clone, fresh, world.server.enrol(fresh)) == 3
    world.sync(clone)
    rooms = {key: view(kept).values["room"] for key, kept in world.server.records.items()}
    assert rooms == {uuid(1): "12", uuid(2): "20", uuid(3): "31"}


def test_op_handed_in_twice_under_two_installations_counts_once(world: World) -> None:
    one = world.tablet()
    record(one, Act(uuid(1), "vial", {"lot_id": uuid(3), "doses_nominal": 10}), next(world.ids), AUTHOR, clocks(1))
    record(one, Act(uuid(1), "vial", inc={"doses_wasted": 2}), next(world.ids), AUTHOR, clocks(2))
    sent = push_body(one, clocks(3))
    assert sent is not None
    world.server.push(sent, NOW)  # stored, but the tablet never hears of it
    fresh = str(UUID(int=999))
    start_anew(one, fresh, world.server.enrol(fresh))
    world.sync(one)
    assert view(world.server.records[uuid(1)]).values["doses_wasted"] == 2


def test_bucket_is_put_away_only_after_the_tablets_ops_are_answered(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    world.act(one, 1, room="13")
    world.server.evict = [BUCKET]
    world.pull(one)
    assert put_away(one) == ()
    assert world.hand_in(one) == "go_on"
    assert put_away(one) == (BUCKET,)
    assert one.buckets() == {}
    assert pull_request(one).evicted == [BUCKET]
    assert view(world.server.records[uuid(1)]).values["room"] == "13"


def test_purge_waits_for_the_receipt_the_pull_and_the_backup(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    world.act(one, 2, room="13")
    assert world.hand_in(one) == "go_on"
    receipt = world.server.receipt(1)
    assert isinstance(receipt, Receipt)
    world.pull(one)
    assert purge(one, Receipt(receipt.n, "0" * 64), 2) == 0
    assert purge(one, receipt, 0) == 0
    assert purge(one, receipt, 1) == 1
    assert [kept.op.n for kept in one.ops()] == [2]


@pytest.mark.parametrize("cut", range(0, 900, 37))
def test_page_cut_anywhere_changes_nothing(world: World, cut: int) -> None:
    one, other = world.tablet(), world.tablet()
    world.act(one, 1, room="12", given_name="Zoé")
    world.sync(one)
    page = world.server.pull(pull_request(other), NOW)
    assert take_page(other, page[: min(cut, len(page) - 2)]) == "cut"
    assert (other.cursors(), other.buckets()) == ({}, {})
    assert take_page(other, b"<html>Sign in to the Wi-Fi</html>") == "cut"


def test_flipped_byte_is_found_and_only_its_record_is_fetched(world: World) -> None:
    one = world.tablet()
    for number in range(300):
        world.act(one, number, room=str(number))
    world.sync(one)
    spoiled = state(one, uuid(217))
    assert spoiled is not None
    entry = spoiled.entries[1, 218]
    entry.values["room"] = "wrong"
    assert not world.server.head(head_request(one), NOW).same
    asked, fetch, questions = [""], list[str](), 0
    while asked:
        prefix = asked.pop()
        answer = world.server.sub_sums(SumsRequest(BUCKET, prefix))
        found = difference(record_sums(one, BUCKET), answer, prefix)
        asked += found.prefixes
        fetch += found.fetch
        repair(one, BUCKET, found.drop)
        questions += 1
    assert fetch == [uuid(217)]
    take_page(one, world.server.pull(pull_request(one, fetch), NOW))
    assert world.server.head(head_request(one), NOW).same
    assert questions <= 4


def test_log_rebuilds_the_records_to_the_same_digits(world: World) -> None:
    one, other = world.tablet(), world.tablet()
    for store, room in ((one, "1"), (other, "2"), (one, "3")):
        world.act(store, 1, room=room, born_on=f"195{room}-01-01")
        world.sync(store)
    assert rebuilt(world.server.log) == world.server.records


def test_revoked_tablet_hands_in_and_its_ops_are_held(world: World) -> None:
    one = world.tablet()
    installation = one.identity().installation
    world.server.installations[installation] = Installation(1, 1, "0" * 64, deposit_only=True)
    world.act(one, 1, room="12")
    assert world.hand_in(one) == "go_on"
    assert waiting(one) == 0
    assert len(world.server.quarantine) == 1
    assert world.server.records == {}


def test_push_that_could_not_be_read_changes_no_verdict(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    answer = world.server.push(b"no header", NOW)
    assert take_push_answer(one, answer) == "not_read"
    assert waiting(one) == 0


def test_too_large_push_is_halved_until_it_fits(world: World) -> None:
    one = world.tablet()
    for number in range(8):
        world.act(one, number, room=str(number))
    assert take_push_answer(one, PushAnswer(1, 0, NOW, too_large=True)) == "go_on"
    assert one.identity().push_most == 50
    world.sync(one)
    assert len(world.server.records) == 8


def test_act_too_large_for_any_push_is_said_before_it_is_recorded(world: World) -> None:
    one = world.tablet()
    act = Act(uuid(1), "person", add={"allergies": ["x" * 200] * 400})
    assert record(one, act, next(world.ids), AUTHOR, clocks(1)) == NotRecorded("too_large")
    assert one.ops() == []
    assert one.identity().next_n == 1


def renewed(world: World, store: MemoryStore, number: int = 999) -> None:
    fresh = str(UUID(int=number))
    start_anew(store, fresh, world.server.enrol(fresh))


def offered_again(world: World, store: MemoryStore) -> str:
    """Ask as a tablet does that hears of another epoch, and hand in what comes of it."""
    assert take_head_answer(store, world.server.head(head_request(store), NOW)) == "offer_again"
    asked = push_body(store, clocks(world.seconds), ask=True)
    assert asked is not None
    outcome = take_push_answer(store, world.server.push(asked, NOW))
    return world.hand_in(store) if outcome == "go_on" else outcome


def test_page_of_a_restored_server_does_not_hide_that_it_must_be_asked(world: World) -> None:
    """S1: a pull between the restore and the next push must not make the tablet believe it has offered again."""
    one = world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    world.server = world.server.restored(0)
    world.pull(one)
    assert offered_again(world, one) == "go_on"
    assert len(world.server.records) == 1


def test_answer_from_before_a_restore_acknowledges_nothing(world: World) -> None:
    """S1: the server that gave it has forgotten the op; the answer only came late."""
    one = world.tablet()
    world.act(one, 1, room="12")
    sent = push_body(one, clocks(1))
    assert sent is not None
    old = world.server.push(sent, NOW)
    take_push_answer(one, old)
    world.server = world.server.restored(0)
    asked = push_body(one, clocks(1), ask=True)
    assert asked is not None
    take_push_answer(one, world.server.push(asked, NOW))
    assert take_push_answer(one, old) == "late"
    assert waiting(one) == 1


def test_answer_of_an_epoch_between_does_not_keep_a_restored_tablet_from_the_server_there_is(world: World) -> None:
    """S1, S9: a tablet from before two restores of the server has forgotten the epoch between, and still is heard."""
    one = world.tablet()
    world.act(one, 1, room="12")
    world.server = world.server.restored(0)
    asked = push_body(one, clocks(1))
    assert asked is not None
    between = world.server.push(asked, NOW)
    world.server = world.server.restored(0)
    asked = push_body(one, clocks(1), ask=True)
    assert asked is not None
    assert take_push_answer(one, world.server.push(asked, NOW)) == "go_on"
    assert take_push_answer(one, between) == "late"
    world.sync(one)
    assert waiting(one) == 0


def test_answer_to_a_former_installation_changes_nothing(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    sent = push_body(one, clocks(1))
    assert sent is not None
    old = world.server.push(sent, NOW)
    renewed(world, one)
    assert take_push_answer(one, old) == "late"
    assert waiting(one) == 1


def test_op_acknowledged_under_a_former_installation_is_offered_again_after_a_restore(world: World) -> None:
    one = world.tablet()
    world.act(one, 1, room="12")
    world.sync(one)
    renewed(world, one)
    world.act(one, 2, room="20")
    world.sync(one)
    world.server = world.server.restored(0)
    assert offered_again(world, one) == "go_on"
    assert {view(kept).values["room"] for kept in world.server.records.values()} == {"12", "20"}


def test_op_counted_under_a_former_installation_is_shown_once(world: World) -> None:
    """S2 on the screen: the record as pulled holds it under its former number."""
    one = world.tablet()
    record(one, Act(uuid(1), "vial", {"lot_id": uuid(3), "doses_nominal": 10}), next(world.ids), AUTHOR, clocks(1))
    record(one, Act(uuid(1), "vial", inc={"doses_wasted": 2}), next(world.ids), AUTHOR, clocks(2))
    sent = push_body(one, clocks(3))
    assert sent is not None
    world.server.push(sent, NOW)
    renewed(world, one)
    world.hand_in(one)
    again = push_body(one, clocks(3), ask=True)
    assert again is not None
    world.pull(one)
    shown = state(one, uuid(1))
    assert shown is not None
    assert view(shown).values["doses_wasted"] == 2
    assert purge(one, Receipt(2, one.identity().head), 2) == 2


def test_new_installation_does_not_claim_to_have_seen_what_its_clone_recorded(world: World) -> None:
    """S8: under one number stand two acts; the clone's author saw only their own."""
    one = world.tablet()
    world.act(one, 1, born_on="1950-01-01")
    world.sync(one)
    clone = MemoryStore(one.identity())
    clone.save(
        Change(
            None,
            {(kept.op.actor, kept.op.n): kept for kept in one.ops()},
            {(BUCKET, key): kept for key, kept in one.buckets()[BUCKET].items()},
            dict(one.cursors()),
        )
    )
    world.act(one, 1, born_on="1950-02-02")
    for day in ("1950-03-03", "1950-04-04"):
        world.act(clone, 1, born_on=day)
    world.sync(one)
    assert world.hand_in(clone) == "new_installation"
    renewed(world, clone)
    world.sync(clone)
    assert view(world.server.records[uuid(1)]).disputed == {"born_on": ["1950-02-02", "1950-04-04"]}


def test_op_whose_number_a_clone_took_after_a_restore_is_not_believed_stored(world: World) -> None:
    """S1: the server expects a higher n again, but what it holds there is the clone's."""
    one = world.tablet()
    clone = MemoryStore(one.identity())
    world.act(one, 1, room="12")
    world.sync(one)
    world.server = world.server.restored(0)
    world.act(clone, 2, room="20")
    world.hand_in(clone)
    assert offered_again(world, one) == "new_installation"
    renewed(world, one)
    world.sync(one)
    assert {view(kept).values["room"] for kept in world.server.records.values()} == {"12", "20"}


def test_reused_id_asks_for_a_new_installation_even_if_the_first_answer_was_lost(world: World) -> None:
    one = world.tablet()
    record(one, Act(uuid(1), "person", {"room": "1"}), OpId(op_id(7)), AUTHOR, clocks(1))
    record(one, Act(uuid(2), "person", {"room": "2"}), OpId(op_id(7)), AUTHOR, clocks(2))
    sent = push_body(one, clocks(3))
    assert sent is not None
    world.server.push(sent, NOW)  # the answer that names the suspicion is lost
    assert take_push_answer(one, world.server.push(sent, NOW)) == "new_installation"
    renewed(world, one)
    world.sync(one)
    assert {view(kept).values["room"] for kept in world.server.records.values()} == {"1", "2"}


def test_clones_give_an_op_with_a_reused_id_the_same_new_one(world: World) -> None:
    one = world.tablet()
    for number in (1, 2):
        record(one, Act(uuid(number), "person", {"room": "1"}), OpId(op_id(7)), AUTHOR, clocks(number))
    sent = push_body(one, clocks(3))
    assert sent is not None
    take_push_answer(one, world.server.push(sent, NOW))
    clone = MemoryStore(one.identity())
    clone.save(Change(None, {(kept.op.actor, kept.op.n): kept for kept in one.ops()}))
    for number, store in enumerate((one, clone)):
        renewed(world, store, 900 + number)
        world.sync(store)
    assert sum(bool(row.record) for _, row in world.server.log) == 2


def test_push_grows_back_after_it_was_halved(world: World) -> None:
    one = world.tablet()
    for number in range(6):
        world.act(one, number, room=str(number))
    take_push_answer(one, PushAnswer(1, 0, NOW, too_large=True))
    world.sync(one)
    assert one.identity().push_most == 51
