"""Say every message that crosses between a tablet and the server, and the version they are written in.

A change here or in sync/kinds.py changes the pinned hash in tests/sync/test_rules.py: raise PROTOCOL_VERSION (or SCHEMA
in sync/fields.py) and say in HISTORY what changed. Any version may push; a version too old may be refused a pull.
Push bodies are read by sync/decode.py and pages written by sync/pull.py.
"""

import msgspec

PROTOCOL_VERSION = 2
HISTORY = {
    1: "First protocol: chained ops, verdict per op, pages by bucket, sums, receipts, attachments in parts.",
    2: "The answer to a push names the epoch that the push had named, so that a tablet knows an answer that comes late.",
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


class HeadAnswer(msgspec.Struct, frozen=True):
    """Say `same` when the tablet holds exactly what the server would give it."""

    same: bool
    epoch: int
    server_at: int


class Cursor(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A place in a bucket's feed: below the snapshot horizon in (xid, seq) order, of one server epoch."""

    epoch: int
    xid: int
    seq: int


class PullRequest(msgspec.Struct, frozen=True):
    """Ask for what comes after the cursor of each bucket held; a bucket not named is given from its start."""

    protocol: int
    cursors: dict[str, Cursor]
    evicted: list[str] = []  # buckets the tablet has put away since its last pull: its receipt
    repair: list[str] = []  # records to give again, found by comparing sums


class PageHeader(msgspec.Struct, frozen=True):
    """Line 1 of a page: the buckets in scope, by number of the rows that follow, and the buckets to put away."""

    protocol: int
    epoch: int
    scope_version: int
    server_at: int
    buckets: list[str]
    evict: list[str]


class PageEnd(msgspec.Struct, frozen=True):
    """Last line of a page: without it, or with another digest, the page was cut and nothing of it is kept."""

    rows: int
    digest: str
    cursors: dict[str, Cursor]
    more: bool


class SumsRequest(msgspec.Struct, frozen=True):
    """Ask for sub-sums of one bucket below a prefix of shard digits."""

    bucket: str
    prefix: str = ""


class SumsAnswer(msgspec.Struct, frozen=True):
    """Count and sum of the records under each next digit; below few records, the sum of each.

    Sums are 16 hexadecimal digits: they do not fit in a JSON number.
    """

    children: dict[str, tuple[int, str]] = {}
    records: dict[str, str] = {}


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
