"""Stores, serves and schedules; the engines in sync/ and routing/ decide."""
