"""Tests of the one log."""
