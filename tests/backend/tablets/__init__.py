"""Tests of the protocol's server end."""
