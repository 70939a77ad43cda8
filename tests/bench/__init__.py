"""Tests of the benches that prove something."""
