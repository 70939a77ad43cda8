"""Tests of the way from a bare checkout into the prepared environment."""
