"""However a push is cut, lost, repeated or answered too late, the log holds each op once and the record is the same."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sync.push
from sync.client import Act, push_body, record, start_anew, take_push_answer
from sync.decode import Batch, Item, decode, envelope
from sync.ids import OpId
from sync.ledger import Installation, Known
from sync.ops import NO_PREVIOUS
from sync.push import decide
from sync.state import RecordState
from sync.store import Identity, MemoryStore
from sync.view import view
from tests.sync.making import AUTHOR, INSTALLATION, START, body, chained, clocks, header, line, make_op, op_id, uuid
from tests.sync.server import Server, rebuilt

NOW = START + 3_600_000
SETTINGS = settings(
    derandomize=True,
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "push", "answer lost", "late answer", "cut", "old push again", "overtaken"]),
        st.integers(0, 1),
    ),
    min_size=5,
    max_size=30,
)


def nothing_is_lost_or_counted_twice() -> None:
    @SETTINGS
    @given(STEPS)
    def check(steps: list[tuple[str, int]]) -> None:
        world = Faults()
        for step, tablet in steps:
            world.step(step, tablet)
        world.finish()

    check()


class Faults:
    """Two tablets count on one vial and write its note of waste, over a network that does what it likes."""

    def __init__(self) -> None:
        self.server = Server()
        self.tablets = [self._tablet(number) for number in (0, 1)]
        self.counted = 0
        self.ids = 0
        self.sent: list[bytes] = []
        self.answers: list[tuple[int, Any]] = []

    def step(self, step: str, tablet: int) -> None:
        """Let one thing happen to one tablet."""
        store = self.tablets[tablet]
        sent = push_body(store, clocks(1))
        if step == "record":
            self._record(tablet)
        elif step == "late answer" and self.answers:
            at, answer = self.answers[0]
            take_push_answer(self.tablets[at], answer)
        elif step == "old push again" and self.sent:
            self.server.push(self.sent[0], NOW)
        elif step == "overtaken":
            self.answers.append((tablet, self.server.push(self._second_push(tablet), NOW)))
        elif sent is not None:
            self.sent.append(sent)
            answer = self.server.push(sent[: len(sent) * 2 // 3] if step == "cut" else sent, NOW)
            self.answers.append((tablet, answer))
            if step == "push" and answer.expected_n:
                take_push_answer(store, answer)

    def finish(self) -> None:
        """End the faults, hand everything in, and hold the server to its promises."""
        for store in self.tablets:
            for _ in range(50):
                sent = push_body(store, clocks(1))
                if sent is None:
                    break
                assert take_push_answer(store, self.server.push(sent, NOW)) == "go_on"
            assert all(one.word == "stored" for one in store.ops())
        ids = [row.id for _, row in self.server.log]
        assert sorted(ids) == sorted(one.op.id for store in self.tablets for one in store.ops()), "S1, S2"
        shown = [view(state).values.get("doses_wasted", 0) for state in self.server.records.values()]
        assert sum(int(str(one)) for one in shown) == self.counted, "S2"
        assert rebuilt(self.server.log) == self.server.records

    def _tablet(self, number: int) -> MemoryStore:
        installation = uuid(50 + number)
        return MemoryStore(Identity(installation, self.server.enrol(installation), push_most=2))

    def _second_push(self, tablet: int) -> bytes:
        """Return the push behind the next one, which arrives before it."""
        store = self.tablets[tablet]
        behind = [one for one in store.ops() if not one.word][2:4]
        lines = [envelope(one.op.id, one.op.n, one.hash, one.content) for one in behind]
        return b"\n".join([header(installation=store.identity().installation), *lines]) + b"\n"

    def _record(self, tablet: int) -> None:
        store = self.tablets[tablet]
        self.ids += 1
        first = not store.ops()
        fields: dict[str, Any] = {"lot_id": uuid(3), "doses_nominal": 10} if first else {}
        act = Act(uuid(tablet + 1), "vial", fields, inc={"doses_wasted": self.ids})
        record(store, act, OpId(op_id(self.ids)), AUTHOR, clocks(self.ids))
        self.counted += self.ids


def test_nothing_is_lost_or_counted_twice_over_a_faulty_network() -> None:
    nothing_is_lost_or_counted_twice()


def _gap_accepted(course: Any, item: Item, take: Callable[[Any, Item], bool]) -> bool:
    """Skip what is missing: "n above the highest seen is new"."""
    if item.n > course.expected_n and item.op is not None:
        course.expected_n, course.head = item.n, item.op.prev
    return take(course, item)


def _everything_new(course: Any, item: Item, take: Callable[[Any, Item], bool]) -> bool:
    """Count an op again when it comes again."""
    if item.n < course.expected_n and item.op is not None:
        course.expected_n, course.head, course.by_id = item.n, item.op.prev, {}
        course.known = msgspec_replaced(course.known)
    return take(course, item)


def _first_answer_for_all(course: Any, item: Item, take: Callable[[Any, Item], bool]) -> bool:
    """Acknowledge an op without storing it."""
    took = take(course, item)
    if course.log and item.n % 3 == 0:
        course.log.pop()
    return took


def msgspec_replaced(known: Known) -> Known:
    """Return what is known without the version vectors that tell an op merged before."""
    records = {key: type(one)(one.kind, {}, one.entries, one.sums) for key, one in known.records.items()}
    return Known(known.installation, records, {}, {}, known.samples, known.epoch)


@pytest.mark.parametrize("mutant", [_gap_accepted, _everything_new, _first_answer_for_all])
def test_faulty_network_catches_the_mutant(
    mutant: Callable[[Any, Item, Callable[[Any, Item], bool]], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = sync.push._Course.take
    monkeypatch.setattr(sync.push._Course, "take", lambda course, item: mutant(course, item, take))
    with pytest.raises(AssertionError):
        nothing_is_lost_or_counted_twice()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 12), max_size=4),
    st.lists(st.sampled_from(["room", "phone", "bad"]), min_size=12, max_size=12),
)
def test_any_cut_of_a_push_into_pushes_decides_the_same(cuts: list[int], fields: list[str]) -> None:
    ops = chained(
        [
            make_op(1, n, set={"born_on": "x"} if f == "bad" else {f: str(n)}, record=uuid(n % 3))
            for n, f in enumerate(fields, 1)
        ]
    )
    whole = run([ops])
    edges = sorted({0, *cuts, 12})
    assert run([ops[a:b] for a, b in itertools.pairwise(edges)]) == whole


def run(pushes: list[list[Any]]) -> tuple[Any, ...]:
    """Return verdicts, log, records and the installation after several pushes."""
    installation = Installation(1, 1, NO_PREVIOUS)
    records: dict[str, RecordState] = {}
    verdicts, log = [], []
    for ops in pushes:
        batch = decode(body([line(op) for op in ops]))
        assert isinstance(batch, Batch)
        decision = decide(batch, Known(installation, dict(records), {}, {}, [], 1), NOW)
        installation = decision.installation
        records |= decision.records
        verdicts += decision.verdicts
        log += decision.log
    return verdicts, log, records, installation


def test_start_anew_of_a_tablet_with_nothing_waiting_issues_nothing() -> None:
    store = MemoryStore(Identity(INSTALLATION, 1))
    assert start_anew(store, uuid(2), 2) == 0
    assert push_body(store, clocks(0)) is None
