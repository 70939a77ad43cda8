"""Who looked at whose record, for auditors."""
