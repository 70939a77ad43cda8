"""Say every message that crosses between a tablet and the server, and the version they are written in.

A change here or in sync/kinds.py changes the pinned hash in tests/sync/test_rules.py: raise PROTOCOL_VERSION (or SCHEMA
in sync/fields.py) and say in HISTORY what changed. Any version may push; a version too old may be refused a pull.
Push bodies are read by sync/decode.py and pages written by sync/pull.py.
"""

import msgspec

PROTOCOL_VERSION = 3
HISTORY = {
    1: "First protocol: chained ops, verdict per op, pages by bucket, sums, receipts, attachments in parts.",
    2: "The answer to a push names the epoch that the push had named, so that a tablet knows an answer that comes late.",
    3: "A pull names one place for all buckets and those only that stand elsewhere; a page names its claim and the buckets that "
    "have rows or enter; the sums of all buckets come in one answer.",
}


class PushHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """Line 1 of a push: who speaks, under which server epoch, and the clocks at the moment of sending."""

    protocol: int
    installation: str
    epoch: int
    wall_at: str
    mono_ms: int
    boot: str
    round_trip_ms: int = 0


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """The server's final word on one op: stored, already, merged, review or refused, with the op's id and hash.

    `of` is the first verdict when the word is `already`; `code` and `detail` say why an op was refused or waits.
    `counts_as` is the (actor, n) under which the op counts, where that is another than its own.
    """

    n: int
    id: str
    hash: str
    word: str
    code: str = ""
    detail: str = ""
    of: str = ""
    counts_as: tuple[int, int] | None = None


class PushAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a push: one verdict per op read, then where the installation of `actor` goes on.

    `suspicion` (`forked`, `id_reused`) tells the tablet that its installation's numbers were used by another: it must
    take a new installation and issue again what has no verdict. `too_large` asks for smaller pushes. `asked_epoch` is the
    epoch that the push named.
    """

    epoch: int
    expected_n: int
    server_at: int
    verdicts: list[Verdict] = []
    unreadable_at: int | None = None
    suspicion: str = ""
    too_large: bool = False
    actor: int = 0
    asked_epoch: int = 0


class HeadRequest(msgspec.Struct, frozen=True):
    """Ask whether anything changed; `head` stands for all that the tablet holds (sync/integrity.py)."""

    protocol: int
    head: str


class HeadAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Say `same` when the tablet holds exactly what the server would give it, else which buckets these are, as one number."""

    same: bool
    epoch: int
    server_at: int
    scope_version: int = 0


class Cursor(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A place in a bucket's feed: below the snapshot horizon in (xid, seq) order, of one server epoch."""

    epoch: int
    xid: int
    seq: int


class PullRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask for what comes after `since` in the buckets held, and after its own cursor in each that stands elsewhere.

    `scope_version` stands for the names of the buckets held; `held` are the marks of those at `since`, named when the
    server gives others. `claim` comes back in the page. A tablet of protocol 2 names every bucket in `cursors`, and one
    that it does not name is given from its start. What is decided from it: sync/claim.py.
    """

    protocol: int
    cursors: dict[str, Cursor] = {}
    evicted: list[str] = []  # buckets the tablet has put away since its last pull: its receipt
    repair: list[str] = []  # records to give again, found by comparing sums
    scope_version: int = 0
    since: Cursor | None = None
    held: list[str] | None = None
    claim: str = ""


class PageHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """Line 1 of a page: `sections` says of which bucket the next lines are, and how many; `evict` what is to be put away.

    A bucket that the tablet does not hold yet is named with its rows, or with none. `held_wanted` asks the tablet to name
    by mark what it holds. In protocol 2, `buckets` are all those in scope, and each row begins with the number of its own.
    """

    protocol: int
    epoch: int
    scope_version: int
    server_at: int
    evict: list[str]
    sections: list[tuple[str, int]] = []
    claim: str = ""
    held_wanted: bool = False
    buckets: list[str] = []


class PageEnd(msgspec.Struct, frozen=True, omit_defaults=True):
    """Last line of a page: without it, or with another digest, the page was cut and nothing of it is kept.

    `cursors` are the places reached while more waits; at the end of a pull, every bucket in scope stands at `since`.
    """

    rows: int
    digest: str
    cursors: dict[str, Cursor]
    more: bool
    since: Cursor | None = None


class SumsRequest(msgspec.Struct, frozen=True):
    """Ask for sub-sums of one bucket below a prefix of shard digits, or, without a bucket, for the sums of all in scope."""

    bucket: str = ""
    prefix: str = ""


class SumsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Count and sum of the records under each next digit; below few records, the sum of each.

    Sums are 16 hexadecimal digits: they do not fit in a JSON number. `buckets` holds the last ten digits of the sum of
    each bucket in scope, in order of their names, which `scope_version` stands for.
    """

    children: dict[str, tuple[int, str]] = {}
    records: dict[str, str] = {}
    scope_version: int = 0
    buckets: str = ""


class AttachmentAnnouncement(msgspec.Struct, frozen=True):
    """Announce a file of a record that was pushed before: its SHA-256 (64 hexadecimal digits), size, media type."""

    sha256: str
    size_bytes: int
    media_type: str
    record_id: str


class AttachmentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Say at which byte to go on, and `complete` only when the whole hash fits; `reason`: why a part was not taken."""

    offset: int
    complete: bool = False
    reason: str = ""


class Receipt(msgspec.Struct, frozen=True):
    """What the server holds of an installation: its last n and the chain's hash there, recomputed from the log."""

    n: int
    hash: str


MESSAGES: tuple[type[msgspec.Struct], ...] = (
    PushHeader,
    Verdict,
    PushAnswer,
    HeadRequest,
    HeadAnswer,
    PullRequest,
    PageHeader,
    PageEnd,
    SumsRequest,
    SumsAnswer,
    Receipt,
    AttachmentAnnouncement,
    AttachmentState,
)
