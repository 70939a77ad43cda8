"""Columns of purges with their certificates, and of files that are held beyond their time."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Date, Text, Timestamptz
from piccolo.table import Table


class Purge(Table, tablename="purge"):
    """One purge by one rule; a certificate once it is signed."""

    territory_id = UUID()
    id = UUID()
    rule = Text()
    rules_version = Text()
    as_of_on = Date()
    asked_by = UUID(null=True, default=None)
    begun_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    erased = JSONB()
    digest = Bytea(null=True, default=None)
    cut_seal_n = BigInt(null=True, default=None)
    cut_seal_hash = Bytea(null=True, default=None)
    cut_seq = BigInt(null=True, default=None)
    key_id = Text(null=True, default=None)
    signature = Bytea(null=True, default=None)


class RetentionHold(Table, tablename="retention_hold"):
    """A person's file that is kept beyond its time."""

    territory_id = UUID()
    person_id = UUID()
    reason = Text()
    held_by = UUID()
    held_at = Timestamptz()
