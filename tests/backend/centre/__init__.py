"""Tests of the centre's day."""
