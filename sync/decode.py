"""Read one push, strictly and within bounds, and never raise on its content.

A push is NDJSON: line 1 a header, then one op a line, written exactly
`{"id":"…","n":…,"hash":"…","op":…}`. The envelope is read by its bytes, so a payload that is not even JSON is still
refused under its own id and number (S5) and the ops behind it are read. An envelope that cannot be read ends the
reading there; earlier ops stand.
Nearly every op is read at one look (sync/sound.py). An op that is not is looked at closely here, which gives the reasons.
What a field may hold is in sync/fields.py; the order of ops and their verdicts are decided in sync/push.py.
"""

import json
import re
from typing import Any
from unicodedata import is_normalized

import msgspec

from sync.canonical import DEPTH_MOST, WHOLE_MOST, canonical, refusal
from sync.fields import SCHEMA, first_refusal, is_instant
from sync.ids import is_uuid
from sync.kinds import KINDS
from sync.ops import PAYLOAD_KEYS, Op, hash_of
from sync.sound import BOOT_MOST, numbers_refusal, sound_op
from sync.wire import PushHeader

OPS_MOST = 100
BYTES_MOST = 256 * 1024
OP_BYTES_MOST = 64 * 1024

_ENVELOPE = re.compile(
    rb'\{"id":"([0-9a-f]{32})","n":([1-9][0-9]{0,15}),"hash":"([0-9a-f]{64})","op":(.*)\}', re.DOTALL
).fullmatch


class Item(msgspec.Struct, frozen=True):
    """One line read: its envelope, the payload's bytes as sent, and the op, or None with the reason it is refused."""

    id: str
    n: int
    hash: str
    raw: bytes
    op: Op | None
    code: str = ""
    detail: str = ""


class Batch(msgspec.Struct, frozen=True):
    """One push read; `unreadable_at` is the number of the line (the header is 0) where reading had to end."""

    header: PushHeader
    items: list[Item]
    unreadable_at: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """A push of which nothing was read: `too_large` (send smaller ones) or `header` (with the reason)."""

    code: str
    detail: str


def decode(body: bytes) -> Batch | Refused:
    """Return what a push holds; whatever the bytes are, the answer is a value."""
    if len(body) > BYTES_MOST:
        return Refused("too_large", f"{len(body)} bytes, at most {BYTES_MOST}")
    first, *lines, torn = body.split(b"\n") if b"\n" in body else (b"", b"")
    if len(lines) > OPS_MOST:
        return Refused("too_large", f"{len(lines)} ops, at most {OPS_MOST}")
    header = _header(first)
    if isinstance(header, Refused):
        return header
    items: list[Item] = []
    for number, line in enumerate(lines, start=1):
        envelope = _ENVELOPE(line)
        if envelope is None:
            return Batch(header, items, unreadable_at=number)
        op_id, digits, content_hash, raw = envelope.groups()
        n = int(digits)
        if n > WHOLE_MOST:
            return Batch(header, items, unreadable_at=number)
        items.append(_item(op_id.decode(), n, content_hash.decode(), raw))
    # A last line without its end was cut on the way: refusing it would be final, so it is left for the next push.
    return Batch(header, items, unreadable_at=len(lines) + 1 if torn else None)


def envelope(op_id: str, n: int, content_hash: str, content: bytes) -> bytes:
    """Return the line of one op, as a tablet sends it (without the line's end)."""
    return b'{"id":"%s","n":%d,"hash":"%s","op":%s}' % (op_id.encode(), n, content_hash.encode(), content)


def _header(line: bytes) -> PushHeader | Refused:
    try:
        header = msgspec.json.decode(line, type=PushHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Refused("header", str(error))
    if not is_uuid(header.installation) or not is_instant(header.wall_at) or len(header.boot) > BOOT_MOST:
        return Refused("header", "installation, wall_at or boot is not of its form")
    if not all(0 <= whole <= WHOLE_MOST for whole in (header.epoch, header.mono_ms, header.round_trip_ms)):
        return Refused("header", "a number is out of range")
    return header


def _item(op_id: str, n: int, content_hash: str, raw: bytes) -> Item:
    if len(raw) <= OP_BYTES_MOST:
        op = sound_op(raw)
        if op is not None and op.id == op_id and op.n == n and hash_of(raw) == content_hash:
            return Item(op_id, n, content_hash, raw, op)
    read = _closely(raw, content_hash)
    if isinstance(read, Refused):
        return Item(op_id, n, content_hash, raw, None, read.code, read.detail)
    if read.id != op_id or read.n != n:
        return Item(op_id, n, content_hash, raw, None, "envelope", "id or n differ between envelope and payload")
    found = _op_refusal(read)
    if found is not None:
        return Item(op_id, n, content_hash, raw, None, *found)
    return Item(op_id, n, content_hash, raw, read)


def _closely(raw: bytes, content_hash: str) -> Op | Refused:  # noqa: PLR0911 - one reason after the other, in the order they are looked for
    """Return the op of a payload whose bytes are sound and have the hash announced, or the first reason against it."""
    if len(raw) > OP_BYTES_MOST:
        return Refused("too_large", f"{len(raw)} bytes, at most {OP_BYTES_MOST}")
    if raw.count(b"{") + raw.count(b"[") > DEPTH_MOST and _depth(raw) > DEPTH_MOST:
        return Refused("too_deep", f"deeper than {DEPTH_MOST}")
    try:
        fields: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refused("unreadable", str(error))
    if not isinstance(fields, dict):
        return Refused("shape", "the payload is no object")
    word = _content_refusal(raw, fields)
    if word:
        return Refused(word, "")
    schema = fields.get("schema")
    if isinstance(schema, int) and schema <= SCHEMA and not PAYLOAD_KEYS.issuperset(fields):
        return Refused("key_unknown", ", ".join(sorted(fields.keys() - PAYLOAD_KEYS))[:200])
    content = canonical(fields)
    if content != raw and _has_duplicate_keys(raw):
        return Refused("duplicate_key", "")
    if hash_of(content) != content_hash:
        return Refused("hash", "the payload has another hash than its envelope says")
    try:
        return msgspec.convert(fields, Op, str_keys=True)
    except msgspec.ValidationError as error:
        return Refused("shape", str(error))


def _content_refusal(raw: bytes, fields: dict[str, Any]) -> str | None:
    """Look at each value only where one look at the whole and the typed reading that follows would miss something."""
    if b"\\u" in raw or not PAYLOAD_KEYS.issuperset(fields):
        return refusal(fields)
    if not raw.isascii() and not _is_plain(raw.decode(), fields):
        return refusal(fields)
    return next((word for key in ("set", "inc", "seen") if (word := _numbers_refusal(fields.get(key)))), None)


def _is_plain(text: str, fields: dict[str, Any]) -> bool:
    """Return whether the whole text is in NFC (then each text between its quotes is) and all field names are ASCII."""
    parts = (fields.get(key) for key in ("set", "add", "remove", "inc"))
    ascii_names = all("".join(part).isascii() for part in parts if isinstance(part, dict))
    return ascii_names and is_normalized("NFC", text)


def _numbers_refusal(part: object) -> str | None:
    if not isinstance(part, dict):
        return None
    for value in part.values():
        kind = type(value)
        if kind is float or (kind is int and not -WHOLE_MOST <= value <= WHOLE_MOST):
            return "number"
    return None


def _op_refusal(op: Op) -> tuple[str, str] | None:
    """Return why a readable op may not be stored, whatever the server holds, with the part concerned."""
    if op.kind not in KINDS:
        return "kind_unknown", op.kind[:60]
    for name in ("record", "author"):
        if not is_uuid(getattr(op, name)):
            return "ref", name
    if not is_instant(op.wall_at):
        return "instant", "wall_at"
    found = numbers_refusal(op)
    if found is not None:
        return found
    if not (op.set or op.add or op.remove or op.inc):
        return "empty", ""
    return first_refusal(op)


def _depth(raw: bytes) -> int:
    depth = most = 0
    for mark in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw):
        if mark in b"[{":
            depth += 1
            most = max(most, depth)
        elif mark in b"]}":
            depth -= 1
    return most


def _has_duplicate_keys(raw: bytes) -> bool:
    class Twice(Exception):  # noqa: N818 - a signal out of the parser's callback, not an error anyone meets
        pass

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Twice
        return found

    try:
        json.loads(raw, object_pairs_hook=once)
    except Twice:
        return True
    return False
