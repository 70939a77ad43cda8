"""Who looked at or changed what, kept in the transaction of the act."""
