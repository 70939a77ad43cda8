"""Tests of the tablet app's files that need no browser."""
