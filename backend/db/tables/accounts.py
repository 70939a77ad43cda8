"""Columns of the plain tables of accounts; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import UUID, Array, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class AppUser(Table, tablename="app_user"):
    """Somebody who signs in."""

    id = UUID(primary_key=True, default=None)
    login = Text()
    full_name = Text()
    locale = Text()
    passphrase_hash = Text()
    totp_secret = Bytea(null=True, default=None)
    totp_secret_key_id = Text(null=True, default=None)
    totp_step_last = BigInt()
    recovery_hashes = Text()
    disabled_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class Membership(Table, tablename="membership"):
    """A role in a territory."""

    territory_id = UUID()
    user_id = UUID()
    role = Text()
    team_id = UUID(null=True, default=None)
    granted_by = UUID(null=True, default=None)
    granted_at = Timestamptz()


class SignInSession(Table, tablename="sign_in_session"):
    """A sign-in that lasts."""

    id = UUID(primary_key=True, default=None)
    token_hash = Bytea()
    user_id = UUID()
    territory_id = UUID(null=True, default=None)
    created_at = Timestamptz()
    seen_at = Timestamptz()
    second_factor_at = Timestamptz(null=True, default=None)
    reauthenticated_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    device_label = Text()
    proved_by = Text()
    acr = Text()
    passkey_challenge = Bytea(null=True, default=None)


class SetUpCode(Table, tablename="set_up_code"):
    """A one-time code with which a user chooses the passphrase."""

    code_hash = Text(primary_key=True, default=None)
    user_id = UUID()
    made_by = UUID(null=True, default=None)
    made_at = Timestamptz()
    ends_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Throttle(Table, tablename="throttle"):
    """Failed attempts in a window."""

    key_hash = Bytea()
    window_starts_at = Timestamptz()
    failures = Integer()


class Journal(Table, tablename="journal"):
    """Who looked at or changed what."""

    territory_id = UUID()
    seq = BigInt(null=True, default=None)
    at = Timestamptz()
    user_id = UUID(null=True, default=None)
    installation_id = UUID(null=True, default=None)
    act = Text()
    subject_kind = Text()
    subject_ids = UUID()
    reason = Text()
    request_id = Text()


class JournalSeal(Table, tablename="journal_seal"):
    """One link of the journal's chain: the entries it covers, their digests, a signature."""

    territory_id = UUID()
    n = BigInt()
    seqs = Array(base_column=BigInt())
    digests = Bytea()
    hash = Bytea()
    key_id = Text()
    signature = Bytea()
    sealed_at = Timestamptz()
