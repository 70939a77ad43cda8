"""Tests of backend, review."""
