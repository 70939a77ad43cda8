"""Tests of backend/exchange."""
