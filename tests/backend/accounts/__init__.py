"""Tests of who signs in and what a request may do."""
