"""Columns of what people decide about ops in quarantine, and of attachments."""

from piccolo.columns import UUID, BigInt, Bytea, Text, Timestamptz
from piccolo.table import Table


class QuarantineDecision(Table, tablename="quarantine_decision"):
    """What a supervisor decided about an op that was refused or held."""

    territory_id = UUID()
    actor = BigInt()
    n = BigInt()
    op_id = UUID()
    decision = Text()
    reason = Text()
    replayed_actor = BigInt(null=True, default=None)
    replayed_n = BigInt(null=True, default=None)
    decided_by = UUID()
    decided_at = Timestamptz()


class Attachment(Table, tablename="attachment"):
    """A file that belongs to records, known by the hash of its content."""

    territory_id = UUID()
    sha256 = Bytea()
    size_bytes = BigInt()
    media_type = Text()
    bytes_received = BigInt()
    announced_at = Timestamptz()
    completed_at = Timestamptz(null=True, default=None)


class AttachmentPart(Table, tablename="attachment_part"):
    """A part of a file as it arrived."""

    territory_id = UUID()
    sha256 = Bytea()
    starts_at_byte = BigInt()
    content = Bytea()


class AttachmentRecord(Table, tablename="attachment_record"):
    """Which records a file belongs to."""

    territory_id = UUID()
    sha256 = Bytea()
    record_id = UUID()
