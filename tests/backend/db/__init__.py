"""Tests of backend/db."""
