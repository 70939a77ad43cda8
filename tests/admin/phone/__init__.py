"""Tests of the figures of the desk's phone."""
