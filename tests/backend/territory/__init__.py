"""Tests of the demo territory, of zones, and of the reading of a territory from files."""
