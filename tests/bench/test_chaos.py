"""The chaos harness: a small day holds, its network does what it counts, and its audit finds what is planted."""

import asyncio
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.ids import new_id
from bench.chaos.audit import audit
from bench.chaos.ledger import ACKNOWLEDGED, RECORDED, TAKEN_BACK, WatchedStore, read_ledger
from bench.chaos.mutants import MUTANTS, patched_copy
from bench.chaos.proxy import Fault, FaultProxy
from bench.chaos.run import Goal, run
from bench.chaos.world import fill_world
from sync.client import Act, Clocks, push_body, record, take_push_answer
from sync.ids import OpId
from sync.store import Identity
from sync.wire import PushAnswer, Verdict
from tests.conftest import Database

AUTHOR = str(new_id())


@pytest.mark.slow
def test_small_chaos_day_loses_nothing_and_counts_nothing_twice() -> None:
    """S1, S2 and S7 under every kind of fault and crash; the full day is `maraude chaos`."""
    lines: list[str] = []
    outcome = run(Goal(ops=400, faults=60, crashes=4, seconds_max=240, seed=3), tell=lines.append)
    assert outcome.never_injected == []
    assert outcome.findings.differences == []
    assert (outcome.findings.lost, outcome.findings.never_arrived, outcome.findings.twice) == (0, 0, 0)
    assert outcome.held, lines


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_still_finds_its_place_in_the_source(mutant: object, tmp_path: Path) -> None:
    """A mutant that no longer changes anything would be reported as found or missed for the wrong reason."""
    found = next(one for one in MUTANTS if one is mutant)
    copy = patched_copy(found, tmp_path)
    text = (copy / found.path).read_text("utf-8")
    assert found.before not in text
    compile(text, found.path, "exec") if found.path.endswith(".py") else None


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A server that answers 400 bytes to each request and counts nothing."""
    loop = asyncio.new_event_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\nConnection: close\r\n\r\n" + b"x" * 400)
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_bad_network_injects_every_kind_of_fault_and_counts_it(echo_port: int) -> None:
    """A run that injected no fault proves nothing: what is counted must have happened to somebody."""
    proxy = FaultProxy([echo_port], random.Random(1), fault_share=1.0)
    url = f"http://127.0.0.1:{proxy.start()}"
    whole = spoiled = 0
    with httpx.Client(timeout=5, headers={"Connection": "close"}) as client:
        for _ in range(80):
            try:
                answer = client.post(url, content=b"y" * 300)
            except httpx.HTTPError:
                spoiled += 1
            else:
                whole += answer.content == b"x" * 400
                spoiled += answer.content != b"x" * 400
    proxy.stop()
    assert proxy.counts.total() == 80
    assert all(proxy.counts[kind] for kind in Fault)
    assert whole == proxy.counts[Fault.DELAYED] + proxy.counts[Fault.SENT_TWICE]
    assert spoiled == 80 - whole


def test_ledger_notes_an_acknowledgement_that_the_server_takes_back(tmp_path: Path) -> None:
    """A tablet heals what a server forgot: without this line the loss would be invisible at the end."""
    with WatchedStore(tmp_path / "p0-0") as store:
        store.begin(Identity(str(new_id()), 7))
        clocks = Clocks(1_795_371_600_000, 1, "boot")
        act = Act(str(new_id()), "person", {"alias": "A"})
        done = record(store, act, OpId("0" * 31 + "1"), AUTHOR, clocks)
        kept = store.ops()[0]
        assert push_body(store, clocks) is not None
        verdict = Verdict(1, kept.op.id, kept.hash, "stored")
        take_push_answer(store, PushAnswer(0, 2, 0, [verdict], actor=7))
        assert read_ledger(tmp_path, ACKNOWLEDGED) == {(kept.op.id, kept.hash)}
        take_push_answer(store, PushAnswer(0, 1, 0, [], actor=7))
    assert read_ledger(tmp_path, TAKEN_BACK) == {(kept.op.id, kept.hash)}
    assert read_ledger(tmp_path, RECORDED) == {(kept.op.id,)}
    assert done is not None


async def test_audit_finds_an_acknowledged_op_that_the_log_does_not_hold(database: Database, tmp_path: Path) -> None:
    """A checker that never finds anything is no checker."""
    world = await fill_world(database.owner_url, tablets=1)
    (tmp_path / "p0-0").mkdir()
    assert (await audit(database.owner_url, world.territory_id, tmp_path, set())).held
    (tmp_path / "p0-0" / ACKNOWLEDGED).write_text(f"{'0' * 32} {'1' * 64}\n", "ascii")
    findings = await audit(database.owner_url, world.territory_id, tmp_path, set())
    assert findings.lost == 1
    assert not findings.held
