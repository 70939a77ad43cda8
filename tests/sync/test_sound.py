"""What is taken at one look is taken closely too, and as the same op; and nearly all that is sound is taken at one look."""

import json
import random
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.decode import decode, envelope
from sync.fields import SCHEMA
from sync.kinds import KINDS, Field, Policy, Shape
from sync.ops import Op, hash_of, payload
from sync.sound import READERS, sound_op
from tests.sync.making import body, make_op, op_id, uuid
from tests.sync.test_decode import HOSTILE, SOUND, changed

SPLINTERS = (
    *(b"0", b"9", b"1.0", b"-", b"9007199254740993", b"12345678901234567890", b"1" + b"0" * 30, b"null", b"true", b'"'),
    *(b"\\u0041", b"\\u0000", b"\\", b" ", b"{", b"}", b'"n":1,', b'"x":1,', b",", b'"kind":"dose"'),
    *("é".encode(), "e\u0301".encode(), "œ\u0327".encode(), b"\xff"),
)
SOUND_VALUES: dict[Shape, Any] = {
    Shape.TEXT: "é",
    Shape.DAY: "2024-02-29",
    Shape.INSTANT: "2026-11-22T18:10:00.000Z",
    Shape.FLAG: False,
    Shape.REF: uuid(9),
}
DOUBTFUL: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        1,
        -1,
        201,
        2**53,
        1.5,
        "",
        "x" * 41,
        "x" * 4001,
        [],
        ["a"],
        {},
        "\x00",
        "e\u0301",
        "Łódź",
        "محمد",
    ),
    *("2023-02-29", "1899-12-31", "2100-12-31", "2101-01-01", "2024-W09-4", "20240229", "২০২৪-০২-২৯", "2024-02-2a"),
    *("2026-11-22T18:10:00Z", "2026-11-22T24:00:00.000Z", "2026-11-22T18:10:60.000Z", "2026-11-22 18:10:00.000Z"),
    *(uuid(9).upper(), uuid(9) + " " + uuid(9), uuid(9)[:-1], uuid(9).replace("-", "0"), uuid(9) + "\n"),
)


def value_of(field: Field) -> Any:
    if field.shape is Shape.WHOLE:
        return field.most
    return field.words[-1] if field.shape is Shape.WORD else SOUND_VALUES[field.shape]


def changing(kind: str, names: list[str]) -> dict[str, Any]:
    """Return the parts of an op that change these fields of a kind, each as its policy lets it be changed."""
    parts: dict[str, Any] = {}
    for name in names:
        field = KINDS[kind].fields[name]
        if field.policy is Policy.SET:
            parts.setdefault("add", {})[name] = [value_of(field)]
        elif field.policy is Policy.COUNTER:
            parts.setdefault("inc", {})[name] = -field.most
        elif field.policy is not Policy.DERIVED:
            parts.setdefault("set", {})[name] = value_of(field)
    return parts


def fault(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a close look says of a payload that was taken at one look, if that is not the same."""
    push = body([envelope(op_id(1001), 1, hash_of(raw), raw)])
    read = decode(push)
    if sound_op(raw) is None:
        return ""
    with monkeypatch.context() as patched:
        patched.setattr("sync.decode.sound_op", lambda _raw: None)
        closely = decode(push)
    return "" if read == closely else repr(closely)


def doubtful_ops() -> Iterator[bytes]:
    """Yield an op for each doubtful value in each field of each kind, as a register, as an element and as an increment."""
    for kind in KINDS.values():
        for name in [*kind.fields, "pet"]:
            for value in DOUBTFUL:
                yield changed(kind=kind.name, set={name: value})
                yield changed(kind=kind.name, set=..., add={name: [value]})
            yield changed(kind=kind.name, set=..., remove={name: [uuid(9), uuid(9).upper()]}, inc={name: 10**9})


@pytest.mark.parametrize("kind", KINDS)
def test_sound_op_of_each_field_of_each_kind_is_read_at_one_look(kind: str) -> None:
    names = [name for name, field in KINDS[kind].fields.items() if field.policy is not Policy.DERIVED]
    for some in [names, *[[name] for name in names]]:
        for seen in ({}, {2: 5}, {2: 5, 10: 4}):
            op = make_op(kind=kind, schema=SCHEMA, seen=seen, **changing(kind, some))
            assert sound_op(payload(op)) == op, some


def test_nothing_doubtful_is_taken_at_one_look_that_is_refused_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [found for raw in doubtful_ops() if (found := fault(raw, monkeypatch))] == []


def test_op_whose_bytes_are_damaged_is_taken_as_it_is_read_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    whole = [
        changed(set={"given_name": "Zoé", "room": "12"}, add={"allergies": ["egg"]}, seen={"1": 2, "10": 3}),
        changed(kind="place", set={"floor": 7, "lat_e7": None, "name": "1"}),
        SOUND,
    ]
    tried = [raw for raw, _ in HOSTILE.values()] + whole
    for _ in range(1500):
        sound_one = chance.choice(whole)
        at = chance.randrange(len(sound_one))
        tried.append(sound_one[:at] + chance.choice(SPLINTERS) + sound_one[at + chance.randrange(4) :])
    assert [found for raw in tried if (found := fault(raw, monkeypatch))] == []
    assert sum(sound_op(raw) is not None for raw in tried) > 100


HEADS = st.fixed_dictionaries(
    {},
    optional={
        "schema": st.sampled_from([0, 1, SCHEMA + 1, 2**53]),
        "record": st.sampled_from([uuid(3), "", uuid(3) + " ", uuid(2**127).upper()]),
        "author": st.sampled_from([uuid(4), uuid(4) + " " + uuid(4), "\u2028"]),
        "wall_at": st.sampled_from(["2026-11-22T18:10:00.000Z", "2026-11-22T18:10:00.000+01:00Z", "2026-02-30T00:00:00.000Z"]),
        "actor": st.sampled_from([0, 7, 2**53]),
        "mono_ms": st.sampled_from([-1, 0, 2**53]),
        "boot": st.text(max_size=70),
        "prev": st.sampled_from(["", 5]),
        "seen": st.dictionaries(st.sampled_from(["0", "1", "01", "-1", "10", "9007199254740992"]), st.sampled_from([0, 1, 2**53])),
    },
)  # fmt: skip
KIND_AND_FIELDS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.lists(st.sampled_from(sorted(KINDS[kind].fields)), max_size=3, unique=True)
    )
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(KIND_AND_FIELDS, HEADS, st.text(max_size=6), st.booleans())
def test_op_with_a_doubtful_head_is_taken_as_it_is_read_closely(
    named: tuple[str, list[str]], head: dict[str, Any], text: str, in_order: bool
) -> None:
    kind, names = named
    parts = changing(kind, names)
    for name, value in parts.get("set", {}).items():
        if isinstance(value, str) and KINDS[kind].fields[name].shape is Shape.TEXT:
            parts["set"][name] = text
    raw = changed(**({"kind": kind, "set": ...} | parts | head))
    with pytest.MonkeyPatch.context() as patched:
        assert fault(raw if in_order else json.dumps(json.loads(raw)).encode(), patched) == ""


@pytest.mark.parametrize(
    ("kind", "loosened"),
    [
        ("person", {"days": ()}),
        ("person", {"references": ()}),
        ("education_session", {"references_in_sets": ()}),
        ("request", {"instants": ()}),
        ("place", {"decode": msgspec.json.Decoder(Op).decode}),
    ],
)
def test_reader_that_asks_less_is_found(kind: str, loosened: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, kind.encode(), msgspec.structs.replace(READERS[kind.encode()], **loosened))
    of_kind = (raw for raw in doubtful_ops() if f'"kind":"{kind}"'.encode() in raw)
    assert any(fault(raw, monkeypatch) for raw in of_kind)


def test_every_text_of_latin_1_is_normalized() -> None:
    signs = [chr(number) for number in range(256)]
    assert all(normalize("NFC", one + other) == one + other for one in signs for other in signs)
