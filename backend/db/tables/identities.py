"""Columns of linked identities, of journeys to their provider, and of passkeys (backend/identity, backend/passkeys)."""

from piccolo.columns import UUID, BigInt, Bytea, Text, Timestamptz
from piccolo.table import Table


class LinkedIdentity(Table, tablename="linked_identity"):
    """A provider's subject, linked to a user by an administrator."""

    issuer = Text()
    subject = Text()
    user_id = UUID()
    linked_by = UUID(null=True, default=None)
    linked_at = Timestamptz()


class IdentityAttempt(Table, tablename="identity_attempt"):
    """One journey to the provider and back."""

    state_hash = Bytea(primary_key=True, default=None)
    browser_hash = Bytea()
    nonce = Text()
    verifier = Text()
    session_id = UUID(null=True, default=None)
    made_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Passkey(Table, tablename="passkey"):
    """A key that an authenticator holds for a user."""

    credential_id = Bytea(primary_key=True, default=None)
    user_id = UUID()
    public_key = Bytea()
    sign_count = BigInt()
    label = Text()
    made_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)
