"""Whatever the bytes of a push are, the answer is a value: each bad op refused for its reason, the others read."""

import json
from typing import Any

import msgspec
import pytest

from sync.decode import BYTES_MOST, Batch, Refused, decode, envelope
from sync.ids import RecordId
from sync.merge import apply
from sync.ops import hash_of, payload
from sync.state import encode
from tests.sync.making import body, header, line, make_op, op_id, uuid


def batch_of(lines: list[bytes]) -> Batch:
    read = decode(body(lines))
    assert isinstance(read, Batch), read
    return read


def raw_line(content: bytes, number: int = 1) -> bytes:
    return envelope(op_id(1000 + number), number, hash_of(content), content)


def changed(**parts: Any) -> bytes:
    """Return the canonical payload of a sound op with parts changed; a part of ... is taken away."""
    fields = msgspec.to_builtins(make_op(set={"room": "12"}), str_keys=True) | parts
    fields = {key: value for key, value in fields.items() if value is not ...}
    return json.dumps(fields, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


SOUND = changed()

HOSTILE: dict[str, tuple[bytes, str]] = {
    "not JSON": (b'{"id":', "unreadable"),
    "bad UTF-8": (SOUND.replace(b'"12"', b'"\xff"'), "unreadable"),
    "lone surrogate": (SOUND.replace(b'"12"', b'"\\ud800"'), "unreadable"),
    "NaN": (SOUND.replace(b'"12"', b"NaN"), "unreadable"),
    "Infinity": (SOUND.replace(b'"12"', b"Infinity"), "unreadable"),
    "a list": (b"[1]", "shape"),
    "NUL": (SOUND.replace(b'"12"', b'"a\\u0000"'), "nul"),
    "decomposed text": (changed(set={"room": "e\u0301"}), "not_nfc"),
    "deep": (SOUND[:-1] + b',"x":' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
    "very deep": (SOUND[:-1] + b',"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "too_deep"),
    "brackets in text are not depth": (changed(set={"room": "[" * 40}), ""),
    "duplicate key": (SOUND[:-1] + b',"n":1}', "duplicate_key"),
    "duplicate key inside": (SOUND.replace(b'{"room":"12"}', b'{"room":"13","room":"12"}'), "duplicate_key"),
    "fraction": (SOUND.replace(b'"12"', b"1.5"), "number"),
    "whole written as fraction": (SOUND.replace(b'"12"', b"1.0"), "number"),
    "exponent": (SOUND.replace(b'"12"', b"1e5"), "number"),
    "too great": (SOUND.replace(b'"12"', b"9007199254740992"), "number"),
    "far too great": (SOUND.replace(b'"12"', b"1" + b"0" * 400), "number"),
    "huge": (changed(set={"room": "x" * 70_000}), "too_large"),
    "key unknown": (changed(role="admin"), "key_unknown"),
    "field unknown": (changed(set={"pet": "cat"}), "field_unknown"),
    "word unknown": (changed(set={"sex": "F"}), "word_unknown"),
    "number for a text": (changed(set={"room": 12}), "shape"),
    "text for a number": (changed(kind="place", set={"floor": "7"}), "shape"),
    "flag for a number": (changed(kind="place", set={"floor": True}), "shape"),
    "list for a text": (changed(set={"room": ["12"]}), "shape"),
    "text too long": (changed(set={"room": "x" * 41}), "text_long"),
    "latitude 91": (changed(kind="place", set={"lat_e7": 910_000_000}), "range"),
    "longitude -181": (changed(kind="place", set={"lon_e7": -1_810_000_000}), "range"),
    "year 1850": (changed(set={"born_on": "1850-01-01"}), "day"),
    "year 2101": (changed(set={"born_on": "2101-01-01"}), "day"),
    "30 February": (changed(set={"born_on": "1950-02-30"}), "day"),
    "naive instant": (changed(kind="request", set={"received_at": "2026-11-22T10:00:00"}), "instant"),
    "instant with offset": (changed(kind="request", set={"received_at": "2026-11-22T10:00:00.000+01:00"}), "instant"),
    "hour 25": (changed(kind="request", set={"received_at": "2026-11-22T25:00:00.000Z"}), "instant"),
    "naive clock": (changed(wall_at="2026-11-22T10:00:00"), "instant"),
    "kind unknown": (changed(kind="spaceship"), "kind_unknown"),
    "record no uuid": (changed(record="../etc"), "ref"),
    "record in capitals": (changed(record=uuid(0xABCDEF).upper()), "ref"),
    "reference no uuid": (changed(set={"place_id": "p"}), "ref"),
    "register on a set": (changed(set={"allergies": "egg"}), "operation"),
    "addition on a register": (changed(set=..., add={"room": ["12"]}), "operation"),
    "increment on a register": (changed(set=..., inc={"room": 1}), "operation"),
    "increment out of bounds": (changed(kind="vial", set=..., inc={"doses_wasted": 101}), "range"),
    "fact emptied": (changed(kind="dose", set={"lot_number": None}), "empty"),
    "nothing done": (changed(set=...), "empty"),
    "own future seen": (changed(seen={"1": 1}), "range"),
    "missing part": (changed(boot=...), "shape"),
    "key in another alphabet": (changed(schema=9, set={"é": "1"}), "key"),
    "other id inside": (changed(id=op_id(5)), "envelope"),
    "other n inside": (changed(n=2), "envelope"),
    "newer word": (changed(schema=9, set={"sex": "other_word"}), ""),
    "newer field": (changed(schema=9, set={"pet": "cat"}), ""),
    "newer part": (changed(schema=9, mood={"deep": [1, "é"]}), ""),
    "sound": (SOUND, ""),
    "cleared": (changed(set={"room": None}), ""),
    "injection is only text": (changed(set={"room": "'; DROP TABLE op;--"}), ""),
    "spaces and another order of keys": (json.dumps(dict(reversed(json.loads(SOUND).items()))).encode(), ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_decode_refuses_one_op_for_its_reason_and_reads_the_next(name: str) -> None:
    content, code = HOSTILE[name]
    try:
        canonical_content = msgspec.json.encode(msgspec.json.decode(content), order="sorted")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        canonical_content = content
    bad = envelope(op_id(1001), 1, hash_of(canonical_content), content)
    read = batch_of([bad, line(make_op(1, 2, set={"room": "14"}))])
    assert read.items[0].code == code, read.items[0].detail
    assert (read.items[0].op is None) == bool(code)
    assert read.items[0].raw == content, "S5: a refused payload is kept as it came"
    assert read.items[1].op is not None


def test_decode_refuses_another_content_than_its_hash() -> None:
    assert batch_of([envelope(op_id(1001), 1, "0" * 64, SOUND)]).items[0].code == "hash"


@pytest.mark.parametrize(
    "torn",
    [b"", b"{}", b"garbage", line(make_op(1, 2, set={"room": "1"}))[:-9], b'{"n":2}', b"\xff\x00", b'{"id":"' * 9],
)
def test_decode_ends_at_an_unreadable_envelope_and_keeps_the_ops_before(torn: bytes) -> None:
    good = line(make_op(1, 1, set={"room": "12"}))
    read = batch_of([good, torn, good])
    assert ([item.n for item in read.items], read.unreadable_at) == ([1], 2)


@pytest.mark.parametrize(
    "first", [b"", b"[]", b"{}", header(installation="x"), header(wall_at="now"), header(epoch=-1), header(mono_ms="7")]
)
def test_decode_reads_nothing_without_a_sound_header(first: bytes) -> None:
    read = decode(first + b"\n" + line(make_op(set={"room": "12"})) + b"\n")
    assert isinstance(read, Refused)
    assert read.code == "header"


def test_decode_asks_for_smaller_pushes_when_one_is_too_large() -> None:
    one = line(make_op(set={"room": "12"}))
    assert decode(body([one] * 101)) == Refused("too_large", "101 ops, at most 100")
    assert isinstance(decode(b"x" * (BYTES_MOST + 1)), Refused)


def test_decode_of_every_cut_of_a_push_refuses_no_op() -> None:
    """A push cut by the network at any byte must not earn an op a final refusal."""
    whole = body([line(make_op(1, n, set={"room": str(n), "given_name": "Zoé"})) for n in (1, 2, 3)])
    for cut in range(len(whole)):
        read = decode(whole[:cut])
        assert isinstance(read, Refused) or all(item.op is not None for item in read.items)


def test_newer_field_survives_decoding_and_merging_verbatim() -> None:
    item = batch_of([raw_line(HOSTILE["newer field"][0])]).items[0]
    assert item.op is not None
    assert b'"pet":"cat"' in encode(RecordId(item.op.record), apply(None, item.op, 0).state)
    assert payload(item.op) == item.raw
