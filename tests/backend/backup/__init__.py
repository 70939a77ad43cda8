"""Tests of backup, restore and verification on the real database."""
