"""Columns of the tables, one file per area; no logic."""
