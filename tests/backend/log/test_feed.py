"""A tablet that pages the feed while others write misses nothing: the cursor stays below the snapshot horizon."""

import asyncio
import json
import random
from datetime import datetime
from typing import Any

import msgspec
import pytest

from backend import clock
from backend.db.transaction import Transaction, transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from backend.piccolo_conf import DB
from backend.tablets import feed
from sync.claim import ask, noted
from sync.ids import RecordId
from sync.pull import Read, read_page
from sync.store import Identity
from sync.wire import Cursor, PullRequest
from tests.backend.ground import Ground, Pen, person
from tests.backend.log.whole import faults

WRITERS = 8
RECORDS_PER_WRITER = 12
STATEMENTS_OF_A_PAGE = 3  # beside those that open and end the transaction
PLACES = ("hotel", "shelter", "centre")


@pytest.fixture
async def wide_pool(ground: Ground) -> None:
    """Let all writers and readers have a connection at once."""
    await DB.close_connection_pool()
    await DB.start_connection_pool(min_size=1, max_size=WRITERS + 4)


async def _page(tx: Transaction, asked: PullRequest, now: datetime) -> bytes:
    return await (await feed.give_page(tx, asked, now))


class _Reader:
    """A tablet that pulls page after page, and keeps what it was given."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        self.me = Identity(str(pen.scope.installation_id), 1)
        self.cursors: dict[str, Cursor] = {}
        self.held: dict[str, set[str]] = {}

    async def pull(self, now: datetime) -> None:
        more = True
        while more:
            async with transaction(self.pen.scope) as tx:
                page = read_page(await _page(tx, ask(self.me, self.cursors), now))
            assert isinstance(page, Read)
            for bucket, record, state in page.rows:
                held = self.held.setdefault(bucket, set())
                held.discard(str(record)) if state is None else held.add(str(record))
            self.me, cursors = noted(self.me, self.cursors, page.header, page.end)
            self.cursors |= cursors
            more = page.end.more


class _BareSequenceReader:
    """The mutant: one cursor on the sequence alone, as a feed without a horizon would have it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.cursor = 0
        self.held: set[str] = set()

    async def pull(self, _now: datetime) -> None:
        rows = await self.ground.fetch(
            "SELECT seq, record_id FROM feed WHERE territory_id = $1 AND seq > $2 ORDER BY seq", self.cursor
        )
        self.held |= {str(row["record_id"]) for row in rows}
        self.cursor = max((row["seq"] for row in rows), default=self.cursor)


async def _write_persons(ground: Ground, number: int, written: list[str]) -> None:
    chance = random.Random(number)
    place_id = ground.ids[PLACES[number % len(PLACES)]]
    async with transaction(ground.scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
    for _ in range(RECORDS_PER_WRITER):
        record = new_id()
        async with transaction(ground.scope) as tx:
            await write(tx, desk, [person(record, place_id, f"P{record.hex[-6:]}", "1960-01-01")], clock.now())
            await tx.execute("SELECT pg_sleep($1)", chance.random() / 50)  # a commit that takes its time
        written.append(str(record))


async def _read_while(writers: "asyncio.Future[Any]", reader: _Reader | _BareSequenceReader) -> None:
    while not writers.done():
        await reader.pull(clock.now())
        await asyncio.sleep(0)
    await reader.pull(clock.now())


@pytest.mark.usefixtures("wide_pool")
async def test_reader_misses_no_row_when_eight_write_and_commit_out_of_order(ground: Ground) -> None:
    """S1 at the far end: a row that commits late must still be met. A cursor on the sequence alone passes it by."""
    await ground.give_round("team", *PLACES)
    reader, mutant = _Reader(await ground.tablet_pen()), _BareSequenceReader(ground)
    written: list[str] = []
    writers = asyncio.gather(*(_write_persons(ground, number, written) for number in range(WRITERS)))
    await asyncio.gather(_read_while(writers, reader), _read_while(writers, mutant))
    assert len(written) == WRITERS * RECORDS_PER_WRITER
    held = set().union(*reader.held.values())
    assert [record for record in written if record not in held] == []
    assert [record for record in written if record not in mutant.held] != [], "the mutant must miss some"
    assert await faults(ground) == []
    async with transaction(reader.pen.scope) as tx:
        live = await tx.fetch(
            "SELECT bucket_id, array_agg(record_id::text) AS ids FROM feed WHERE territory_id = $1 AND NOT gone "
            "AND bucket_id = ANY($2::text[]) GROUP BY bucket_id",
            ground.territory_id,
            list(reader.cursors),
        )
    assert {row["bucket_id"]: set(row["ids"]) for row in live} == {k: v for k, v in reader.held.items() if v}


async def test_nothing_outside_the_round_reaches_a_tablet_when_it_pulls(ground: Ground) -> None:
    """S6: the other team's places, the requests and the reviews stay at home; the journal names what was given."""
    await ground.give_round("team", "hotel")
    await ground.give_round("other_team", "shelter")
    outside = new_id()
    request = {
        "caller_role": "partner",
        "place_id": str(ground.ids["hotel"]),
        "received_at": "2026-11-20T08:00:00.000Z",
    }
    acts = [person(outside, ground.ids["shelter"], "Eva", "1970-01-01"), Act("request", new_id(), {**request})]
    assert await ground.desk(acts) == []
    reader = _Reader(await ground.tablet_pen())
    await reader.pull(clock.now())
    given = set().union(*reader.held.values())
    assert {str(ground.ids[name]) for name in ("hotel", "ada", "bob", "product", "team")} <= given
    assert str(outside) not in given
    kinds = await ground.fetch(
        "SELECT DISTINCT kind FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])", list(given)
    )
    assert {"request", "review"}.isdisjoint(row["kind"] for row in kinds)
    journaled = await ground.value(
        "SELECT array_agg(s::text) FROM journal, unnest(subject_ids) AS s WHERE territory_id = $1 AND act = 'tablet_pulled'"
    )
    assert set(journaled) == given


async def test_page_is_read_and_noted_in_three_statements_whatever_it_holds(ground: Ground) -> None:
    """What may be given, the rows, and what was given: a tablet waits for one page after the other."""
    await ground.give_round("team", *PLACES)
    pen = await ground.tablet_pen()
    sent: list[str] = []
    async with transaction(pen.scope) as tx:
        with tx.connection.query_logger(lambda query: sent.append(query.query)):
            packing = await feed.give_page(tx, ask(Identity(str(pen.scope.installation_id), 1), {}), clock.now())
    assert len(sent) == STATEMENTS_OF_A_PAGE, [one[:50] for one in sent]
    assert "INSERT INTO journal " in sent[-1]
    assert "INSERT INTO held_bucket " in sent[-1]
    page = read_page(await packing)  # the transaction is committed, and the page is whole
    assert isinstance(page, Read)
    assert str(ground.ids["ada"]) in {record for _, record, _ in page.rows}


async def test_epoch_of_a_cursor_is_heeded_when_the_server_was_restored(ground: Ground) -> None:
    """Transaction numbers start again on a restored server: an old cursor must not skip what it finds there."""
    await ground.give_round("team", "hotel")
    reader = _Reader(await ground.tablet_pen())
    await reader.pull(clock.now())
    before = {bucket: set(held) for bucket, held in reader.held.items()}
    await ground.as_owner("UPDATE server_epoch SET epoch = epoch + 1 WHERE $1::uuid IS NOT NULL")
    reader.held.clear()
    await reader.pull(clock.now())
    assert reader.held == before


@pytest.mark.parametrize(
    "asked",
    [
        {"held": ["not a mark", "\x00"]},
        {"held": [], "since": [1, 2**70, -1], "claim": "x" * 500},
        {"scope_version": -1},
        {"repair": ["not an id"]},
        {"repair": ["\x00"]},
        {"cursors": {"reference:all": [1, 2**70, 1]}},
        {"cursors": {"reference:all": [1, -5, -1]}},
        {"cursors": {"x\x00y": [1, 1, 1]}},
        {"cursors": {"\x00": [1, 1, 1]}, "evicted": ["\x00"]},
        {"cursors": {"no lane": [1, 1, 1]}},
    ],
    ids=lambda asked: json.dumps(asked)[:40],
)
async def test_page_is_given_when_the_request_holds_nonsense(ground: Ground, asked: dict[str, Any]) -> None:
    """A tablet with a damaged store starts again from the beginning; it does not meet an error of ours."""
    pen = await ground.tablet_pen()
    epoch = await ground.value("SELECT epoch FROM server_epoch WHERE $1::uuid IS NOT NULL")
    cursors = {name: [epoch, *at[1:]] for name, at in asked.get("cursors", {}).items()}
    rest = {"held": [], **{key: value for key, value in asked.items() if key != "cursors"}}
    if "scope_version" in asked:
        rest.pop("held")
    for protocol in (2, 3):
        request = msgspec.convert({"protocol": protocol, "cursors": cursors, **rest}, PullRequest)
        async with transaction(pen.scope) as tx:
            page = await _page(tx, request, clock.now())
        is_question = protocol == 3 and "scope_version" in asked
        assert (b'"held_wanted":true' in page) == is_question
        assert (str(ground.ids["product"]).encode() in page) != is_question


async def test_tablet_of_protocol_2_is_given_the_feed_in_its_own_form(ground: Ground) -> None:
    """Tablets in the field name every bucket with its cursor and number the rows; they go on until their app is the new one."""
    await ground.give_round("team", "hotel")
    pen = await ground.tablet_pen()
    epoch = await ground.value("SELECT epoch FROM server_epoch WHERE $1::uuid IS NOT NULL")
    reader = _Reader(pen)
    await reader.pull(clock.now())
    cursors: dict[str, Cursor] = {"place:gone": Cursor(epoch, 1, 1)}
    async with transaction(pen.scope) as tx:
        first, *rows, last = (await _page(tx, PullRequest(2, cursors), clock.now())).splitlines()
    header, end = json.loads(first), json.loads(last)
    held: dict[str, set[str]] = {}
    for number, (record, *content) in map(json.loads, rows):
        if content:
            held.setdefault(header["buckets"][number], set()).add(record)
    assert held == {bucket: one for bucket, one in reader.held.items() if one}
    assert header["protocol"] == 2
    assert header["evict"] == ["place:gone"]
    assert set(header["buckets"]) == set(reader.cursors)
    assert set(end["cursors"]) == set(held)
    async with transaction(pen.scope) as tx:
        again = await _page(tx, msgspec.convert({"protocol": 2, "cursors": end["cursors"]}, PullRequest), clock.now())
    first, last = again.splitlines()
    assert json.loads(first)["evict"] == []
    assert json.loads(last)["cursors"] == end["cursors"]


async def test_one_change_costs_the_same_whatever_the_tablet_holds(ground: Ground) -> None:
    """Names cross when a bucket has rows, enters or leaves, and never because it is held."""
    await ground.give_round("team", *PLACES)
    reader = _Reader(await ground.tablet_pen())
    await reader.pull(clock.now())
    assert await ground.desk([person(new_id(), ground.ids["hotel"], "Zoé", "1960-01-01")]) == []
    asked = ask(reader.me, reader.cursors)
    async with transaction(reader.pen.scope) as tx:
        page = await _page(tx, asked, clock.now())
    named = {bucket for bucket in reader.cursors if bucket.encode() in page + msgspec.json.encode(asked)}
    assert named == {f"place:{ground.ids['hotel']}"}
    assert len(reader.cursors) > 6


async def test_person_who_moved_leaves_one_place_and_enters_the_other_in_one_page(ground: Ground) -> None:
    """S6: content goes only where the person is now, and the journal names it once; asked for again, the same comes."""
    await ground.give_round("team", "hotel", "shelter")
    reader = _Reader(await ground.tablet_pen())
    await reader.pull(clock.now())
    before, after = (f"place:{ground.ids[name]}" for name in ("hotel", "shelter"))
    ada = RecordId(str(ground.ids["ada"]))
    assert ada in reader.held[before]
    assert await ground.desk([Act("person", ground.ids["ada"], {"place_id": str(ground.ids["shelter"])})]) == []
    asked = ask(reader.me, reader.cursors)
    async with transaction(reader.pen.scope) as tx:
        moved = read_page(await _page(tx, asked, clock.now()))
        journaled = await tx.fetch_value("SELECT subject_ids FROM journal ORDER BY seq DESC LIMIT 1")
    async with transaction(reader.pen.scope) as tx:
        again = read_page(await _page(tx, msgspec.structs.replace(asked, repair=[ada]), clock.now()))
    assert isinstance(moved, Read)
    assert isinstance(again, Read)
    given = {(bucket, record): state is not None for bucket, record, state in moved.rows}
    assert given[before, ada] is False
    assert given[after, ada] is True
    assert [str(one) for one in journaled].count(ada) == 1
    assert {(bucket, record): state is not None for bucket, record, state in again.rows} == given
    assert len(again.rows) == len(moved.rows) + 2
