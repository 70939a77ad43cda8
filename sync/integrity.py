"""Decide whether two sides hold the same, find the few records that differ, and prove what the server holds.

A bucket's sum is the sum modulo 2**64 of its records' content sums (sync/state.py), so both sides keep it up to date
record by record. One hash over all bucket sums answers "nothing changed" in one small request; when it does not, a few
digits of each bucket's sum lead to the differing buckets, and sub-sums by shard digit to the differing records only. A
receipt lets a tablet purge: the server recomputes the installation's chain from its own log (S1) and names its end.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sync.canonical import canonical
from sync.ids import shard
from sync.ops import NO_PREVIOUS, hash_of
from sync.wire import Receipt, SumsAnswer

MODULUS = 2**64
SHORT_DIGITS = 10
LISTED_MOST = 48  # this few records are listed one by one instead of divided again


class BucketSum(msgspec.Struct, frozen=True):
    """How many records a bucket holds, and the sum of their content sums."""

    count: int = 0
    total: int = 0

    def changed(self, before: int | None, after: int | None) -> "BucketSum":
        """Return the sum after one record went from one content sum to another; None: not in the bucket.

        >>> BucketSum().changed(None, 7).changed(7, 5)
        BucketSum(count=1, total=5)
        """
        count = self.count - (before is not None) + (after is not None)
        return BucketSum(count, (self.total - (before or 0) + (after or 0)) % MODULUS)


class Difference(msgspec.Struct, frozen=True):
    """Where two sides differ: prefixes to ask about next, records to fetch, records the server does not have."""

    prefixes: tuple[str, ...]
    fetch: tuple[str, ...]
    drop: tuple[str, ...]


class Broken(msgspec.Struct, frozen=True):
    """A log whose chain does not hold: from this n on, for this reason (`gap`, `link`, `content`)."""

    n: int
    reason: str


def bucket_sum(sums: Iterable[int]) -> BucketSum:
    """Return the sum of a whole bucket from its records' content sums."""
    listed = list(sums)
    return BucketSum(len(listed), sum(listed) % MODULUS)


def head(scope_version: int, sums: Mapping[str, BucketSum]) -> str:
    """Return the 32 digits that stand for all that a tablet holds; an empty bucket counts as held."""
    held = {bucket: [one.count, f"{one.total:016x}"] for bucket, one in sums.items()}
    return hashlib.sha256(canonical([scope_version, held])).hexdigest()[:32]


def short_sums(sums: Mapping[str, BucketSum]) -> str:
    """Return the last ten digits of the sum of each bucket, in order of their names: a few bytes for each.

    >>> short_sums({"place:q": BucketSum(1, 255), "place:p": BucketSum(1, 7)})
    '000000000700000000ff'
    """
    return "".join(f"{one.total:016x}"[-SHORT_DIGITS:] for _, one in sorted(sums.items()))


def differing(mine: Mapping[str, BucketSum], theirs: str) -> list[str]:
    """Return which of my buckets have another sum at the other side, which holds the same buckets.

    >>> differing({"place:p": BucketSum(1, 7), "place:q": BucketSum()}, "00000000070000000001")
    ['place:q']
    """
    ours = short_sums(mine)
    places = range(0, len(ours), SHORT_DIGITS)
    both = zip(sorted(mine), places, strict=True)
    return [bucket for bucket, at in both if ours[at : at + SHORT_DIGITS] != theirs[at : at + SHORT_DIGITS]]


def sub_sums(records: Mapping[str, int], prefix: str = "") -> SumsAnswer:
    """Return what a side holds below a prefix of shard digits: its records if few, else sums by the next digit."""
    below = {record: content for record, content in records.items() if shard(record).startswith(prefix)}
    if len(below) <= LISTED_MOST:
        return SumsAnswer(records={record: f"{content:016x}" for record, content in sorted(below.items())})
    children: dict[str, BucketSum] = {}
    for record, content in below.items():
        digits = shard(record)[: len(prefix) + 1]
        children[digits] = children.get(digits, BucketSum()).changed(None, content)
    return SumsAnswer({digits: (one.count, f"{one.total:016x}") for digits, one in sorted(children.items())})


def difference(mine: Mapping[str, int], theirs: SumsAnswer, prefix: str = "") -> Difference:
    """Return where my records below a prefix differ from the other side's answer about that prefix."""
    if not theirs.children:
        below = {r: f"{content:016x}" for r, content in mine.items() if shard(r).startswith(prefix)}
        fetch = tuple(r for r, content in sorted(theirs.records.items()) if below.get(r) != content)
        return Difference((), fetch, tuple(sorted(below.keys() - theirs.records.keys())))
    ours: dict[str, BucketSum] = {}
    for record, content in mine.items():
        digits = shard(record)
        if digits.startswith(prefix):
            child = digits[: len(prefix) + 1]
            ours[child] = ours.get(child, BucketSum()).changed(None, content)
    both = sorted(ours.keys() | theirs.children.keys())
    differ = [d for d in both if _pair(ours.get(d, BucketSum())) != theirs.children.get(d, _pair(BucketSum()))]
    return Difference(tuple(differ), (), ())


def receipt(rows: Iterable[tuple[int, str, bytes, str]], after: Receipt | None = None) -> Receipt | Broken:
    """Return the end of an installation's chain, recomputed from (n, hash, payload, first verdict) in order of n.

    A refused payload, which may be unreadable, keeps its link by the hash of its envelope alone, and so does an op of
    word `purged`, whose content was erased: that it was erased rightly is proved by the purge's certificate. A long chain
    may be read in pieces: `after` is the end of the piece before.
    """
    end = after or Receipt(0, NO_PREVIOUS)
    for n, link, raw, word in rows:
        if n != end.n + 1:
            return Broken(end.n + 1, "gap")
        if word not in ("refused", "purged"):
            content = _content(raw)
            if content is None or hash_of(canonical(content)) != link:
                return Broken(n, "content")
            if content.get("prev") != end.hash:
                return Broken(n, "link")
        end = Receipt(n, link)
    return end


def confirms(given: Receipt, kept: Mapping[int, str]) -> str:
    """Return `confirmed` if the receipt names an op of mine, `behind` if it ends before mine, else `differs`."""
    if given.n in kept:
        return "confirmed" if kept[given.n] == given.hash else "differs"
    return "behind" if not kept or given.n < min(kept) else "differs"


def _pair(one: BucketSum) -> tuple[int, str]:
    return one.count, f"{one.total:016x}"


def _content(raw: bytes) -> dict[str, Any] | None:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
