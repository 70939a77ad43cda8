"""Tests of the pages of the centre."""
