"""Tests of what a call becomes."""
