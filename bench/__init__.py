"""Measure: every figure of the documentation has its command here."""
