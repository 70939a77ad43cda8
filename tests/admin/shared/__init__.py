"""Tests of admin, shared."""
