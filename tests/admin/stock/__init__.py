"""Tests of the pages of stock."""
