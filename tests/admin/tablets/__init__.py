"""Tests of admin, tablets."""
