"""Columns of the plain tables of tablets' people; tests/backend/db/test_tables.py keeps them equal to the database."""

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class TabletShare(Table, tablename="tablet_share"):
    """A tablet's own share, for whoever signs in on it with both factors."""

    territory_id = UUID()
    tablet_id = UUID()
    share = Bytea()
    share_key_id = Text()


class TabletPerson(Table, tablename="tablet_person"):
    """Somebody who may open a tablet by PIN."""

    territory_id = UUID()
    tablet_id = UUID()
    user_id = UUID()
    verifier_hash = Bytea()
    share = Bytea(null=True, default=None)
    share_key_id = Text(null=True, default=None)
    next_share = Bytea(null=True, default=None)
    next_share_key_id = Text(null=True, default=None)
    guesses = Integer()
    signed_in_at = Timestamptz()


class TabletRescue(Table, tablename="tablet_rescue"):
    """The shares of a tablet's people under a code that is spoken once."""

    territory_id = UUID()
    tablet_id = UUID()
    number = Integer()
    code = Bytea()
    code_key_id = Text()
    salt = Bytea()
    sealed = Bytea()
    people_sum = Bytea()
    made_at = Timestamptz()
    spoken_at = Timestamptz(null=True, default=None)
    spoken_by = UUID(null=True, default=None)
    reason = Text()
