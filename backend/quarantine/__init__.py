"""Ops that were refused or held: kept for ever, read by a supervisor, replayed or dismissed with a reason."""
