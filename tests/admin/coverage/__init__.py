"""Tests of the page of coverage."""
