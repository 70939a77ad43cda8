"""Hostile pushes over HTTP: never a 500, a refusal per op, and the ops behind it pass (S5)."""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from backend.ids import new_id
from backend.reference_tablet.link import Answer
from backend.reference_tablet.tablet import Tablet
from sync.decode import envelope
from sync.ops import NO_PREVIOUS, payload
from sync.wire import PushAnswer
from tests.backend.ground import Ground, Pen, dose_of, line_of
from tests.backend.log.whole import faults
from tests.backend.running import Served

Fields = dict[str, Any]
CODES_OF_STATUS = {400, 401, 413}


def _with(**parts: Any) -> Callable[[Fields], bytes]:
    return lambda fields: json.dumps(fields | parts).encode()


def _set(**values: Any) -> Callable[[Fields], bytes]:
    return lambda fields: json.dumps(fields | {"set": fields["set"] | values}).encode()


def _raw(content: bytes) -> Callable[[Fields], bytes]:
    return lambda _fields: content


def _replaced(before: bytes, after: bytes) -> Callable[[Fields], bytes]:
    return lambda fields: json.dumps(fields).encode().replace(before, after)


# Name → how the payload of a sound dose is spoilt. None of them may be stored; each is refused under its own number.
HOSTILE: dict[str, Callable[[Fields], bytes]] = {
    "no JSON": _raw(b"}{"),
    "empty": _raw(b""),
    "an array": _raw(b"[]"),
    "a number": _raw(b"1e999"),
    "bad UTF-8": _raw(b'{"id":"\xff\xfe"}'),
    "deep": _raw(b'{"a":' * 3000 + b"1" + b"}" * 3000),
    "deep arrays": _raw(b"[" * 30_000),
    "huge": _raw(b'{"note":"' + b"x" * 70_000 + b'"}'),
    "NaN": _replaced(b'"own"', b"NaN"),
    "infinity": _replaced(b'"own"', b"1e400"),
    "NUL": _set(note="a\x00b"),
    "lone surrogate": _replaced(b'"own"', b'"\\ud800"'),
    "not NFC": _set(note="e\u0301"),
    "duplicate key": _replaced(b'"kind":', b'"kind": "person", "kind":'),
    "huge whole number": _set(dose_number=2**63),
    "whole number beyond RFC 8785": _set(dose_number=2**53),
    "fraction": _set(dose_number=1.5),
    "true for a number": _set(dose_number=True),
    "year 1": _set(given_on="0001-01-01"),
    "year 9999": _set(given_at="9999-12-31T23:59:59.999Z"),
    "30 February": _set(given_on="2026-02-30"),
    "a word unknown": _set(status="hidden"),
    "a field unknown": _set(**{"person; DROP TABLE dose": "x"}),
    "an object as a value": _set(note={"$gt": ""}),
    "a required field empty": _set(person_id=None),
    "a reference that is no id": _set(person_id="1' OR '1'='1"),
    "a kind unknown": _with(kind="pg_catalog"),
    "a record that is no id": _with(record="../../etc/passwd"),
    "an author that is no id": _with(author=""),
    "an author of a stranger": _with(author="00000000-0000-0000-0000-000000000000"),
    "another's actor": _with(actor=1),
    "a negative actor": _with(actor=-1),
    "another id than its envelope's": _with(id="f" * 32),
    "a key unknown": _with(verdict="stored"),
    "more seen than there is": _with(seen={"1": 2**60}),
    "a seen of many": _with(seen={str(n): 1 for n in range(1, 3000)}),
    "a schema of nothing": _with(schema=0),
    "a set where a list belongs": _with(add={"antigens": "influenza"}),
    "elements that are no text": _with(add={"antigens": [1, None]}),
    "an increment of a fact": _with(inc={"note": 1}),
    "nothing done": _with(set={}, add={}),
    "a long text": _set(note="x" * 3000),
    "a clock that is no instant": _with(wall_at="yesterday"),
    "a boot without end": _with(boot="b" * 500),
}


async def test_each_hostile_payload_is_refused_alone_when_sound_ops_surround_it(served: Served) -> None:
    ground, pen, tablet = await _tablet_with_pen(served)
    for name, spoil in HOSTILE.items():
        before = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
        op = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
        raw = spoil(json.loads(payload(op)))
        pen.head = hashlib.sha256(raw).hexdigest()
        after = pen.op("dose", new_id(), **dose_of(ground.ids["bob"]))
        lines = [line_of(before), envelope(op.id, op.n, hashlib.sha256(raw).hexdigest(), raw), line_of(after)]
        answer = _push(tablet, served, pen.push_of(lines))
        assert [one.word for one in answer.verdicts] == ["stored", "refused", "stored"], (name, answer)
        assert answer.verdicts[1].code, name
    kept = await ground.value("SELECT count(*) FROM op WHERE territory_id = $1 AND verdict = 'refused' AND code <> ''")
    assert kept == len(HOSTILE)
    assert await faults(ground) == []


BROKEN_LINES = {
    "no envelope": b"hello",
    "an empty line": b"",
    "keys in another order": b'{"n":2,"id":"%s","hash":"%s","op":{}}' % (b"a" * 32, b"0" * 64),
    "n of zero": b'{"id":"%s","n":0,"hash":"%s","op":{}}' % (b"a" * 32, b"0" * 64),
    "n beyond all": b'{"id":"%s","n":9999999999999999,"hash":"%s","op":{}}' % (b"a" * 32, b"0" * 64),
    "an id in capitals": b'{"id":"%s","n":2,"hash":"%s","op":{}}' % (b"A" * 32, b"0" * 64),
}


async def test_earlier_ops_stand_when_an_envelope_cannot_be_read(served: Served) -> None:
    """Reading ends there and says so; the tablet goes on from the number it is told."""
    ground, pen, tablet = await _tablet_with_pen(served)
    for name, line in BROKEN_LINES.items():
        good = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
        answer = _push(tablet, served, pen.push_of([line_of(good), line]))
        assert [one.word for one in answer.verdicts] == ["stored"], name
        assert (answer.unreadable_at, answer.expected_n) == (2, pen.n + 1), name
    torn = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    answer = _push(tablet, served, pen.push_of([line_of(torn)])[:-20])
    assert (answer.verdicts, answer.expected_n) == ([], torn.n)
    assert _push(tablet, served, pen.push_of([line_of(torn)])).verdicts[0].word == "stored"


async def test_numbers_answer_with_what_is_expected_when_there_is_a_gap(served: Served) -> None:
    ground, pen, tablet = await _tablet_with_pen(served)
    lost = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    late = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    answer = _push(tablet, served, pen.body(late))
    assert (answer.verdicts, answer.expected_n) == ([], lost.n)
    assert [one.word for one in _push(tablet, served, pen.body(lost, late)).verdicts] == ["stored", "stored"]


async def test_push_is_asked_for_in_parts_when_it_is_too_large(served: Served) -> None:
    ground, pen, tablet = await _tablet_with_pen(served)
    ops = [pen.op("dose", new_id(), **dose_of(ground.ids["ada"])) for _ in range(101)]
    answer = _push(tablet, served, pen.body(*ops))
    assert (answer.too_large, answer.verdicts, answer.expected_n) == (True, [], 1)
    answer = _push(tablet, served, pen.push_of([b"x" * 300_000]))
    assert answer.too_large


HEADERS = {
    "nothing": b"",
    "no line": b"{}",
    "an empty header": b"{}\n",
    "no JSON": b"\xff\n",
    "deep": b"[" * 5000 + b"\n",
    "another's installation": (
        b'{"protocol":1,"installation":"00000000-0000-7000-8000-000000000000","epoch":1,'
        b'"wall_at":"2026-11-22T18:10:00.000Z","mono_ms":1,"boot":"b"}\n'
    ),
    "a number out of range": (
        b'{"protocol":1,"installation":"00000000-0000-7000-8000-000000000000","epoch":-1,'
        b'"wall_at":"x","mono_ms":1,"boot":""}\n'
    ),
}


@pytest.mark.parametrize("name", HEADERS)
async def test_push_is_a_problem_of_the_catalogue_when_its_header_cannot_be_read(served: Served, name: str) -> None:
    _, _, tablet = await _tablet_with_pen(served)
    answer = _answer_of(tablet, served, "/sync/push", HEADERS[name])
    assert answer.status_code in CODES_OF_STATUS, name
    assert answer.headers["content-type"] == "application/problem+json"


REQUESTS: dict[str, list[bytes]] = {
    "/sync/head": [b"", b"[]", b'{"protocol":1,"head":1}', b'{"protocol":1,"head":"' + b"x" * 900_000 + b'"}', b"\xff"],
    "/sync/pull": [
        b"{}",
        b'{"protocol":1,"cursors":{"a":[1,2]}}',
        b'{"protocol":1,"cursors":{"a":["x",2,3]}}',
        b'{"protocol":1,"cursors":{"reference:all":[1,99999999999999999999999,1]}}',
        b'{"protocol":1,"cursors":{},"repair":["x"]}',
        b'{"protocol":1,"cursors":{"place:\\u0000":[1,1,1]}}',
    ],
    "/sync/sums": [
        b"{}",
        b'{"bucket":"\\u0000"}',
        b'{"bucket":"reference:all","prefix":"\\u0000"}',
        b'{"bucket":"place:x"}',
    ],
}


async def test_answer_is_never_an_error_of_ours_when_a_request_is_nonsense(served: Served) -> None:
    _, _, tablet = await _tablet_with_pen(served)
    for path, bodies in REQUESTS.items():
        for body in bodies:
            answer = _answer_of(tablet, served, path, body)
            assert answer.status_code < 500, (path, body[:60], answer.text[:200])


CLAIMS = {
    "nothing": ("", ""),
    "no ids": ("a/b", "1.x"),
    "no signature": ("{territory}/{installation}", "1795371600000."),
    "a clock of another script": ("{territory}/{installation}", "١٢٣.AAAA"),
    "a huge clock": ("{territory}/{installation}", "9" * 400 + ".AAAA"),
    "a signature of zeros": ("{territory}/{installation}", "{now}." + "A" * 86),
    "bad base64": ("{territory}/{installation}", "{now}.é$"),
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_tablet_is_unknown_when_its_headers_are_forged(served: Served, name: str) -> None:
    _, pen, _ = await _tablet_with_pen(served)
    who, signature = CLAIMS[name]
    filled = {"territory": served.ground.territory_id, "installation": pen.scope.installation_id}
    now_ms = time.time_ns() // 1_000_000
    headers = {
        b"maraude-installation": who.format(**filled).encode(),
        b"maraude-signature": signature.replace("{now}", str(now_ms)).encode(),
    }
    answer = served.ask("POST", "/sync/receipt", content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] in ("tablet_unknown", "tablet_clock")


async def _tablet_with_pen(served: Served) -> tuple[Ground, Pen, Tablet]:
    """Return an enrolled tablet's link, and a pen that writes its chain by hand."""
    ground = served.ground
    await ground.give_round("team", "hotel")
    tablet = await served.tablet(Path(tempfile.mkdtemp(dir=served.settings.home)))
    me = tablet.store.identity()
    pen = await ground.tablet_pen()
    installation = await ground.fetch(
        "SELECT id FROM installation WHERE territory_id = $1 AND id = $2", me.installation
    )
    scope = replace(pen.scope, installation_id=installation[0]["id"])
    return ground, Pen(scope, me.actor, pen.author, 0, NO_PREVIOUS), tablet


def _push(tablet: Tablet, served: Served, body: bytes) -> PushAnswer:
    outcome = tablet.link.post("/sync/push", body, _me(tablet, served))
    assert isinstance(outcome, Answer), outcome
    return msgspec.json.decode(outcome.body, type=PushAnswer)


def _answer_of(tablet: Tablet, served: Served, path: str, body: bytes) -> httpx.Response:
    heard: list[httpx.Response] = []
    tablet.link._http.event_hooks = {"response": [heard.append]}
    tablet.link.post(path, body, _me(tablet, served))
    tablet.link._http.event_hooks = {}
    heard[-1].read()
    return heard[-1]


def _me(tablet: Tablet, served: Served) -> str:
    return f"{served.ground.territory_id}/{tablet.store.identity().installation}"
