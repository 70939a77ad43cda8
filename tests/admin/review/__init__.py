"""Tests of admin, review."""
