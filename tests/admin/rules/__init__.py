"""Tests of the page of vaccination rules."""
