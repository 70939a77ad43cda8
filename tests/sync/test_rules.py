"""Clocks, scope, reviews, sums and the wire: each decision by its cases."""

import gzip
import hashlib
import json
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.canonical import canonical, refusal, sum64
from sync.claim import START, Standing, start_of
from sync.clock import Corrected, Readings, Sample, corrected
from sync.ids import RecordId, derived_id
from sync.integrity import Broken, bucket_sum, confirms, difference, head, receipt, sub_sums
from sync.kinds import KINDS
from sync.merge import Conflict, apply
from sync.ops import NO_PREVIOUS, hash_of, payload
from sync.pull import Cut, FeedRows, Moment, Read, choose, departure, read_page, write_page
from sync.review import about_siblings, opening, settling_refusal, standing
from sync.scope import (
    BUCKETS_MOST,
    LANE_OF_KIND,
    Anchors,
    Round,
    allowed,
    buckets_of,
    change,
    places_of,
)
from sync.state import decode, encode
from sync.view import view
from sync.wire import HISTORY, MESSAGES, PROTOCOL_VERSION, Cursor, HeadAnswer, HeadRequest, PullRequest, Receipt
from tests.sync.making import chained, make_op, uuid

OPENED = "2026-11-22T18:10:00.000Z"
DAY = "2026-11-22"

# --- canonical JSON


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": {"d": None, "c": [True, "é"]}}, '{"a":{"c":[true,"é"],"d":null},"b":1}'),
        ('\x00\x1f"\\/\b\f\n\r\t\x7f€😀', '"\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\t\x7f€😀"'),
        (-(2**53 - 1), "-9007199254740991"),
    ],
)
def test_canonical_writes_as_rfc_8785(value: object, expected: str) -> None:
    assert canonical(value).decode() == expected


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="ascii"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=5), inner)
    ),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(VALUES)
def test_canonical_is_what_the_standard_library_writes_sorted(value: object) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value).decode() == expected or refusal(value) == "key"
    assert msgspec.json.decode(canonical(value)) == value


def test_sum64_takes_the_first_eight_bytes() -> None:
    assert sum64(b"") == 0xE3B0C44298FC1C14


# --- clocks

SAMPLE = Sample(wall=500_000, mono=1_000, boot="b", server=90_000_000, round_trip=200)


@pytest.mark.parametrize(
    ("wall", "mono", "boot", "expected"),
    [
        (499_500, 500, "b", Corrected(89_999_500, 101, "block")),
        (89_999_400, 500, "b", Corrected(89_999_500, 101, "good")),
        (90_399_500, 500, "b", Corrected(89_999_500, 101, "warn")),
        (499_500, 7, "other boot", Corrected(89_999_500, None, "block")),
        (999_999_999_999, 99_000_000, "b", Corrected(100_000_000, 10_000, "block")),
    ],
)
def test_corrected_time_comes_from_the_running_clock_of_the_same_boot(
    wall: int, mono: int, boot: str, expected: Corrected
) -> None:
    assert corrected(wall, mono, boot, Readings([SAMPLE]), now=100_000_000) == expected


def test_nearest_sample_is_the_closest_of_the_boot_and_the_earlier_of_two() -> None:
    chance = random.Random(1)
    for _ in range(300):
        samples = [
            Sample(0, chance.randrange(12), chance.choice("ab"), chance.randrange(4))
            for _ in range(chance.randrange(8))
        ]
        mono, boot = chance.randrange(-2, 14), chance.choice("ab")
        of_boot = [one for one in samples if one.boot == boot]
        closest = min(((abs(one.mono - mono), one.server) for one in of_boot), default=None)
        found = Readings(samples).nearest(mono, boot)
        assert (None if found is None else (abs(found.mono - mono), found.server)) == closest


def test_corrected_time_without_a_sample_is_unproved_and_never_in_the_future() -> None:
    assert corrected(500, 1, "b", Readings([]), now=100) == Corrected(100, None, "unproved")


# --- scope

ROUNDS = [
    Round("t", DAY, ("p", "q"), "published"),
    Round("t", "2026-11-23", ("q",), "withdrawn"),
    Round("u", DAY, ("r",), "published"),
]


def test_scope_holds_the_rounds_of_its_teams_and_nothing_of_others() -> None:
    scope = allowed(frozenset("t"), ROUNDS, frozenset((DAY, "2026-11-23")))
    assert set(scope.buckets) == {
        "reference:all",
        f"round:t:{DAY}",
        "place:p",
        "place:q",
        "history:p",
        "history:q",
    }


def test_scope_change_names_what_enters_and_what_leaves() -> None:
    scope = allowed(frozenset("u"), ROUNDS, frozenset((DAY,)))
    moved = change(["reference:all", "place:p"], scope)
    assert moved.leave == ("place:p",)
    assert set(moved.enter) == {f"round:u:{DAY}", "place:r", "history:r"}


def test_scope_says_what_did_not_fit() -> None:
    many = [Round("t", DAY, tuple(f"p{i}" for i in range(600)), "published")]
    scope = allowed(frozenset("t"), many, frozenset((DAY,)))
    assert len(scope.buckets) == BUCKETS_MOST
    assert len(scope.left_out) == 1202 - BUCKETS_MOST


def test_every_kind_has_a_lane() -> None:
    assert set(LANE_OF_KIND) == set(KINDS)


def test_person_two_teams_place_differently_travels_to_both_places() -> None:
    state = apply(None, make_op(1, set={"place_id": uuid(1)}), 1).state
    state = apply(state, make_op(2, set={"place_id": uuid(2)}), 2).state
    assert buckets_of("person", Anchors(places_of(state))) == {f"place:{uuid(1)}", f"place:{uuid(2)}"}
    assert buckets_of("review", Anchors(places_of(state))) == frozenset()


# --- reviews


def test_review_is_settled_by_the_right_person_who_has_seen_the_siblings() -> None:
    review = about_siblings(RecordId(uuid(7)), Conflict("born_on", ((2, 1), (1, 1))), OPENED)
    opened = opening(review)
    blind = make_op(5, 1, kind="review", record=review.id, set={"choice": "keep", "state": "settled"})
    sighted = msgspec.structs.replace(blind, seen={0: 1})
    supervisor, dispatcher = frozenset(("clinical_supervisor",)), frozenset(("dispatcher",))
    assert settling_refusal(sighted, opened, supervisor) is None
    assert settling_refusal(sighted, opened, dispatcher) == "no_right"
    assert settling_refusal(blind, opened, supervisor) == "siblings_unseen"
    assert settling_refusal(sighted, None, supervisor) == "record_unknown"
    assert view(apply(opened, sighted, 9).state).values["state"] == "settled"


def test_review_opened_twice_is_one_record() -> None:
    review = about_siblings(RecordId(uuid(7)), Conflict("born_on", ((1, 1), (2, 1))), OPENED)
    assert review == about_siblings(RecordId(uuid(7)), Conflict("born_on", ((2, 1), (1, 1))), OPENED)
    assert opening(review) == opening(review)
    assert view(opening(review)).values["dots"] == ["1.1", "2.1"]


def test_review_is_overtaken_by_a_knowing_value_or_by_a_wider_question() -> None:
    first = apply(None, make_op(1, set={"born_on": "1950-01-01"}), 1).state
    both = apply(first, make_op(2, set={"born_on": "1951-01-01"}), 2)
    review = about_siblings(RecordId(uuid(7)), both.conflicts[0], OPENED)
    third = apply(both.state, make_op(3, set={"born_on": "1952-01-01"}), 3)
    wider = about_siblings(RecordId(uuid(7)), third.conflicts[0], OPENED)
    settled = apply(third.state, make_op(4, set={"born_on": "1951-01-01"}, seen={1: 1, 2: 1, 3: 1}), 4).state
    assert standing(review, both.state) == "open"
    assert standing(review, third.state, [wider]) == "overtaken"
    assert standing(wider, third.state, [review]) == "open"
    assert standing(wider, settled) == "overtaken"


def test_derived_id_is_pinned_for_every_replica() -> None:
    assert derived_id("double_dose", "b", "a") == "d8849951-12e9-8cc5-956b-781573a69358"


# --- sums and receipts


def test_head_exchange_with_nothing_new_stays_within_250_bytes() -> None:
    sums = {f"place:{uuid(n)}": bucket_sum(range(n)) for n in range(200)}
    asked = msgspec.json.encode(HeadRequest(PROTOCOL_VERSION, head(3, sums)))
    answered = msgspec.json.encode(HeadAnswer(same=True, epoch=3, server_at=1_795_371_000_000))
    assert len(asked) + len(answered) <= 250


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(0, 300), st.integers(0, 2**64 - 1), max_size=120),
    st.dictionaries(st.integers(0, 300), st.integers(0, 2**64 - 1), max_size=6),
    st.sets(st.integers(0, 300), max_size=6),
)
def test_drill_down_finds_exactly_what_differs(base: dict[int, int], other: dict[int, int], without: set[int]) -> None:
    mine = {uuid(n * 7919): content for n, content in base.items()}
    theirs = mine | {uuid(n * 7919): content for n, content in other.items()}
    theirs = {record: content for record, content in theirs.items() if record not in {uuid(n * 7919) for n in without}}
    asked, fetch, drop = [""], set(), set()
    while asked:
        prefix = asked.pop()
        found = difference(mine, sub_sums(theirs, prefix), prefix)
        asked += found.prefixes
        fetch |= set(found.fetch)
        drop |= set(found.drop)
    assert fetch == {record for record, content in theirs.items() if mine.get(record) != content}
    assert drop == mine.keys() - theirs.keys()
    assert (bucket_sum(mine.values()) == bucket_sum(theirs.values())) == (mine == theirs)


def test_drill_down_to_one_record_of_10_000_costs_less_than_10_kb() -> None:
    chance = random.Random(1)
    mine = {str(uuid(chance.getrandbits(128))): chance.getrandbits(64) for _ in range(10_000)}
    spoiled = chance.choice(sorted(mine))
    theirs = mine | {spoiled: 1}
    asked, size, fetch = [""], 0, list[str]()
    while asked:
        prefix = asked.pop()
        answer = sub_sums(theirs, prefix)
        size += len(msgspec.json.encode(answer))
        found = difference(mine, answer, prefix)
        asked += found.prefixes
        fetch += found.fetch
    assert fetch == [spoiled]
    assert size <= 10_000


def test_receipt_recomputes_the_chain_and_finds_a_broken_one() -> None:
    ops = chained([make_op(1, n, set={"room": str(n)}) for n in (1, 2, 3)])
    rows = [(op.n, hash_of(payload(op)), payload(op), "stored") for op in ops]
    end = Receipt(3, rows[2][1])
    assert receipt(rows) == end
    assert receipt([rows[0], rows[2]]) == Broken(2, "gap")
    forged = chained([make_op(1, 2, set={"room": "forged"})], "f" * 64)[0]
    assert receipt([rows[0], (2, hash_of(payload(forged)), payload(forged), "stored"), rows[2]]) == Broken(2, "link")
    torn = (2, hash_of(b"{"), b"{", "refused")
    assert receipt([rows[0], torn]) == Receipt(2, hash_of(b"{"))
    kept = {n: link for n, link, _, _ in rows}
    assert confirms(end, kept) == "confirmed"
    assert confirms(Receipt(3, NO_PREVIOUS), kept) == "differs"
    assert confirms(Receipt(9, NO_PREVIOUS), kept) == "differs"
    assert confirms(Receipt(0, NO_PREVIOUS), kept) == "behind"


def test_receipt_finds_a_payload_changed_in_the_log() -> None:
    op = make_op(1, 1, set={"room": "1"})
    changed_payload = payload(op).replace(b'"room":"1"', b'"room":"2"')
    assert receipt([(1, hash_of(payload(op)), changed_payload, "stored")]) == Broken(1, "content")


# --- pages


def row(bucket: str, xid: int, seq: int, number: int) -> FeedRows:
    state = apply(None, make_op(1, number + 1, set={"room": str(number)}), 1).state
    return FeedRows(bucket, xid, seq, encode(RecordId(uuid(number)), state))


def page_of(rows: list[FeedRows]) -> bytes:
    stands = Standing(1, {"place:p": START})
    return write_page(PullRequest(PROTOCOL_VERSION), stands, choose(rows, stands.starts, epoch=1), Moment(1, 9, 0))


def test_pages_give_every_row_once_in_order_of_lanes() -> None:
    rows = [row(b, x, s, 10 * x + s) for b in ("reference:all", "round:t:d", "place:p") for x in (1, 2) for s in (1, 2)]
    starts: dict[str, tuple[int, int]] = {}
    given: list[tuple[str, int, int]] = []
    for _ in range(20):
        page = choose(rows, starts, epoch=1, bytes_most=300)
        given += [(one.bucket, one.xid, one.seq) for one in page.rows]
        starts |= {bucket: (one.xid, one.seq) for bucket, one in page.cursors.items()}
        if not page.more:
            break
    assert given == [(b, x, s) for b in ("round:t:d", "place:p", "reference:all") for x in (1, 2) for s in (1, 2)]
    assert choose(rows, starts, epoch=1).rows == []


def test_cursor_of_another_epoch_starts_again() -> None:
    assert start_of(Cursor(1, 900, 900), epoch=1) == (900, 900)
    assert start_of(Cursor(1, 900, 900), epoch=2) == START


def test_page_with_one_byte_changed_is_not_taken() -> None:
    leaving = FeedRows("place:p", 1, 3, departure(RecordId(uuid(9))))
    page = page_of([row("place:p", 1, 1, 1), leaving])
    read = read_page(page)
    assert isinstance(read, Read)
    assert [state is None for _, _, state in read.rows] == [False, True]
    seal = page.rindex(b"\n", 0, -1)
    for place in range(seal):
        spoiled = page[:place] + bytes((page[place] ^ 1,)) + page[place + 1 :]
        assert isinstance(read_page(spoiled), Cut)


def test_record_costs_little_more_than_its_content_and_a_page_compresses() -> None:
    """A record of about 600 bytes: at most 616 encoded, at most 160 a record in a compressed page."""
    chance = random.Random(3)
    given_names = ("Aminata", "Jean-Pierre", "Fatoumata", "Ludmila", "Mohamed", "Xiu Ying", "Rosa", "Ali")
    plain_sizes, sizes, rows = [], [], []
    for number in range(1000):
        fields: dict[str, str | int | bool | None] = {
            "given_name": chance.choice(given_names),
            "family_name": chance.choice(("Traoré", "Martin", "Diallo", "Nguyen", "Petit", "Benali", "Popescu")),
            "born_on": f"19{chance.randrange(30, 99)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
            "born_precision": "day",
            "sex": chance.choice(("female", "male")),
            "phone": f"06{chance.randrange(10**8):08d}",
            "language": "fr",
            "interpreter_needed": False,
            "place_id": uuid(2**100 + number // 20),
            "room": str(chance.randrange(100, 600)),
            "population_group": "homeless_hotel",
            "mobility": "walks",
            "identity_status": "provisional",
            "alias": f"met on landing {chance.randrange(9)}, speaks softly, has a walking stick and a small dog, asks "
            "to be called before noon, and to be told beforehand what the visit is for, in her words; a friend helps"[
                : 200 - chance.randrange(20)
            ],
        }
        record = RecordId(uuid(2**120 + chance.getrandbits(60)))
        plain_sizes.append(len(canonical({"id": record, "kind": "person", "fields": fields})))
        encoded = encode(record, apply(None, make_op(3, number + 1, set=fields), 1_795_371_000_000 + number).state)
        assert decode(encoded)[0] == record
        sizes.append(len(encoded))
        rows.append(FeedRows("place:p", 1, number, encoded))
    page = page_of(rows)
    assert 560 <= sum(plain_sizes) / 1000 <= 610
    assert max(sizes) <= max(plain_sizes) + 16
    assert len(gzip.compress(page, 6)) / 1000 <= 160


# --- the wire, pinned

PINNED = "d2abf5292ab011dbdb6a5d17e7c742899a2b58b769e699848242a911fae3f90d"


def test_wire_and_kinds_have_not_changed_without_a_new_version() -> None:
    """Tablets in the field speak this form: a change asks for a new version and a line of HISTORY."""
    _, schemas = msgspec.json.schema_components(MESSAGES)
    kinds = {name: {field: repr(one) for field, one in kind.fields.items()} for name, kind in KINDS.items()}
    content = canonical([json.loads(json.dumps(schemas)), kinds, {n: k.desk_only for n, k in KINDS.items()}])
    assert hashlib.sha256(content).hexdigest() == PINNED
    assert PROTOCOL_VERSION in HISTORY
