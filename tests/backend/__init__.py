"""Tests of the backend against real servers."""
