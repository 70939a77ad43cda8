"""Tests of the quarantine on the real database."""
