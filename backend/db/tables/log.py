"""Columns of the plain tables of log; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table


class Tablet(Table, tablename="tablet"):
    """A shared tablet."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    label = Text()
    team_id = UUID(null=True, default=None)
    state = Text()
    enrolled_at = Timestamptz()
    seen_at = Timestamptz(null=True, default=None)
    wipe_ordered_at = Timestamptz(null=True, default=None)


class EnrolmentCode(Table, tablename="enrolment_code"):
    """A code that enrols a tablet once."""

    territory_id = UUID()
    code_hash = Bytea()
    tablet_id = UUID()
    made_by = UUID(null=True, default=None)
    ends_at = Timestamptz()
    tries_left = Integer()
    used_at = Timestamptz(null=True, default=None)


class Installation(Table, tablename="installation"):
    """Who may append ops."""

    id = UUID(primary_key=True, default=None)
    territory_id = UUID()
    actor = BigInt()
    tablet_id = UUID(null=True, default=None)
    sign_in_session_id = UUID(null=True, default=None)
    label = Text()
    public_key = Bytea(null=True, default=None)
    state = Text()
    n_last = BigInt()
    hash_last = Bytea()
    scope_version = BigInt()
    clock_samples = JSONB()
    made_at = Timestamptz()
    seen_at = Timestamptz(null=True, default=None)


class Op(Table, tablename="op"):
    """One act recorded once."""

    territory_id = UUID()
    actor = BigInt()
    n = BigInt()
    id = UUID()
    hash = Bytea()
    record_id = UUID(null=True, default=None)
    kind = Text()
    verdict = Text()
    code = Text()
    detail = Text()
    body = Bytea()
    merged_seen = Text()
    received_at = Timestamptz()
    corrected_at = Timestamptz(null=True, default=None)
    clock_bound_ms = BigInt(null=True, default=None)
    clock_flag = Text()
    seq = BigInt()
    purge_id = UUID(null=True, default=None)


class Record(Table, tablename="record"):
    """What the ops of a record fold into."""

    territory_id = UUID()
    id = UUID()
    kind = Text()
    subject_id = UUID(null=True, default=None)
    body = Text()
    content_sum = Numeric((20, 0))
    places = Array(base_column=UUID(), default=list)
    buckets = Array(base_column=Text(), default=list)


class Bucket(Table, tablename="bucket"):
    """Count and sum of the records of a cell of scope."""

    territory_id = UUID()
    id = Text()
    records = BigInt()
    content_sum = Numeric((20, 0))


class Feed(Table, tablename="feed"):
    """Which record changed when, by bucket."""

    territory_id = UUID()
    bucket_id = Text()
    record_id = UUID()
    gone = Boolean()
    seq = BigInt()


class HeldBucket(Table, tablename="held_bucket"):
    """What an installation holds."""

    territory_id = UUID()
    installation_id = UUID()
    bucket_id = Text()
    scope_version = BigInt()
    evict_asked_at = Timestamptz(null=True, default=None)


class FollowUp(Table, tablename="follow_up"):
    """What a push has touched and nothing has followed yet."""

    territory_id = UUID()
    id = BigInt(primary_key=True, default=None)
    noted = Text()
    noted_at = Timestamptz()
